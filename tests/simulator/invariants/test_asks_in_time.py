"""A pet that asks too early, too late, too often or no more is noticed."""

import pytest

from simulator.invariants.asks_in_time import AsksInTime
from tests.simulator.invariants.story import (
    PET,
    POMODORO,
    USER,
    Story,
    boot,
    exchanged,
    minute,
    pomodoro_active,
    prompt_poll,
    screen,
    sole,
    unplugged,
    verdict,
    water_poll,
    world,
)

WATER, PROMPT = "GET /api/water/poll", "GET /api/breaks/prompt/poll"
TIME_OUT = 8_000


def began(polling: str = "next", drift_ppm: int = 0) -> Story:
    """A pet that is bidden, or has periods of its own: 40 seconds, 25 and 15."""
    periods = {"water_poll_s": 40, "prompt_poll_s": 25, "pomodoro_poll_s": 15}
    (first,) = world()
    scenario = first["scenario"]
    assert isinstance(scenario, dict)
    told = {**scenario, "device": {"polling": polling, **periods}}
    return [{**first, "scenario": told, "faults": {"device": {"drift_ppm": drift_ppm}}}, *boot(0)]


def water(*ats: int) -> list[Story]:
    """The pet asks whether to drink, and is bidden to come again in half a minute."""
    return [water_poll(at, reminds=False) for at in ats]


def failed(*ats: int, kind: str = "timeout", who: str = PET) -> list[Story]:
    """It asks whether to drink, and has no answer after eight seconds."""
    stories = []
    for at in ats:
        request, *_ = water_poll(at, reminds=False)
        end = {"at": at + TIME_OUT, "kind": kind, "id": request["id"], "who": who}
        stories.append([request, end])
    return stories


def in_vain(until: int) -> list[Story]:
    """From half a minute on it asks in vain, as often as it may."""
    stories, at, span = [], 30_000, 2_000
    while at + TIME_OUT < until:
        stories += failed(at)
        at, span = at + TIME_OUT + span // 2, min(2 * span, 60_000)
    return [*stories[:3], screen(57_000, "IDLE", offline=True), *stories[3:]]


def refused(at: int, status: int, **facts: object) -> Story:
    """It asks whether to drink, and hears no."""
    story = exchanged(at, WATER, {"user_id": USER}, {"error": "no"}, status=status)
    return [*story[:-1], {**story[-1], **facts}]


def renews(at: int) -> Story:
    """The pet makes its link anew."""
    return [{"at": at, "kind": "renew_link", "who": PET}]


def older() -> Story:
    """It is of the older kind."""
    return [{"at": 0, "kind": "fault", "fault": "older", "who": PET, "number": 1}]


def stuck(at: int) -> Story:
    """What it asks now never comes to an end."""
    return [{"at": at, "kind": "fault", "fault": "stuck", "who": PET, "number": 1}]


def begins(at: int) -> Story:
    """The server hears that a Pomodoro begins."""
    return exchanged(at, "POST /api/breaks/pomodoro/start", {"user_id": USER}, {"ok": True})


SAYS_SO = screen(29_500, "IDLE", offline=True)
IN_A_ROW = [*failed(1_000, 10_500, 21_500), SAYS_SO, *failed(34_500, 54_500)]
"""It waits one and a half seconds, three, five, twelve."""


@pytest.mark.parametrize(
    "stories",
    [
        [began(), *water(1_000, 31_000, 61_000)],
        [began("fixed"), *water(1_000, 41_000)],
        [older(), began(), *water(1_000, 41_000)],
        [began(drift_ppm=200), *water(1_000, 31_008)],
        [began(), *water(1_000, 31_000), unplugged(40_000), boot(50_000), *water(50_500)],
        [began(), *IN_A_ROW],
        [began(), *IN_A_ROW, *water(85_000), *failed(115_000), *water(124_500)],
        [began(), *failed(1_000, kind="broken"), *water(10_500)],
        [began(), refused(1_000, 404), *water(41_000)],
        [began(), refused(1_000, 503), *water(2_500)],
        [began(), refused(1_000, 404, by="between"), *water(2_500)],
        # Before it could say that it is offline it was not any more.
        [began(), *failed(1_000, 10_500, 21_500), prompt_poll(30_500, None)],
        # It waits for ever, and its watchdog bites.
        [began(), *water(1_000, 31_000), stuck(61_000), unplugged(561_000)],
        # Its token is gone: it pairs first.
        [began(), refused(1_000, 401), *water(minute(9), minute(9.5))],
        # A second copy is the network's.
        [began(), *water(1_000), water_poll(1_500, reminds=False, copy=True), *water(31_000)],
        # A phase that ends, and a press that was heard of.
        [began(), pomodoro_active(1_000, POMODORO, seconds=4), pomodoro_active(6_000, None)],
        [began(), pomodoro_active(1_000, None), begins(3_000), pomodoro_active(3_000, None)],
        # Long silence, and a link that was made anew.
        [began(), *water(0), *in_vain(minute(6)), renews(minute(5.5)), unplugged(minute(6))],
        [began(), *water(0), *in_vain(minute(5.5)), unplugged(minute(5.7))],
    ],
)
def test_a_pet_that_asks_in_time_is_accepted(stories: list[Story]) -> None:
    """As it was bidden, later and later after failures, and as ever when all is well again."""
    last = stories[-1][-1]["at"]
    assert isinstance(last, int)
    judge = AsksInTime()
    assert (verdict(judge, *stories, until=last + 1), judge.cases > 0) == ([], True)


@pytest.mark.parametrize(
    ("stories", "complaint"),
    [
        ([began(), *water(1_000, 30_990)], "water again after 29990 ms, and should after 30000"),
        ([began(), *water(1_000, 31_010)], "water again after 30010 ms"),
        ([began(), *water(1_000, 41_000)], "after 40000 ms"),
        ([began("fixed"), *water(1_000, 31_000)], "after 30000 ms, and should after 40000 ms"),
        ([older(), began(), *water(1_000, 31_000)], "after 30000 ms, and should after 40000 ms"),
        ([began(drift_ppm=200), *water(1_000, 31_010)], "after 30010 ms"),
        ([began(), *failed(1_000), *water(9_990)], "after 990 ms, and should after 1000 to 2000"),
        ([began(), *failed(1_000), *water(11_010)], "after 2010 ms"),
        ([began(), *failed(1_000, 10_500), *water(20_000)], "2000 to 4000 ms when 2 tries"),
        (
            [began(), *IN_A_ROW, *water(85_000), *failed(115_000), *water(126_000)],
            "after 3000 ms, and should after 1000 to 2000 ms when 1 tries",
        ),
        ([began(), refused(1_000, 503), *water(41_000)], "1000 to 2000 ms"),
        ([began(), refused(1_000, 404, by="between"), *water(41_000)], "1000 to 2000 ms"),
        ([began(), refused(1_000, 404), *water(1_500)], "after 500 ms"),
        (
            [began(), pomodoro_active(1_000, POMODORO, seconds=9), pomodoro_active(6_000, None)],
            "pomodoro again after 5000 ms",
        ),
        (
            [began(), begins(500), pomodoro_active(1_000, None), pomodoro_active(6_000, None)],
            "pomodoro again after 5000 ms",
        ),
        ([began(), prompt_poll(1_000, None), unplugged(21_010)], "prompt again not for 20010 ms"),
        (
            [began(), *failed(1_000, 10_500, 21_500), prompt_poll(30_501, None)],
            "has asked three times in vain by 29500 ms",
        ),
        ([began(), *water(1_000), stuck(31_000), unplugged(531_001)], "hangs since 31000 ms"),
        (
            [began(), *water(0), *in_vain(minute(5.5)), unplugged(minute(5.8)), boot(minute(6))],
            "has heard nothing good since 0 ms",
        ),
        (
            [began(), renews(0), *water(0), *in_vain(minute(6)), *water(minute(6))],
            "has heard nothing good since 0 ms",
        ),
    ],
)
def test_a_pet_that_does_not_is_noticed(stories: list[Story], complaint: str) -> None:
    """A moment too early or too late, or without a pause that grows; with a link that is dead."""
    last = stories[-1][-1]["at"]
    assert isinstance(last, int)
    said = verdict(AsksInTime(), *stories, until=last + 1)
    assert any(complaint in words for words in said)


def test_whoever_falls_silent_is_noticed_in_the_end() -> None:
    """It should have asked again."""
    said = sole(verdict(AsksInTime(), began(), *water(1_000), until=minute(2)))
    assert "water again not for 119000 ms, and should after 30000 ms" in said


def test_a_pet_that_knows_the_document_alone_has_a_pace_of_its_own() -> None:
    """Nobody has told it."""
    (start,) = boot(0)
    by_document: Story = [{**start, "version": "by-document"}]
    stories = [began()[:1], by_document, *water(1_000, 2_000, minute(9))]
    judge = AsksInTime()
    assert (verdict(judge, *stories), judge.cases) == ([], 0)
