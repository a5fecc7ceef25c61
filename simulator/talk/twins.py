"""What the server of a simulated world talks by: scripted twins, in the time of the world.

Now and then one of them fails, and a tool is used: the trace says for which request.
"""

from collections.abc import Mapping

import orjson

from petcore.adapters.audio_wave import WaveAudio
from petcore.adapters.clock_system import pause
from petcore.adapters.hearing_scripted import ScriptedHearing
from petcore.adapters.language_scripted import ScriptedLanguage
from petcore.adapters.voice_scripted import ScriptedVoice
from petcore.errors import HearingFailed, PetcoreError, VoiceFailed
from petcore.ports.audio import Recording
from petcore.ports.faculties import Faculties
from petcore.ports.language import ToolCall
from petcore.ports.voice import Coding
from simulator.kernel.fate import Fate
from simulator.kernel.serving import SERVING
from simulator.kernel.stage import Stage
from simulator.talk.faults import ProviderFaults
from simulator.talk.small_model import NO_LETTERS, SmallModel
from simulator.talk.trouble import Plight, Trouble

_VOICE_FAILS, _HEARING_FAILS = 40, 60
"""Thousandths of all that is spoken or heard."""
_VOICE_MS, _HEARING_MS = (100, 900), (200, 1_500)
_THOUSAND = 1000


def faculties_of(
    stage: Stage, faults: ProviderFaults | None = None, fate: Fate | None = None
) -> Faculties:
    """One of each, with these faults; asyncio's time is that of the world."""
    log = Log(stage)
    trouble = Trouble(fate or Fate(stage), faults or ProviderFaults())
    model = SmallModel(stage.streams.stream("talk/language"), log, trouble)
    speaking = _Chore(log, "voice", _VOICE_MS, _VOICE_FAILS, VoiceFailed, trouble)
    listening = _Chore(log, "hearing", _HEARING_MS, _HEARING_FAILS, HearingFailed, trouble)
    return Faculties(
        language=ScriptedLanguage(model.answer, pause),
        voice=_Voice(speaking),
        hearing=_Hearing(listening),
        audio=WaveAudio(),
        pause=pause,
    )


class Log:
    """Lets the trace know what became of a request."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    def thinks(self) -> None:
        """The language begins to think of an answer, and knows what it will be told."""
        self.stage.trace.note("thinks", id=SERVING.get())

    def acted(self, call: ToolCall, result: Mapping[str, object] | None) -> None:
        """A tool was used. Both are noted as texts, for they may hold scores."""
        self.stage.trace.note(
            "acted",
            id=SERVING.get(),
            tool=call.name,
            arguments=_text(call.arguments),
            result=_text(result or {}),
        )

    def failed(self, what: str) -> None:
        """Language, voice or hearing fails now."""
        self.stage.trace.note("failed", id=SERVING.get(), what=what)

    def late(self, what: str) -> None:
        """Language, voice or hearing will take long, and may be given up."""
        self.stage.trace.note("late", id=SERVING.get(), what=what)


class _Chore:
    """What is asked of a voice or of ears again and again."""

    def __init__(
        self,
        log: Log,
        what: str,
        span_ms: tuple[int, int],
        fails: int,
        failure: type[PetcoreError],
        trouble: Trouble,
    ) -> None:
        self._log, self._what = log, what
        self._span_ms, self._fails, self._failure = span_ms, fails, failure
        self._chance = log.stage.streams.stream(f"talk/{what}")
        self._trouble = trouble

    def plight(self) -> Plight:
        """What befalls it this time. The trace knows of what is not given."""
        plight = self._trouble.of(self._what)
        if plight.is_blank:
            self._log.failed(self._what)
        if plight.hangs_s:
            self._log.late(self._what)
        return plight

    def seconds(self, plight: Plight) -> float:
        """How long it takes; it may fail instead."""
        # Both are drawn always, so that no draw depends on the outcome of another.
        seconds = self._chance.randint(*self._span_ms) / _THOUSAND
        if self._chance.randrange(_THOUSAND) < self._fails or plight.fails:
            self._log.failed(self._what)
            raise self._failure(f"the {self._what} of this world fails now and then")
        return seconds + plight.hangs_s


class _Voice:
    """The scripted voice, in trouble."""

    name = ScriptedVoice.name

    def __init__(self, chore: _Chore) -> None:
        self._chore = chore

    async def speak(self, text: str, voice_id: str | None, coding: Coding) -> bytes:
        """``text``, or nothing. Raises ``VoiceFailed``."""
        plight = self._chore.plight()
        voice = ScriptedVoice(lambda _: self._chore.seconds(plight), pause)
        sound = await voice.speak(text, voice_id, coding)
        return b"" if plight.is_blank else sound

    async def close(self) -> None:
        """There is nothing to let go of."""


class _Hearing:
    """The scripted ears, in trouble."""

    name = ScriptedHearing.name

    def __init__(self, chore: _Chore) -> None:
        self._chore = chore

    async def hear(self, recording: Recording) -> str:
        """The words, or nothing, or what are no letters beside them. Raises ``HearingFailed``."""
        plight = self._chore.plight()
        hearing = ScriptedHearing(lambda _: self._chore.seconds(plight), pause)
        heard = await hearing.hear(recording)
        if plight.is_blank:
            return ""
        return f"{NO_LETTERS}{heard}" if plight.is_strange else heard

    async def close(self) -> None:
        """There is nothing to let go of."""


def _text(said: Mapping[str, object]) -> str:
    return orjson.dumps(dict(said)).decode()
