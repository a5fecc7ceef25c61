"""The judge of break prompts accepts those that are due, and names what is undue or missing."""

import pytest

from petcore.adapters.zones_tzdata import TzdataZones
from simulator.invariants.break_prompts import BreakPrompts
from tests.simulator.invariants.story import (
    PROMPT,
    Story,
    minute,
    preference,
    prompt_ack,
    prompt_poll,
    sample,
    samples,
    session_end,
    sole,
    study,
    verdict,
    world,
)

OTHER = "99999999-9999-4999-8999-999999999999"
HIGH = samples(range(11))
"""Stress is high for ten minutes, and the sample of minute 10 brings the prompt."""


def shown(at: float, id: str | None = PROMPT, since: float = 10) -> Story:
    """A poll at a minute shows the prompt of another minute, or none."""
    return prompt_poll(minute(at), id, minute(since))


def ack(at: float, accepts: bool = True, answered: bool | None = True, id: str = PROMPT) -> Story:
    """The prompt is answered at a minute."""
    return prompt_ack(minute(at), id, accepts, answered)


RESOLVED = [HIGH, shown(10.5), ack(11)]


@pytest.mark.parametrize(
    "stories",
    [
        [samples(range(10)), shown(9.5, None), sample(minute(10)), shown(10.5)],
        [samples([0, 6, 10]), shown(10.5)],
        [samples([0, 6.1, 12]), shown(12.5, None), sample(minute(16.1)), shown(17, since=16.1)],
        [
            samples([10, 4, 7, 1]),
            shown(10.5, None),
            sample(minute(11), captured_at=0),
            shown(12, since=11),
        ],
        [samples(range(11), 0.74), shown(11, None)],
        [samples(range(5)), sample(minute(5), 0.2), samples(range(6, 16)), shown(15.5, None)],
        [
            samples(range(5)),
            sample(minute(5), 0.2, confidence=0.4),
            samples(range(6, 11)),
            shown(11),
        ],
        [
            samples(range(5)),
            sample(minute(5), captured_at=minute(10.1)),
            samples(range(6, 10)),
            shown(9.5, None),
        ],
        [*RESOLVED, shown(12, None), samples(range(12, 36)), shown(35.5, None)],
        [*RESOLVED, samples(range(12, 37)), shown(37, OTHER, since=36)],
        [HIGH, shown(10.5), samples(range(11, 30)), shown(30)],
        [HIGH, shown(10.5), samples(range(11, 20)), ack(20), shown(21, None)],
        [HIGH, shown(10, None), shown(10.5)],
        [HIGH, shown(10.5), session_end(minute(11)), shown(11.5, None)],
        [HIGH, shown(10.5), ack(11, accepts=False, answered=False), ack(12, answered=False)],
        [HIGH, shown(10.5), session_end(minute(11)), ack(12, answered=None)],
        [preference(minute(1), enabled=False), HIGH, shown(11, None)],
        [HIGH, preference(minute(11), enabled=False), shown(12)],
        [
            preference(minute(1), enabled=False),
            preference(minute(2), enabled=True),
            HIGH,
            shown(11),
        ],
    ],
)
def test_prompts_as_promised_are_accepted(stories: list[Story]) -> None:
    """Ten unbroken minutes bring one, nothing else does, and it stays until it is resolved."""
    judge = BreakPrompts(TzdataZones())
    assert verdict(judge, world(), study(0), *stories) == []
    assert judge.cases


@pytest.mark.parametrize(
    ("stories", "complaint"),
    [
        ([HIGH, shown(10.5, None)], "shows no prompt"),
        ([samples([10, 4, 7, 1]), sample(minute(11), captured_at=0), shown(12, None)], "no prompt"),
        ([samples(range(10)), shown(9.5, since=9)], "had not been high for ten minutes"),
        ([samples([0, 6.1, 12]), shown(12.5, since=12)], "had not been high for ten minutes"),
        ([samples(range(11), 0.74), shown(11)], "had not been high for ten minutes"),
        ([HIGH, sample(minute(11)), shown(11.5, since=11)], "stress had been high for ten minutes"),
        ([*RESOLVED, samples(range(12, 36)), shown(36, OTHER, since=35)], "had not been high"),
        ([*RESOLVED, samples(range(12, 37)), shown(37, None)], "shows no prompt"),
        ([*RESOLVED, shown(12)], "has been resolved"),
        ([HIGH, shown(10.5), session_end(minute(11)), shown(12)], "has been resolved"),
        ([HIGH, shown(10.5), shown(11, None)], "shows no prompt"),
        ([HIGH, shown(10.5), shown(11, OTHER)], "had not been high"),
        ([*RESOLVED, shown(12, OTHER)], "had not been high"),
        ([preference(minute(1), enabled=False), HIGH, shown(11)], "nobody may be asked"),
        ([*RESOLVED, ack(12, accepts=False, answered=False)], "decision"),
        ([HIGH, shown(10.5), session_end(minute(11)), ack(12)], "decision"),
        ([HIGH, ack(10.5)], "no poll showed it"),
    ],
)
def test_a_broken_promise_about_prompts_is_noticed(stories: list[Story], complaint: str) -> None:
    """One fault in a trace made by hand, and the judge names it."""
    assert complaint in sole(verdict(BreakPrompts(TzdataZones()), world(), study(0), *stories))


@pytest.mark.parametrize(
    ("stories", "complaint"),
    [
        ([study(0, wish=False, allows=False), HIGH, shown(11)], "nobody may be asked"),
        ([study(0, wish=False, allows=True)], "allow_prompted_breaks"),
        ([study(0, wish=None, allows=True)], "allow_prompted_breaks"),
        ([preference(0, enabled=True), study(1, wish=None, allows=False)], "allow_prompted_breaks"),
    ],
)
def test_whether_a_session_may_ask_is_said_at_its_start(
    stories: list[Story], complaint: str
) -> None:
    """In its request, or else by the preference of its user; without one it may not."""
    assert complaint in sole(verdict(BreakPrompts(TzdataZones()), world(), *stories))


@pytest.mark.parametrize(
    "stories",
    [
        [study(0, wish=None, allows=False), HIGH, shown(11, None)],
        [preference(0, enabled=True), study(1, wish=None), HIGH, shown(11)],
        [preference(0, enabled=False), study(1, wish=True), HIGH, shown(11)],
    ],
)
def test_what_was_said_at_the_start_is_accepted(stories: list[Story]) -> None:
    """The session's own wish goes before the preference."""
    assert verdict(BreakPrompts(TzdataZones()), world(), *stories) == []


def test_a_sample_that_comes_twice_counts_once() -> None:
    """Prompts are forbidden when it comes first; allowed, when the network delivers it again."""
    off, on = preference(minute(1), enabled=False), preference(minute(11), enabled=True)
    last = sample(minute(10), key="a")
    again = sample(minute(12), captured_at=minute(10), key="a")
    story = [off, samples(range(10)), last, on, again, shown(13, None)]
    assert verdict(BreakPrompts(TzdataZones()), world(), study(0), *story) == []


@pytest.mark.parametrize(("since", "is_right"), [(10.5, True), (11, True), (9.9, False)])
def test_a_prompt_may_have_come_before_it_had_to(since: float, is_right: bool) -> None:
    """The user allowed prompts while a sample was on its way; the next one must bring one."""
    asked, *answered = sample(minute(10.5), captured_at=minute(10))
    before: list[Story] = [
        study(0),
        samples([0]),
        preference(minute(0.5), False),
        samples(range(1, 10)),
    ]
    between: list[Story] = [
        [{**asked, "at": minute(10.2)}],
        preference(minute(10.3), True),
        answered,
    ]
    after = [sample(minute(11)), shown(11.5, since=since)]
    said = verdict(BreakPrompts(TzdataZones()), world(), *before, *between, *after)
    assert said == [] if is_right else "stress had been high" in sole(said)


def test_the_oldest_of_two_open_prompts_is_shown() -> None:
    """Two sessions of one user ask for a break each."""
    both = [
        event
        for at in range(12)
        for session_id in ((PROMPT, OTHER) if at else (PROMPT,))
        for event in sample(minute(at), session_id=session_id)
    ]
    sessions = [study(0, PROMPT), study(0, OTHER)]
    first, second = shown(11.5, PROMPT), shown(12.5, OTHER, since=11)
    assert (
        verdict(BreakPrompts(TzdataZones()), world(), *sessions, both, first, ack(12), second) == []
    )
    wrong = [first, shown(11.7, OTHER, since=11)]
    complaint = sole(verdict(BreakPrompts(TzdataZones()), world(), *sessions, both, *wrong))
    assert "not the oldest" in complaint
