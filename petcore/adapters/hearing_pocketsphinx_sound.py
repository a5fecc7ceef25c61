"""What is done to a recording before it is listened to: is it speech at all, and as from a room.

A recogniser of speech takes everything for speech: of a tone it makes a word, of half a minute of
noise a sentence. Here: samples in, samples or a verdict out. Not here: words.
"""

import math

import numpy as np
import numpy.typing as npt

from petcore.ports.audio import HEARD_RATE

_Numbers = npt.NDArray[np.float64]

# How real rooms sound: without any noise around and below it, speech is not understood.
_PAD_S = 0.2
_NOISE = 10 ** (-32 / 20)
_LEVEL = 0.1
_FULL = 32_768

# What is spoken changes its colour and its level from one fiftieth of a second to the next: by so
# many dB (the standard deviation) in the bands that change most, and as a whole. Speech with noise
# 10 dB below it changes by 5.5 and 4.5 at least, noise that is even by 2 in any band, and a
# tone by nothing; one that glides changes its colour alone.
_FRAME = HEARD_RATE // 50
_BANDS = 16
_LIVELIEST = 6
_COLOUR_MIN = 4.0
_CHANGE_MIN = 2.5
_HEARD_DB = 25.0
"""So far below the loudest frame one still counts."""
_FLOOR = 1e-4
_NOTHING = 1e-12


def is_speech(samples: bytes) -> bool:
    """Whether it may be: false for what is even, such as tones, hum and hiss, and for clicks."""
    power = _spectra(_numbers(samples))
    if not len(power):
        return False
    levels = _decibels(power.sum(axis=1))
    heard = power[levels > levels.max() - _HEARD_DB]
    bands = heard.reshape(len(heard), _BANDS, -1).sum(axis=2)
    colours = _decibels(bands + bands.sum(axis=1).max() * _FLOOR).std(axis=0)
    change = _decibels(heard.sum(axis=1)).std()
    liveliest = float(np.sort(colours)[-_LIVELIEST:].mean())
    return liveliest >= _COLOUR_MIN and float(change) >= _CHANGE_MIN


def in_a_room(samples: bytes) -> bytes:
    """The same at the usual level, with a little before and after it, and with a faint noise that
    is always the same.
    """
    sound = _numbers(samples)
    level = math.sqrt(float(np.mean(sound**2))) if len(sound) else 0.0
    if not level:
        return b""
    padded = np.pad(sound * (_LEVEL / level), round(_PAD_S * HEARD_RATE))
    noise = np.random.default_rng(7).normal(0, _LEVEL * _NOISE, len(padded))
    whole = ((padded + noise).clip(-1, 1) * (_FULL - 1)).astype("<i2")
    return bytes(whole.tobytes())


def _numbers(samples: bytes) -> _Numbers:
    """The same, where 1 is full scale."""
    return np.frombuffer(samples[: len(samples) // 2 * 2], "<i2") / _FULL


def _spectra(sound: _Numbers) -> _Numbers:
    """Of each frame the power at 50 Hz, 100 Hz and so on."""
    count = len(sound) // _FRAME
    frames = sound[: count * _FRAME].reshape(count, _FRAME) * np.hanning(_FRAME)
    return np.asarray(np.abs(np.fft.rfft(frames, axis=1))[:, 1:] ** 2, np.float64)


def _decibels(power: _Numbers) -> _Numbers:
    return 10 * np.log10(power + _NOTHING)
