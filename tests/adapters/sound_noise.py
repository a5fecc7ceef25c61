"""What is no speech, and what is in speech beside it."""

from dataclasses import replace
from functools import cache

import numpy as np
import numpy.typing as npt

from petcore.ports.audio import HEARD_RATE, Recording
from tests.adapters.sound import recorded

_Sound = npt.NDArray[np.float64]
_FULL = 32_767
_LEVELS = {"loud": 0.3, "faint": 0.01}
_TONES_HZ = (100, 440, 1_000, 3_000)
_NOISES_S = (0.3, 1.0, 6.0)


@cache
def nobody_speaks() -> dict[str, Recording]:
    """Tones, hum, beeps, a glide, clicks, and noise of three colours, loud and faint."""
    return {
        f"{name}, {level}": of(sound * gain)
        for name, sound in _sounds().items()
        for level, gain in _LEVELS.items()
    }


def of(sound: _Sound) -> Recording:
    """The recording of it; 1 is full scale."""
    return recorded((sound.clip(-1, 1) * _FULL).round().astype("<i2").tobytes())


def noise(seconds: float, falls: float = 0.0, seed: int = 3) -> _Sound:
    """Noise whose amplitude falls with the frequency by so much: 0 white, 0.5 pink, 1 brown."""
    count = round(seconds * HEARD_RATE)
    spectrum = np.fft.rfft(np.random.default_rng(seed).normal(size=count))
    hertz = np.maximum(np.fft.rfftfreq(count, 1 / HEARD_RATE), 20)
    sound = np.fft.irfft(spectrum / hertz**falls, count)
    return np.asarray(sound / np.abs(sound).max(), np.float64)


def noisy(recording: Recording, noise_db: float, seed: int = 1) -> Recording:
    """The same with white noise, so far below its mean level."""
    sound = np.frombuffer(recording.samples, "<i2").astype(np.float64)
    level = float(np.sqrt(np.mean(sound**2))) * 10 ** (-noise_db / 20)
    hiss = np.random.default_rng(seed).normal(0, level, len(sound))
    mixed = (sound + hiss).round().clip(-_FULL, _FULL)
    return replace(recording, samples=mixed.astype("<i2").tobytes())


def _sounds() -> dict[str, _Sound]:
    at = np.arange(2 * HEARD_RATE) / HEARD_RATE
    is_on = at % 1 < 1 / 3
    sounds = {f"{hertz} Hz": np.sin(2 * np.pi * hertz * at) for hertz in _TONES_HZ}
    sounds |= {
        "chord": sum((np.sin(2 * np.pi * hertz * at) for hertz in (262, 330, 392)), 0 * at) / 3,
        "hum": sum((np.sin(2 * np.pi * 50 * n * at) / n for n in range(1, 20)), 0 * at) / 2,
        "beeps": np.sin(2 * np.pi * 880 * at) * is_on,
        "glide": np.sin(2 * np.pi * (200 * at + 300 * at**2)),
        "clicks": (np.arange(len(at)) % 8_000 < 40).astype(np.float64),
        "noise that swells": noise(2) * (1 + 0.5 * np.sin(4 * np.pi * at)) / 1.5,
    }
    for colour, falls in (("white", 0.0), ("pink", 0.5), ("brown", 1.0)):
        sounds |= {f"{colour} {seconds:g} s": noise(seconds, falls) for seconds in _NOISES_S}
    return sounds
