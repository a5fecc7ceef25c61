"""What an act is made of: what the server does, what the person does, and what is waited for.

Belongs here: the kinds of steps, and the conditions that a step waits for. Does not: playing them
(``walk``), the story itself (``story``).
"""

from collections.abc import Callable
from dataclasses import dataclass

from simulator.conformance import record as of
from simulator.conformance.nonsense import TURNS
from simulator.conformance.record import Record
from simulator.conformance.script import Script

STUCK_S = 180
"""Who has not polled for so long in the nonsense will not poll again."""
_POLLS_OF_ALL = frozenset(of.POLLS.values())


@dataclass(frozen=True, slots=True)
class Scene:
    """What a condition sees: all that was noted, and what of it belongs to this act."""

    record: Record
    script: Script
    act: str
    began_ms: int
    now_ms: int


Condition = Callable[[Scene], bool]


@dataclass(frozen=True, slots=True)
class Do:
    """The script is changed."""

    change: Callable[[Script], None]


@dataclass(frozen=True, slots=True)
class Treat:
    """Who asks is treated so from now on."""

    treatment: str
    refusal: int = 0


@dataclass(frozen=True, slots=True)
class For:
    """Seconds of the device pass; ``quick_s`` where haste was asked for."""

    seconds: int
    quick_s: int | None = None


@dataclass(frozen=True, slots=True)
class Settle:
    """As much time passes as a device may take until its screen follows, and a little more."""


@dataclass(frozen=True, slots=True)
class Until:
    """Time passes until something is so, at most so many seconds of the device."""

    condition: Condition
    seconds_max: int


@dataclass(frozen=True, slots=True)
class Push:
    """A button is pressed; ``why`` is told to a person. Nothing is pressed unless ``only_if``."""

    kind: str
    why: str
    only_if: Condition | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """A person is asked what is on the screen. Who sees every scene is not asked."""

    name: str
    question: str


@dataclass(frozen=True, slots=True)
class Need:
    """The story is broken off unless this is so; ``otherwise`` says what is wrong then."""

    condition: Condition
    otherwise: str


Step = Do | Treat | For | Settle | Until | Push | Look | Need


@dataclass(frozen=True, slots=True)
class Act:
    """A part of the story: its name, what happens, and the steps."""

    name: str
    story: str
    steps: tuple[Step, ...]


def polled(poll: str, times: int = 1) -> Condition:
    """The poll was asked in this act, and answered well, so many times; or is never asked."""

    def holds(scene: Scene) -> bool:
        polls = scene.record.polls().get(poll)
        if polls is None:
            return True
        return sum(r.is_good and r.act == scene.act for r in polls) >= times

    return holds


def all_polled(times: int = 1) -> Condition:
    """Every poll that the device asks at all was asked and answered well so many times."""
    each = [polled(poll, times) for poll in sorted(_POLLS_OF_ALL)]
    return lambda scene: bool(scene.record.polls()) and all(holds(scene) for holds in each)


def arrived(scene: Scene) -> bool:
    """All three polls were asked twice: there is nothing more to wait for."""
    return len(scene.record.polls()) == len(_POLLS_OF_ALL) and all_polled(2)(scene)


def asks(poll: str) -> Condition:
    """The device asks this poll at all."""
    return lambda scene: poll in scene.record.polls()


def if_asked(poll: str, condition: Condition) -> Condition:
    """So is a condition; of a device that never asks this poll nothing is waited for."""
    return lambda scene: not asks(poll)(scene) or condition(scene)


def heard(scene: Scene) -> bool:
    """Anything at all was asked in this act."""
    return bool(scene.record.during(scene.act))


def answered(operation: str, times: int = 1) -> Condition:
    """It was asked in this act and answered well, so many times."""

    def holds(scene: Scene) -> bool:
        found = scene.record.during(scene.act, operation)
        return sum(request.is_good for request in found) >= times

    return holds


def told(name: str, value: object) -> Condition:
    """An answer of this act that arrived said so."""

    def holds(scene: Scene) -> bool:
        return any(
            request.is_good and request.answer.get(name) == value
            for request in scene.record.during(scene.act)
        )

    return holds


def told_in_the_end(name: str, value: object) -> Condition:
    """The last answer of this act that says anything of it said so."""

    def holds(scene: Scene) -> bool:
        said = [
            request.answer[name]
            for request in scene.record.during(scene.act)
            if request.is_good and name in request.answer
        ]
        return bool(said) and said[-1] == value

    return holds


def shown(name: str) -> Condition:
    """The screen shows it; whoever has no eyes believes it."""

    def holds(scene: Scene) -> bool:
        screen = scene.record.screen_at(scene.now_ms)
        return not scene.record.has_eyes or (screen is not None and screen.name == name)

    return holds


def swallowed(scene: Scene) -> bool:
    """Every poll has had every nonsense, or has not been asked for long."""
    for poll, requests in scene.record.polls().items():
        is_through = scene.script.nonsense.get(poll, 0) >= len(TURNS)
        quiet_ms = scene.now_ms - max(requests[-1].end_ms, scene.began_ms)
        if not is_through and quiet_ms < STUCK_S * 1000:
            return False
    return True


def paired_anew(scene: Scene) -> bool:
    """It has collected a token in this act; who had none has been refused for a while."""
    if scene.script.token is None:
        return scene.now_ms - scene.began_ms >= STUCK_S * 1000 // 4
    return bool(scene.script.token) and told("status", "paired")(scene)
