"""What the server of a simulated world talks by: scripted twins, in the time of the world.

Now and then one of them fails, and a tool is used: the trace says for which request.
"""

from collections.abc import Callable, Mapping

import orjson

from petcore.adapters.audio_wave import WaveAudio
from petcore.adapters.clock_system import pause
from petcore.adapters.hearing_scripted import ScriptedHearing
from petcore.adapters.language_scripted import ScriptedLanguage
from petcore.adapters.voice_scripted import ScriptedVoice
from petcore.errors import HearingFailed, PetcoreError, VoiceFailed
from petcore.ports.faculties import Faculties
from petcore.ports.language import ToolCall
from simulator.kernel.serving import SERVING
from simulator.kernel.stage import Stage
from simulator.talk.small_model import SmallModel

_VOICE_FAILS, _HEARING_FAILS = 40, 60
"""Thousandths of all that is spoken or heard."""
_VOICE_MS, _HEARING_MS = (100, 900), (200, 1_500)
_THOUSAND = 1000


def faculties_of(stage: Stage) -> Faculties:
    """One of each; asyncio's time is that of the world."""
    log = Log(stage)
    model = SmallModel(stage.streams.stream("talk/language"), log)
    return Faculties(
        language=ScriptedLanguage(model.answer, pause),
        voice=ScriptedVoice(_takes(log, "voice", _VOICE_MS, _VOICE_FAILS, VoiceFailed), pause),
        hearing=ScriptedHearing(
            _takes(log, "hearing", _HEARING_MS, _HEARING_FAILS, HearingFailed), pause
        ),
        audio=WaveAudio(),
        pause=pause,
    )


class Log:
    """Lets the trace know what became of a request."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

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


def _takes(
    log: Log, what: str, span_ms: tuple[int, int], fails: int, failure: type[PetcoreError]
) -> Callable[[str], float]:
    """How many seconds it takes for a text; it may fail instead."""
    chance = log.stage.streams.stream(f"talk/{what}")

    def delay(_: str) -> float:
        # Both are drawn always, so that no draw depends on the outcome of another.
        seconds = chance.randint(*span_ms) / _THOUSAND
        if chance.randrange(_THOUSAND) < fails:
            log.failed(what)
            raise failure(f"the {what} of this world fails now and then")
        return seconds

    return delay


def _text(said: Mapping[str, object]) -> str:
    return orjson.dumps(dict(said)).decode()
