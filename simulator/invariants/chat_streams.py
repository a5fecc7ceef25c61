"""What is told of an answer while it is made comes to what the answer is in the end.

First what was heard, once; then actions, text and sound, the text before its sound; last the whole
answer, or an error, and nothing after either. All pieces of text are the answer's text, all actions
its actions, and it holds no sound of its own. There is sound only for who wants some, and all of
its pieces are one file: a WAV has one head, whose lengths nobody knows yet, and samples after it.
"""

import re
from base64 import b64decode
from collections.abc import Callable

from simulator.invariants import EVERY, Judge, Weighs
from simulator.invariants.exchanges import Exchange
from simulator.kernel.server_events import ServerEvent

_STREAM = "POST /api/chat/stream"
_FIRST, _LAST, _BETWEEN = "heard", ("done", "error"), ("action", "text", "audio")
_TEXT_MAX, _SOUND_MAX = 200, 1_536
"""Letters of a piece of text, bytes of a piece of sound."""
_HEAD = re.compile(rb"RIFF(.{4})WAVEfmt .{20}data(.{4})", re.DOTALL)
_UNKNOWN = b"\xff\xff\xff\xff"

Events = tuple[ServerEvent, ...]


class ChatStreams(Judge):
    """The judge."""

    name = "chat streams"

    @property
    def weighs(self) -> Weighs:
        """Every stream is a case, and every answer to one that was asked for."""
        return {EVERY: self._weigh}

    def _weigh(self, exchange: Exchange) -> None:
        if exchange.operation != _STREAM or exchange.status != 200:  # noqa: PLR2004 -- all is well
            return
        checks: tuple[Callable[[Exchange], str], ...] = (
            _fault_of_order,
            _fault_of_pieces,
            _fault_of_sound,
            _fault_of_whole,
        )
        fault = next((fault for check in checks if (fault := check(exchange))), "")
        said = f"the stream in answer to request {exchange.id} of {exchange.who}"
        self.demand(not fault, exchange.at, f"{said}: {fault}")


def _fault_of_order(exchange: Exchange) -> str:
    names = [event.name for event in exchange.events]
    if not names:
        return "it is none, or broken"
    if names[0] != _FIRST or names[-1] not in _LAST:
        return f"it begins with {names[0]} and ends with {names[-1]}"
    strange = [name for name in names[1:-1] if name not in _BETWEEN]
    if strange:
        return f"{strange[0]} stands in the middle"
    if "audio" in names and "text" not in names[: names.index("audio")]:
        return "there is sound before there is text"
    return ""


def _fault_of_pieces(exchange: Exchange) -> str:
    for name, data in exchange.events:
        if name == "text" and not 0 < len(str(data["text"])) <= _TEXT_MAX:
            return f"a piece of text has {len(str(data['text']))} letters"
        if name == "audio" and not 0 < len(b64decode(str(data["audio_base64"]))) <= _SOUND_MAX:
            return f"a piece of sound has {len(b64decode(str(data['audio_base64'])))} bytes"
    return ""


def _fault_of_sound(exchange: Exchange) -> str:
    told = _called("audio", exchange.events)
    sound = b"".join(b64decode(str(event.data["audio_base64"])) for event in told)
    if sound and exchange.asked.get("include_audio") is not True:
        return "there is sound that nobody wants"
    heads = list(_HEAD.finditer(sound))
    expected = 1 if sound and exchange.asked.get("audio_format") == "wav" else 0
    if len(heads) != expected:
        return f"its sound has the heads of {len(heads)} WAVs, not of {expected}"
    if heads and (heads[0].start(), heads[0].groups()) != (0, (_UNKNOWN, _UNKNOWN)):
        return "its sound does not begin with a head of unknown lengths"
    if heads and heads[0].end() == len(sound):
        return "its sound is a head and nothing else"
    return ""


def _fault_of_whole(exchange: Exchange) -> str:
    if not exchange.is_done:
        return ""
    events, answer = exchange.events, exchange.answer
    told = {
        "reply_text": "".join(str(each.data["text"]) for each in _called("text", events)),
        "actions": [each.data for each in _called("action", events)],
        "reply_audio_base64": None,
        **events[0].data,
    }
    names = [name for name, fact in told.items() if answer.get(name) != fact]
    return f"what was told of {names[0]} is not what it came to" if names else ""


def _called(name: str, events: Events) -> list[ServerEvent]:
    return [event for event in events if event.name == name]
