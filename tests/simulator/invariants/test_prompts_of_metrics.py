"""A break prompt is stored after the sample that brings it: the judge waits until that is over."""

import json

import pytest

from petcore.adapters.zones_tzdata import TzdataZones
from simulator.invariants.break_prompts import BreakPrompts
from tests.simulator.invariants.story import (
    EDGE,
    PROMPT,
    SESSION,
    USER,
    Story,
    exchanged,
    minute,
    prompt_poll,
    sole,
    study,
    utc,
    verdict,
    world,
)

OTHER = "99999999-9999-4999-8999-999999999999"
NOON = minute(11)
"""Each minute a sample of high stress: the one of the eleventh brings the prompt."""


def id_of(number: int) -> str:
    """The id of a sample."""
    return f"{number:08}-1111-4111-8111-111111111111"


def measured(at: int, number: int, captured_at: int | None = None) -> Story:
    """The server stores a sample that it made."""
    sample = {
        "sample_id": id_of(number),
        "session_id": SESSION,
        "user_id": USER,
        "captured_at": utc(at if captured_at is None else captured_at),
        "focus_score": 0.5,
        "stress_score": 0.9,
        "confidence": 1.0,
    }
    return [{"at": at, "kind": "measured", "document": json.dumps(sample)}]


def metrics(at: int, number: int, until: int, session_id: str = SESSION) -> tuple[Story, Story]:
    """The edge sends metrics; and, at last, the server has stored a sample of them."""
    answer = {"ok": True, "sample_id": id_of(number), "captured_at": utc(at)}
    request, *rest = exchanged(
        until,
        "POST /api/stress/metrics",
        {"session_id": session_id},
        answer,
        who=EDGE,
        key=f"metrics-{number}",
        sent_at=at,
    )
    return [request], rest


def judged(*stories: Story, faults: Story | None = None) -> list[str]:
    """What the judge says, if there had been ten samples before."""
    begin = faults or world()
    high = [measured(minute(each), each) for each in range(1, 11)]
    return verdict(BreakPrompts(TzdataZones()), begin, study(0), *high, *stories)


def frail() -> Story:
    """A world whose store is slow: for 18 seconds at most, as judges have it."""
    (event,) = world()
    return [{**event, "faults": {"store": {"slow": 10}}}]


SENT, ANSWERED = metrics(NOON, 11, NOON + 1_000)
MEASURED = measured(NOON + 700, 11, NOON)


def test_a_prompt_may_come_after_its_sample_until_the_metrics_are_answered() -> None:
    """A poll meanwhile need not show it, and may."""
    none, some = prompt_poll(NOON + 900, None), prompt_poll(NOON + 900, PROMPT, NOON + 600)
    after = prompt_poll(NOON + 1_001, PROMPT, NOON + 600)
    faults = frail()
    assert judged(SENT, MEASURED, none, ANSWERED, after, faults=faults) == []
    assert judged(SENT, MEASURED, some, ANSWERED, after, faults=faults) == []


@pytest.mark.parametrize(
    "stories",
    [
        [SENT, MEASURED, ANSWERED, prompt_poll(NOON + 1_001, None)],
        [SENT, MEASURED, measured(NOON + 800, 12), prompt_poll(NOON + 801, None), ANSWERED],
        [
            *[SENT, MEASURED, prompt_poll(NOON + 800, PROMPT, NOON + 600)],
            *[prompt_poll(NOON + 801, None), ANSWERED],
        ],
        [metrics(NOON, 11, NOON, OTHER)[0], MEASURED, prompt_poll(NOON + 701, None)],
        [MEASURED, prompt_poll(NOON + 701, None)],
    ],
)
def test_it_must_be_there_when_they_are_answered(stories: list[Story]) -> None:
    """Or another sample is stored, or it was shown. Metrics of another session are no excuse."""
    assert "shows no prompt" in sole(judged(*stories))


def test_the_answer_to_other_metrics_says_nothing_of_it() -> None:
    """An old one that comes late."""
    sent, answered = metrics(minute(10), 10, NOON + 800)
    none = prompt_poll(NOON + 900, None)
    assert judged(sent, SENT, MEASURED, answered, none, ANSWERED) == []


@pytest.mark.parametrize(("late_ms", "is_fair"), [(18_000, True), (18_001, False)])
def test_what_a_camera_shows_is_stored_in_the_time_of_a_slow_store(
    late_ms: int, is_fair: bool
) -> None:
    """Nobody is answered."""
    none = prompt_poll(NOON + late_ms, None)
    assert (judged(measured(NOON, 11), none, faults=frail()) == []) is is_fair


@pytest.mark.parametrize(("since", "is_fair"), [(NOON, True), (NOON - 2, False)])
def test_a_prompt_is_of_the_time_since_metrics_were_sent(since: int, is_fair: bool) -> None:
    """They may be sent again, much later, until it is stored."""
    again = metrics(NOON + 300_000, 11, NOON + 300_100)
    late = measured(NOON + 300_050, 11, NOON)
    poll = prompt_poll(NOON + 300_200, PROMPT, since)
    assert (judged(SENT, again[0], late, again[1], poll) == []) is is_fair
