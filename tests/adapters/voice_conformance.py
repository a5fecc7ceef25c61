"""What every voice must do: one suite, run by ``test_voices.py`` for each of them.

Here: only what the port promises. Not here: how well anything is spoken, and how a voice fails.
"""

import asyncio
from io import BytesIO
from typing import get_args

import pytest

from petcore.ports.voice import SPOKEN_RATE, Coding, Voice

soundfile = pytest.importorskip("soundfile")

SHORT = "Time to drink."
LONG = "Time to drink some water, and then we go on with what we were at for another half hour."
_PADDING = 2_400
"""Samples that a coding may add to each piece: what an encoder looks ahead, and whole frames."""
_VARIES = 0.05

CODINGS = pytest.mark.parametrize("coding", get_args(Coding))


def samples_in(mp3: bytes) -> int:
    """How many samples there are in it. Raises what soundfile raises if it is no MP3."""
    sound, rate = soundfile.read(BytesIO(mp3), dtype="int16")
    assert rate == SPOKEN_RATE
    assert sound.ndim == 1
    return len(sound)


def length(sound: bytes, coding: Coding) -> int:
    """How long it is in samples."""
    return samples_in(sound) if coding == "mp3" else len(sound) // 2


class VoiceConformance:
    """The suite."""

    is_repeatable = True
    """Whether the same text is spoken in the same way, or only for about as long."""

    def require_alike(self, one: bytes, other: bytes) -> None:
        """Both ``pcm`` of the same text, in the same voice."""
        if self.is_repeatable:
            assert one == other
        else:
            assert len(one) == pytest.approx(len(other), rel=_VARIES)

    @pytest.mark.asyncio
    @CODINGS
    async def test_more_text_takes_longer(self, voice: Voice, coding: Coding) -> None:
        """And there is sound at all, which can be played; of ``pcm`` whole samples."""
        short = await voice.speak(SHORT, None, coding)
        long = await voice.speak(LONG, None, coding)
        assert 0 < length(short, coding) < length(long, coding)
        assert coding == "mp3" or not len(short) % 2

    @pytest.mark.asyncio
    @CODINGS
    async def test_pieces_are_one_sound_together(self, voice: Voice, coding: Coding) -> None:
        """Put one after the other they last as long as each alone, and none is lost."""
        pieces = [await voice.speak(text, None, coding) for text in (SHORT, LONG, SHORT)]
        apart = sum(length(piece, coding) for piece in pieces)
        assert abs(length(b"".join(pieces), coding) - apart) <= len(pieces) * _PADDING

    @pytest.mark.asyncio
    @pytest.mark.parametrize(
        "voice_id", ["nobody", "", "../v1/voices", "a b?c=d#e", "\u00e4" * 300]
    )
    async def test_an_unknown_voice_is_the_usual_one(self, voice: Voice, voice_id: str) -> None:
        """Whatever somebody calls it, and every time."""
        usual = await voice.speak(SHORT, None, "pcm")
        for _ in range(2):
            self.require_alike(await voice.speak(SHORT, voice_id, "pcm"), usual)

    @pytest.mark.asyncio
    @CODINGS
    @pytest.mark.parametrize(
        "text",
        [
            "Gr\u00fc\u00dfe, \u4f60\u597d, \u043f\u0440\u0438 \U0001f389 it is done",
            '<speak><break time="60s"/>it is <b>done</b></speak> & 2 < 3 [[ph@n]] {x} %s \\n',
            "half a letter \ud83d and a tab\tand a line\nare spoken",
        ],
        ids=["letters", "markup", "signs"],
    )
    async def test_any_text_is_text(self, voice: Voice, coding: Coding, text: str) -> None:
        """Nothing in it is an instruction, such as to be silent for a minute."""
        assert 0 < length(await voice.speak(text, None, coding), coding) < 30 * SPOKEN_RATE

    @pytest.mark.asyncio
    @CODINGS
    @pytest.mark.parametrize("text", ["...", "\U0001f389", " ", "?!"])
    async def test_nothing_to_say_is_said_shortly(
        self, voice: Voice, coding: Coding, text: str
    ) -> None:
        """It is a sound like any other, so that whoever plays it needs no case for it."""
        assert 0 < length(await voice.speak(text, None, coding), coding) < 3 * SPOKEN_RATE

    @pytest.mark.asyncio
    async def test_two_at_once_do_not_mix(self, voice: Voice) -> None:
        """Each hears what he would hear alone, in his own coding."""
        alone = [await voice.speak(text, None, "pcm") for text in (SHORT, LONG)]
        _, *together = await asyncio.gather(
            voice.speak(LONG, None, "mp3"),
            voice.speak(SHORT, None, "pcm"),
            voice.speak(LONG, None, "pcm"),
        )
        for one, other in zip(together, alone, strict=True):
            self.require_alike(one, other)

    @pytest.mark.asyncio
    async def test_who_is_cancelled_leaves_nothing_behind(self, voice: Voice) -> None:
        """At any moment: no task goes on, and the voice speaks as before."""
        usual = await voice.speak(SHORT, None, "pcm")
        others = asyncio.all_tasks()
        for moments in range(12):
            speaking = asyncio.create_task(voice.speak(LONG, None, "pcm"))
            for _ in range(moments):
                await asyncio.sleep(0)
            speaking.cancel()
            await asyncio.gather(speaking, return_exceptions=True)
            assert asyncio.all_tasks() <= others | self.own_tasks()
        self.require_alike(await voice.speak(SHORT, None, "pcm"), usual)

    def own_tasks(self) -> set[asyncio.Task[object]]:
        """Those of what a voice speaks with, outside of this program in truth."""
        return set()

    @pytest.mark.asyncio
    async def test_it_is_closed_twice(self, voice: Voice) -> None:
        """Before and after it spoke, and it has a name."""
        await voice.speak(SHORT, None, "pcm")
        await voice.close()
        await voice.close()
        assert voice.name
