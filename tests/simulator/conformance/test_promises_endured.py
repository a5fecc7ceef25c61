"""Promises of bad times and of the screen, on records written by hand."""

from itertools import accumulate

import pytest

from simulator.conformance import record as of
from simulator.conformance import story
from simulator.conformance.nonsense import KINDS
from simulator.conformance.record import Request, Screen
from tests.simulator.conformance.told import (
    BROKEN,
    KEPT,
    UNTESTED,
    judged,
    polls,
    record,
    request,
    screen,
    span,
)

HUNG_UP = span(story.HUNG_UP, 0, 600)
BACK = span(story.back_from(story.HUNG_UP), 600, 700)


def tries(*waits_s: float) -> list[Request]:
    """Give polls of the outage with these waits between them, from second 0."""
    return polls(story.HUNG_UP, *accumulate(waits_s, initial=0.0), treatment=of.HUNG_UP)


GROWING = (1.2, 2.9, 6, 11, 25, 44, 58, 33, 51, 59, 41, 55, 38, 57, 46, 60)


@pytest.mark.parametrize(
    ("waits_s", "verdict", "words"),
    [
        (GROWING, KEPT, "1.2 s to 60.0 s apart"),
        ((1, 2, 4, 8, 16, 32, 64, 128, 256), BROKEN, "waited 128.0 s"),
        ((1, 2, 4, 8, 16, 32, 60, 59), BROKEN, "waited 418.0 s"),
        ((1, 0.3, *GROWING), BROKEN, "waited only 0.3 s"),
        ((2.0, 2.3, 2.9) * 60, BROKEN, "still every"),
        ((60.0,) * 10, BROKEN, "by the clock and not by chance"),
        ((80.0, 88.0), BROKEN, "waited 432.0 s"),
    ],
)
def test_a_device_backs_off(waits_s: tuple[float, ...], verdict: object, words: str) -> None:
    """Longer and longer, by chance, a minute at most; the wait that outlasts the outage counts."""
    found = judged("backs off", record(*tries(*waits_s), acts=(HUNG_UP,)))
    assert found.verdict is verdict
    assert words in "\n".join(found.evidence)


def test_few_tries_prove_nothing() -> None:
    """An outage that was broken off."""
    told = record(*tries(1, 2), acts=(span(story.HUNG_UP, 0, 9),))
    assert judged("backs off", told).verdict is UNTESTED


@pytest.mark.parametrize(
    ("first_s", "verdict"), [(601, KEPT), (721, KEPT), (730, BROKEN), (None, BROKEN)]
)
def test_a_device_comes_back(first_s: int | None, verdict: object) -> None:
    """Every poll that it ever asked, after every outage; an answer that is none does not count."""
    acts, asked = [], polls("calm", 0)
    for place, act in enumerate(story.OUTAGES):
        from_s = 1_000 * place
        acts += [span(act, from_s, from_s + 600), span(story.back_from(act), from_s + 600, 1_000)]
        at_s = 601 if first_s is None and place else first_s
        asked += polls(act, from_s + 300, treatment=of.HUNG_UP)
        asked += [] if at_s is None else polls(story.back_from(act), from_s + at_s)
    found = judged("comes back", record(*asked, acts=tuple(acts)))
    assert found.verdict is (BROKEN if first_s is None else verdict)


def test_a_poll_that_was_not_answered_is_no_return() -> None:
    """Nor is one that is refused."""
    acts = (HUNG_UP, BACK, *(span(name, 0, 0) for name in story.OUTAGES[1:]))
    unanswered = polls(story.back_from(story.HUNG_UP), 610, treatment=of.LOST)
    good = polls(story.back_from(story.HUNG_UP), 800)
    told = record(*polls("calm", 0), *unanswered, *good, acts=acts)
    assert judged("comes back", told).verdict is BROKEN


def test_an_outage_that_was_not_played_is_not_tested() -> None:
    """However well it came back from the others."""
    told = record(*polls("calm", 0, 601), acts=(HUNG_UP, BACK))
    assert judged("comes back", told).verdict is UNTESTED


def nonsense(*kinds: str, every_s: float = 5) -> list[Request]:
    """Give polls that were answered so, and one that was answered well."""
    asked = [
        request(every_s * place, of.WATER_POLL, story.NONSENSE, treatment=f"{of.NONSENSE}: {kind}")
        for place, kind in enumerate(kinds)
    ]
    return asked + polls(story.NONSENSE, every_s * len(kinds))


def test_nonsense_does_not_end_the_polls() -> None:
    """All kinds of it; a kind that was not told was not tested; one that ended them is named."""
    assert judged("survives nonsense", record(*nonsense(*KINDS))).verdict is KEPT
    assert judged("survives nonsense", record(*nonsense(*list(KINDS)[1:]))).verdict is UNTESTED
    found = judged("survives nonsense", record(*nonsense(*KINDS)[:3]))
    assert found.verdict is BROKEN
    assert found.evidence == (f"0:10 water was not asked again after {list(KINDS)[2]}",)
    late = nonsense(*KINDS, every_s=130)
    assert judged("survives nonsense", record(*late)).verdict is BROKEN


def refused(first_s: float, again_s: float, *, pairs_s: float | None = 401) -> list[Request]:
    """Give polls before, two in each refusal, one after it; and a pairing in the last."""
    asked = [request(0, of.PAIRING, status=201), *polls("calm", 1)]
    for place, act in enumerate((*story.REFUSALS, story.TOKEN_ENDS)):
        from_s = 100 + 100 * place
        moments = (from_s + first_s, from_s + again_s)
        asked += polls(act, *moments, treatment=of.REFUSING)
        asked += polls(story.back_from(act), from_s + 51)
    return asked + ([] if pairs_s is None else [request(pairs_s, of.PAIRING, status=201)])


REFUSED = tuple(
    act
    for place, name in enumerate((*story.REFUSALS, story.TOKEN_ENDS), 1)
    for act in (
        span(name, 100 * place, 100 * place + 50),
        span(story.back_from(name), 100 * place + 50, 100 * place + 60),
    )
)


@pytest.mark.parametrize(
    ("asked", "verdict", "words"),
    [
        (refused(1, 11), KEPT, "paired anew"),
        (refused(1, 1.5), BROKEN, "again after 0.5 s"),
        (refused(1, 11, pairs_s=None), BROKEN, "did not pair anew"),
        (refused(1, 11)[:-2], BROKEN, "not within"),
    ],
)
def test_refusals_are_taken(asked: list[Request], verdict: object, words: str) -> None:
    """Neither hammering nor giving up; a pairing without a valid token."""
    found = judged("takes refusals", record(*asked, acts=REFUSED))
    assert found.verdict is verdict
    assert words in "\n".join(found.evidence)


def test_refusals_that_were_not_played_are_not_tested() -> None:
    """However well those before were taken."""
    told = record(*refused(1, 11)[:8], acts=REFUSED[:4])
    assert judged("takes refusals", told).verdict is UNTESTED


def test_the_end_is_looked_at() -> None:
    """A poll that is gone is missed; so is a program that has ended."""
    calm, first = span(story.CALM, 100, 165), polls(story.ARRIVAL, 1)
    both = first + polls(story.ARRIVAL, 2, operation=of.PROMPT_POLL)
    there = polls(story.CALM, 110)
    assert judged("is there in the end", record(*first, *there, acts=(calm,))).verdict is KEPT
    assert judged("is there in the end", record(*both, *there, acts=(calm,))).verdict is BROKEN
    told = record(*first, *there)
    assert judged("is there in the end", told).verdict is UNTESTED
    told.ended = "the program ended"
    assert judged("is there in the end", told).verdict is BROKEN


def told_things() -> list[Request]:
    """Give what a device is told and tells, so that something can be stale."""
    session = story.APPS_POMODORO
    return [
        request(10, of.WATER_POLL, story.REMINDER, answer={"remind_now": True}),
        request(20, of.WATER_ACK, story.REMINDER, key="a"),
        request(30, of.PROMPT_POLL, story.PROMPT, answer={"show_prompt": True}),
        request(40, of.PROMPT_POLL, story.WITHDRAWN_PROMPT, answer={"show_prompt": True}),
        request(50, of.PROMPT_POLL, story.WITHDRAWN_PROMPT, answer={"show_prompt": False}),
        request(60, of.STOP, story.OWN_POMODORO, key="b"),
        request(100, of.ACTIVE, session, answer={"phase": "focus", "seconds_remaining": 120}),
        request(221, of.STATUS, session, answer={"phase": "break", "seconds_remaining": 59}),
        request(281, of.STATUS, session, answer={"phase": "completed", "seconds_remaining": 0}),
    ]


IDLE_AT = (21, 35, 51, 61, 282)
SHOWN = [
    screen(10.2, "WATER_DROP"),
    screen(30.2, "BREAK_PROMPT"),
    screen(40.2, "BREAK_PROMPT"),
    screen(55, "POMODORO_TIMER", "focus", 25),
    screen(100.2, "POMODORO_TIMER", "focus", 2),
    screen(160, "POMODORO_TIMER", "focus", 1),
    screen(221.1, "POMODORO_TIMER", "break", 1),
    *(screen(at_s, "IDLE") for at_s in IDLE_AT),
]


def without(*at_s: float) -> list[Screen]:
    """Give the scenes but those that begin at these moments, in the order of time."""
    gone = {int(moment * 1000) for moment in at_s}
    kept = [scene for scene in SHOWN if scene.at_ms not in gone]
    return sorted(kept, key=lambda scene: scene.at_ms)


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ((), ""),
        ((21,), "reminder: it still shows WATER_DROP"),
        ((51, 55), "withdrawn prompt: it still shows BREAK_PROMPT"),
        ((61,), "own Pomodoro: it still shows POMODORO_TIMER"),
        ((282,), "Pomodoro of the app: it still shows POMODORO_TIMER"),
    ],
)
def test_what_is_over_is_gone(missing: tuple[float, ...], words: str) -> None:
    """Two seconds and a little after the device could know."""
    found = judged("shows nothing stale", record(*told_things(), *without(*missing)))
    assert found.verdict is (BROKEN if words else KEPT)
    assert words in found.evidence[0]


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ((), ""),
        ((10.2,), "WATER_DROP was not shown"),
        ((30.2,), "BREAK_PROMPT was not shown"),
        ((100.2, 160), "POMODORO_TIMER was not shown"),
    ],
)
def test_what_is_told_is_shown(missing: tuple[float, ...], words: str) -> None:
    """Soon."""
    found = judged("shows what it is told", record(*told_things(), *without(*missing)))
    assert found.verdict is (BROKEN if words else KEPT)
    assert words in found.evidence[0]


@pytest.mark.parametrize(
    ("minutes", "verdict"),
    [((2, 1, 1), KEPT), ((1, 0, 0), KEPT), ((122, 1, 1), BROKEN), ((2, 2, 1), BROKEN)],
)
def test_minutes_are_true(minutes: tuple[int, ...], verdict: object) -> None:
    """Begun ones or full ones; at the beginning of a scene and at its end."""
    first = [screen(100.2, "POMODORO_TIMER", "focus", minutes[0])]
    rest = [
        screen(160, "POMODORO_TIMER", "focus", minutes[1]),
        screen(221.1, "POMODORO_TIMER", "break", minutes[2]),
        screen(282, "IDLE"),
    ]
    assert judged("counts down truly", record(*told_things(), *first, *rest)).verdict is verdict


def test_a_phase_is_asked_about_when_it_has_ended() -> None:
    """Half a minute later at the latest."""
    assert judged("notices the end of a phase", record(*told_things())).verdict is KEPT
    assert judged("notices the end of a phase", record(*told_things()[:-1])).verdict is BROKEN
    assert judged("notices the end of a phase", record()).verdict is UNTESTED


@pytest.mark.parametrize(
    ("marks", "verdict"),
    [
        (((20, True), (610, False)), KEPT),
        (((20, True),), BROKEN),
        (((200, True), (610, False)), BROKEN),
        ((), BROKEN),
    ],
)
def test_offline_is_marked(marks: tuple[tuple[float, bool], ...], verdict: object) -> None:
    """Within three minutes, and not when the server is back."""
    scenes = [screen(0, "IDLE"), *(screen(at, "IDLE", offline=mark) for at, mark in marks)]
    told = record(*scenes, acts=(HUNG_UP, BACK))
    assert judged("marks offline", told).verdict is verdict


SEEN = {
    story.SEES_REMINDER: True,
    story.SAW_REMINDER: False,
    story.SEES_PROMPT: True,
    story.SAW_PROMPT: False,
    story.SEES_MINUTES: True,
    story.SAW_POMODORO: False,
    story.SEES_OFFLINE: True,
    story.SAW_OFFLINE: False,
}


@pytest.mark.parametrize(
    ("promise", "looks"),
    [
        ("shows what it is told", (story.SEES_REMINDER, story.SEES_PROMPT)),
        ("shows nothing stale", (story.SAW_REMINDER, story.SAW_PROMPT, story.SAW_POMODORO)),
        ("counts down truly", (story.SEES_MINUTES,)),
        ("marks offline", (story.SEES_OFFLINE, story.SAW_OFFLINE)),
    ],
)
def test_a_person_sees_as_well(promise: str, looks: tuple[str, ...]) -> None:
    """One wrong look breaks it; one that nobody took leaves it open."""
    assert judged(promise, record(said=SEEN, eyes=False)).verdict is KEPT
    for look in looks:
        wrong = {**SEEN, look: not SEEN[look]}
        assert judged(promise, record(said=wrong, eyes=False)).verdict is BROKEN
        missing = {name: value for name, value in SEEN.items() if name != look}
        assert judged(promise, record(said=missing, eyes=False)).verdict is UNTESTED
