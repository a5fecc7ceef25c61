"""The process in which pocketsphinx listens: while it does, nothing else of a program goes on.

It is run as a file and needs nothing of the rest of the project. On its standard input come frames:
first the grammar of what is expected, then recordings (16 bits, little-endian, one channel, 16,000
samples a second). To each recording it answers on its standard output with a frame of the words.
A frame is its length as four bytes, the highest first, and so many bytes. The process ends with its
input, and at anything else in it.

Here: what is done to a recording so that pocketsphinx understands it, and whether what it heard is
believed. Not here: what the words mean.
"""

import math
import os
import re
import signal
import struct
import sys
from collections.abc import Iterable
from typing import BinaryIO, Protocol

import numpy as np
from pocketsphinx import Decoder

FRAME_MAX = 4 << 20
"""Bytes: two minutes of sound."""

_SIZE = struct.Struct(">I")
_RATE = 16_000
_ORDER_S_MAX = 15
"""No order takes longer to say; the grammar is not tried on what does."""

# How real rooms sound: without any noise around and below it, speech is not understood.
_PAD_S = 0.2
_NOISE = 10 ** (-32 / 20)
_LEVEL = 0.1
_FULL = 32_768

# Nats per frame that a word of the grammar may be unlike what was said, on average; what is left
# out between the words counts three times.
_UNLIKE_MAX = 3.9
_LEFT_OUT = 3.0
# Of search without a second pass; see ``ps_seg_prob`` and ``SENSCR_SHIFT`` in pocketsphinx.
_SCALE = 1_024

_WORD = re.compile(r"[a-z']+")
_ALSO_SAID = {
    "pomodoro": ("P AA M AH D OW R OW", "P OW M OW D AO R OW", "P OW M AH D AO R OW"),
}
"""As the dictionary does not know them."""


class Segment(Protocol):
    """What pocketsphinx says of a part of a recording: a word, or something between words."""

    word: str
    start_frame: int
    end_frame: int
    ascore: float


class Listener:
    """Hears what is expected, and what is not only if that does not fit."""

    def __init__(self, grammar: str) -> None:
        self._orders = Decoder(lm=None, bestpath=False, loglevel="FATAL")
        for word, ways in _ALSO_SAID.items():
            for number, phones in enumerate(ways, start=2):
                self._orders.add_word(f"{word}({number})", phones, update=True)
        self._orders.add_jsgf_string("orders", grammar)
        self._orders.activate_search("orders")
        self._grammar = self._orders.get_fsg("orders")
        self._dictation: Decoder | None = None

    def hear(self, samples: bytes) -> str:
        """The words in it; "" if there are none."""
        sound = in_a_room(samples)
        if len(samples) <= _ORDER_S_MAX * _RATE * 2 and (order := self._order(sound)):
            return order
        if self._dictation is None:  # it is large, and many pets never need it
            self._dictation = Decoder(loglevel="FATAL")
        return _words(_decoded(self._dictation, sound))

    def _order(self, sound: bytes) -> str:
        order = _words(_decoded(self._orders, sound))
        if not order or not self._grammar.accept(order):
            return ""
        return order if _unlike(self._orders.seg()) <= _UNLIKE_MAX else ""


def in_a_room(samples: bytes) -> bytes:
    """The same at the usual level, with a little before and after it, and with a faint noise that
    is always the same.
    """
    sound = np.frombuffer(samples[: len(samples) // 2 * 2], "<i2") / _FULL
    level = math.sqrt(float(np.mean(sound**2))) if len(sound) else 0.0
    if not level:
        return b""
    padded = np.pad(sound * (_LEVEL / level), round(_PAD_S * _RATE))
    noise = np.random.default_rng(7).normal(0, _LEVEL * _NOISE, len(padded))
    whole = ((padded + noise).clip(-1, 1) * (_FULL - 1)).astype("<i2")
    return bytes(whole.tobytes())


def _decoded(decoder: Decoder, sound: bytes) -> str:
    if not sound:
        return ""
    decoder.start_utt()
    decoder.process_raw(sound, full_utt=True)
    decoder.end_utt()
    found = decoder.hyp()
    return str(found.hypstr) if found else ""


def _words(heard: str) -> str:
    """Without the marks of what is no word, and of how a word was spoken."""
    return " ".join(word for word in heard.split() if _WORD.fullmatch(word))


def _unlike(segments: Iterable[Segment]) -> float:
    """How far the words of the grammar are from what was said, in nats per frame."""
    parts = [
        (part.word[0].isalpha(), part.end_frame - part.start_frame + 1, _nats(part.ascore))
        for part in segments
    ]
    spoken = [at for at, (is_word, _, _) in enumerate(parts) if is_word]
    inside = parts[spoken[0] : spoken[-1] + 1]
    frames = sum(length for _, length, _ in inside)
    left_out = sum(length for is_word, length, _ in inside if not is_word)
    return (_LEFT_OUT * left_out - sum(nats for _, _, nats in inside)) / frames


def _nats(score: float) -> float:
    return _SCALE * math.log(max(score, sys.float_info.min))


def _frame(stream: BinaryIO) -> bytes | None:
    """The next one; None if there is none."""
    head = stream.read(_SIZE.size)
    if len(head) < _SIZE.size:
        return None
    (size,) = _SIZE.unpack(head)
    body = stream.read(size) if size <= FRAME_MAX else b""
    return body if len(body) == size else None


def serve(asked: BinaryIO, answers: BinaryIO) -> None:
    """Answer every frame of ``asked`` but the first, until there are no more."""
    grammar = _frame(asked)
    if grammar is None:
        return
    listener = Listener(grammar.decode())
    while (samples := _frame(asked)) is not None:
        words = listener.hear(samples).encode()
        answers.write(_SIZE.pack(len(words)) + words)
        answers.flush()


def main() -> None:
    """Serve whoever started the process. It ends by the end of its input and by nothing else: a
    server that is told to end has somebody to answer still.
    """
    for told in (signal.SIGINT, signal.SIGTERM):
        signal.signal(told, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
