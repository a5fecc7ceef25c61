"""The process in which pocketsphinx listens: while it does, nothing else of a program goes on.

First it is told the grammar of what is expected (JSGF). A question is a recording (16 bits,
little-endian, one channel, 16,000 samples a second), the answer the words in it.

Here: what it listens for, and whether what it heard is believed. Not here: what is done to a
recording before (``hearing_pocketsphinx_sound``), and what the words mean.
"""

import math
import re
import sys
from collections.abc import Iterable
from typing import Protocol

from pocketsphinx import Decoder

from petcore.adapters.child_serving import Answering, serve
from petcore.adapters.hearing_pocketsphinx_sound import in_a_room, is_speech
from petcore.ports.audio import HEARD_RATE

_ORDER_S_MAX = 15
"""No order takes longer to say; the grammar is not tried on what does."""

_DICTATION_S_MAX = 20
"""Others wait meanwhile: it takes up to half as long as what was said. The rest is not heard."""

# Nats per frame that a word of the grammar may be unlike what was said, on average; what is left
# out between the words counts three times.
_UNLIKE_MAX = 5.2
_LEFT_OUT = 3.0
# Of search without a second pass; see ``ps_seg_prob`` and ``SENSCR_SHIFT`` in pocketsphinx.
_SCALE = 1_024

_HESITATIONS = frozenset({"ah", "eh", "er", "hm", "hmm", "huh", "mhm", "mm", "uh", "uhh", "um"})
"""What breath and noise are heard as, too; whoever says no more said nothing."""

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
        if not is_speech(samples):
            return ""
        if _seconds(samples) <= _ORDER_S_MAX and (order := self._order(in_a_room(samples))):
            return order
        if self._dictation is None:  # it is large, and many pets never need it
            self._dictation = Decoder(loglevel="FATAL")
        words = _words(
            _decoded(self._dictation, in_a_room(samples[: _DICTATION_S_MAX * HEARD_RATE * 2]))
        )
        return "" if _HESITATIONS.issuperset(words.split()) else words

    def _order(self, sound: bytes) -> str:
        order = _words(_decoded(self._orders, sound))
        if not order or not self._grammar.accept(order):
            return ""
        return order if _unlike(self._orders.seg()) <= _UNLIKE_MAX else ""


def _decoded(decoder: Decoder, sound: bytes) -> str:
    if not sound:
        return ""
    decoder.start_utt()
    decoder.process_raw(sound, full_utt=True)
    decoder.end_utt()
    found = decoder.hyp()
    return str(found.hypstr) if found else ""


def _seconds(samples: bytes) -> float:
    return len(samples) / 2 / HEARD_RATE


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


def listening(grammar: bytes) -> Answering:
    """What listens, for what is expected by ``grammar``."""
    listener = Listener(grammar.decode())
    return lambda samples: listener.hear(samples).encode()


def main() -> None:
    """Listen for whoever started the process."""
    serve(listening)
