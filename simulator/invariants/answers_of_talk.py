"""Answers of talk, for the judge of turns: what they tell in whatever form, and whether that is
honest.
"""

from base64 import b64decode
from collections.abc import Mapping, Sequence
from typing import cast

from simulator.invariants.exchanges import Exchange
from simulator.kernel.trace import Json

_WORDS: Mapping[str, tuple[str, ...]] = {
    "start_pomodoro": ("pomodoro",),
    "stop_pomodoro": ("pomodoro",),
    "start_study_session": ("study", "session"),
    "end_study_session": ("study", "session"),
    "set_water_schedule": ("water", "drink", "remind"),
}
"""One of which stands in every sentence that tells of a deed."""


def names_of(deeds: Sequence[Json]) -> list[tuple[object, object]]:
    """What was done, and whether it was."""
    return [(deed["name"], deed["ok"]) for deed in deeds]


def is_honest(answer: Json, failures: set[str]) -> bool:
    """Whether there may be an answer. If the language fails after a deed, there is one that tells
    of the deed and says that it is not whole.
    """
    is_told = bool(answer["actions"]) and bool(answer["warnings"])
    return "hearing" not in failures and ("language" not in failures or is_told)


def whole(exchange: Exchange) -> Json:
    """An answer with its sound and its text in one piece, however it was told."""
    text = "".join(_told(exchange, "text"))
    pieces = _told(exchange, "audio_base64") or _sound_of(exchange.answer)
    return {**exchange.answer, "text": text, "sound": b"".join(map(b64decode, pieces))}


def _told(exchange: Exchange, name: str) -> list[str]:
    """What a stream tells in pieces, which may be cut otherwise another time."""
    return [str(event.data[name]) for event in exchange.events if name in event.data]


def _sound_of(answer: Json) -> list[str]:
    sound = answer.get("reply_audio_base64")
    return [sound] if isinstance(sound, str) else []


def difference(one: Json, other: Json) -> str:
    """The names of what is not the same in two answers."""
    names = [name for name in one if one[name] != other.get(name)]
    return ", ".join(names)


def unsaid(answer: Json) -> list[str]:
    """What was done, and the answer does not have a word of it."""
    text = str(answer["reply_text"]).lower()
    done = [str(each["name"]) for each in cast("list[Json]", answer["actions"]) if each["ok"]]
    return [name for name in done if not any(word in text for word in _WORDS.get(name, ("",)))]


def result_of(action: Json) -> object:
    """What came of it, without the word whether it was done, which stands beside it."""
    result = cast("Mapping[str, object]", action.get("result") or {})
    return {name: fact for name, fact in result.items() if name not in ("ok", "error")}
