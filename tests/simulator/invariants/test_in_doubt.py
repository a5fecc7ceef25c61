"""What came to no end may have been done: judges accept either, and nothing beyond that.

Each case has a twin in which nothing is in doubt, and then the judge objects.
"""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from petcore.adapters.zones_tzdata import TzdataZones
from simulator.invariants import Judge
from simulator.invariants.break_prompts import BreakPrompts
from simulator.invariants.done_as_asked import DoneAsAsked
from simulator.invariants.pomodoro_oracle import PomodoroOracle
from simulator.invariants.reports import Reports
from simulator.invariants.water_promises import WaterPromises
from simulator.kernel.trace import Event
from tests.simulator.invariants.story import (
    EDGE,
    NO_SAMPLES,
    POMODORO,
    PROMPT,
    SESSION,
    Object,
    Story,
    exchanged,
    late,
    minute,
    pomodoro_active,
    pomodoro_set,
    pomodoro_status,
    preference,
    prompt_ack,
    prompt_poll,
    sample,
    samples,
    schedule,
    session_end,
    sole,
    study,
    unheard,
    utc,
    verdict,
    water_poll,
    with_status,
    world,
)
from tests.simulator.invariants.talk_story import answer, talk

NOON = minute(720)
OTHER = "99999999-9999-4999-8999-999999999999"
HIGH = samples(range(11))
SHOWN = prompt_poll(minute(10.5), PROMPT, minute(10))
NONE = prompt_poll(minute(12), None)
REPORT: Object = {
    "sample_count": 1,
    "average_focus": 0.5,
    "average_stress": 0.9,
    "peak_stress": 0.9,
    "lowest_focus": 0.5,
    "graph_points": [{"timestamp": utc(60_000), "focus_score": 0.5, "stress_score": 0.9}],
}
NOTHING: Object = {**NO_SAMPLES, "graph_points": []}


def refused(story: Story) -> Story:
    """The same, but the server has said that it will not."""
    return with_status(story, 409)


def sample_of_now(at: int, stress: float = 0.9) -> Story:
    """The edge posts a sample and does not say when it was captured."""
    asked = {"session_id": SESSION, "focus_score": 0.5, "stress_score": stress}
    answer = {"ok": True, "sample_id": OTHER, "captured_at": utc(at)}
    return exchanged(at, "POST /api/stress/sample", asked, answer, who=EDGE, key="s", status=201)


def report_of(*captured_at: int) -> Object:
    """The report of samples like that."""
    scores: Object = {"focus_score": 0.5, "stress_score": 0.9}
    points = [{"timestamp": utc(at), **scores} for at in captured_at]
    return {**REPORT, "sample_count": len(points), "graph_points": points}


def set_clock(at: int, off_ms: int) -> Story:
    """Somebody sets the server's clock."""
    return [{"at": at, "kind": "clock", "off_ms": off_ms}]


def read(at: int, report: Object | None, status: int = 200) -> Story:
    """Somebody reads the report."""
    operation = f"GET /api/stress/report/{SESSION}"
    return exchanged(at, operation, {}, {"report": report} if report else {}, status=status)


def said(at: int) -> Story:
    """The user says something to the pet."""
    return talk(at, "Do it.", answer("Do it.", "Done."), key="words")


def judge_of(name: str) -> Judge:
    """A fresh one."""
    if name == "reports":
        return Reports(TzdataZones())
    if name == "done":
        return DoneAsAsked()
    kinds = {"water": WaterPromises, "pomodoro": PomodoroOracle, "prompts": BreakPrompts}
    return kinds[name](TzdataZones())


def reading(at: int, zone: str) -> Story:
    """Somebody reads the schedule."""
    said = {"user_id": "audrey", "timezone": zone, "start_time": "09:00", "end_time": "22:00"}
    answer = {**said, "interval_min": 60, "enabled": True}
    return exchanged(at, "GET /api/water/schedule", {"user_id": "audrey"}, answer)


Case = tuple[str, list[Story], Story, list[Story]]
RUNS = pomodoro_set(NOON, POMODORO)
NEWER = pomodoro_set(NOON + 1000, OTHER, started_at=NOON + 1000)
STOP = pomodoro_set(NOON + 2000, ended_at=NOON + 2000)
POLLED = water_poll(NOON, reminds=True, key="a")
CASES: Mapping[str, Case] = {
    "a Pomodoro was perhaps started": ("pomodoro", [], RUNS, [pomodoro_active(NOON, POMODORO)]),
    "a newer one was perhaps started": (
        "pomodoro",
        [RUNS],
        NEWER,
        [pomodoro_active(NOON + 1000, OTHER)],
    ),
    "a Pomodoro was perhaps stopped": (
        "pomodoro",
        [RUNS],
        STOP,
        [pomodoro_active(NOON + 3000, None), pomodoro_status(NOON + 3000, "completed", 1, 0)],
    ),
    "words have perhaps stopped it": (
        "pomodoro",
        [RUNS],
        said(NOON + 2000),
        [pomodoro_active(NOON + 3000, None)],
    ),
    "there is perhaps a schedule": (
        "water",
        [],
        schedule(NOON, key="s"),
        [water_poll(NOON + 1, reminds=True)],
    ),
    "there is perhaps another schedule": (
        "water",
        [schedule(0, key="r")],
        schedule(NOON, zone="Asia/Tokyo", key="s"),
        [water_poll(NOON + 1, reminds=True, ahead_min=540)],
    ),
    "another schedule is perhaps read": (
        "done",
        [schedule(0, key="r")],
        schedule(NOON, zone="Asia/Tokyo", key="s"),
        [reading(NOON + 1, "Asia/Tokyo")],
    ),
    "words have perhaps changed the schedule": (
        "water",
        [schedule(0, key="r")],
        said(NOON),
        [water_poll(NOON + 1, reminds=False, ahead_min=540)],
    ),
    "another poll has perhaps reminded": (
        "water",
        [schedule(0)],
        POLLED,
        [water_poll(NOON + minute(59), reminds=False)],
    ),
    "a sample has perhaps brought a prompt": (
        "prompts",
        [study(0), samples(range(10))],
        sample(minute(10)),
        [SHOWN],
    ),
    "a sample has perhaps ended high stress": (
        "prompts",
        [study(0), samples(range(10))],
        sample(minute(9.5), 0.2),
        [sample(minute(10)), NONE],
    ),
    "a prompt is perhaps resolved": (
        "prompts",
        [study(0), HIGH, SHOWN],
        prompt_ack(minute(11), PROMPT, accepts=True, answered=True),
        [NONE],
    ),
    "a session has perhaps ended": (
        "prompts",
        [study(0), HIGH, SHOWN],
        session_end(minute(11)),
        [NONE],
    ),
    "words have perhaps ended the session": (
        "prompts",
        [study(0), HIGH, SHOWN],
        said(minute(11)),
        [NONE],
    ),
    "prompts are perhaps switched off": (
        "prompts",
        [study(0), samples(range(10))],
        preference(minute(9.5), enabled=False),
        [sample(minute(10)), NONE],
    ),
    "the preference at the start is in doubt": (
        "prompts",
        [],
        preference(0, enabled=True),
        [study(1, wish=None, allows=True)],
    ),
    "a sample is perhaps in the report": (
        "reports",
        [study(0)],
        sample(60_000),
        [session_end(minute(2), REPORT), read(minute(3), REPORT)],
    ),
    "a sample of no known instant is perhaps in the report": (
        "reports",
        [study(0), sample(50_000)],
        sample_of_now(60_000),
        [
            session_end(minute(2), report_of(50_000, 61_000)),
            read(minute(3), report_of(50_000, 61_000)),
        ],
    ),
    "there is perhaps a report": (
        "reports",
        [study(0)],
        session_end(minute(2), NOTHING),
        [read(minute(3), NOTHING)],
    ),
}
"""Which judge, what was before, what is in doubt, and what only that explains."""


@pytest.mark.parametrize("name", CASES)
def test_what_is_in_doubt_explains_what_it_can(name: str) -> None:
    """While nobody knows, and not when it was refused or never asked for."""
    judge, before, doubt, after = CASES[name]
    assert verdict(judge_of(judge), world(), *before, unheard(doubt), *after) == []
    assert verdict(judge_of(judge), world(), *before, refused(doubt), *after)
    assert verdict(judge_of(judge), world(), *before, *after)


def test_what_was_half_done_is_not_undone_by_a_refusal() -> None:
    """Of what is said a second time, and not heard: the first time it may have been."""
    first, again = unheard(said(NOON + 1000)), refused(said(NOON + 2000))
    none = pomodoro_active(NOON + 3000, None)
    assert verdict(judge_of("pomodoro"), world(), RUNS, first, again, none) == []
    assert verdict(judge_of("pomodoro"), world(), RUNS, again, none)


def test_a_sample_of_no_time_is_in_no_doubt() -> None:
    """It is not stored, whoever dies of it."""
    asked = {"session_id": SESSION, "captured_at": "30 February", "stress_score": 0.9}
    never = unheard(exchanged(61_000, "POST /api/stress/sample", asked, {}))
    assert verdict(judge_of("prompts"), world(), study(1000), sample(60_000, 0.9), never) == []
    taken = sample(62_000, 0.9)
    assert verdict(judge_of("prompts"), world(), study(1000), never, taken) == []


def test_what_may_have_been_done_need_not_have_been() -> None:
    """The other half of the doubt."""
    runs, none = pomodoro_active(NOON + 3000, POMODORO, seconds=1497), pomodoro_active(NOON, None)
    cases: list[tuple[str, list[Story]]] = [
        ("pomodoro", [RUNS, unheard(STOP), runs]),
        ("pomodoro", [unheard(RUNS), none]),
        ("water", [unheard(schedule(0)), water_poll(NOON, reminds=False, ahead_min=None)]),
        ("water", [schedule(0), unheard(POLLED), water_poll(NOON + 1, reminds=True)]),
        ("prompts", [study(0), samples(range(10)), unheard(sample(minute(10))), NONE]),
        ("prompts", [study(0), HIGH, unheard(session_end(minute(10.2))), SHOWN]),
        ("reports", [study(0), unheard(sample(60_000)), session_end(minute(2), NOTHING)]),
    ]
    for judge, stories in cases:
        assert verdict(judge_of(judge), world(), *stories) == []


@pytest.mark.parametrize(
    ("judge", "stories"),
    [
        (
            "pomodoro",
            [unheard(RUNS), pomodoro_active(NOON, POMODORO), pomodoro_active(NOON, OTHER)],
        ),
        ("pomodoro", [RUNS, unheard(STOP), pomodoro_status(NOON + 3000, "completed", 2, 7)]),
        (
            "pomodoro",
            [unheard(said(NOON - minute(3))), RUNS, pomodoro_active(NOON + 3000, None)],
        ),
        ("pomodoro", [RUNS, NEWER, unheard(STOP), pomodoro_active(NOON + 3000, None)]),
        (
            "water",
            [
                unheard(schedule(NOON - minute(3), zone="Asia/Tokyo", key="s")),
                schedule(NOON),
                water_poll(NOON + 1, reminds=True, ahead_min=540),
            ],
        ),
        (
            "water",
            [unheard(schedule(NOON, key="s")), water_poll(NOON + 1, reminds=True, ahead_min=9)],
        ),
        ("water", [schedule(0), unheard(POLLED), water_poll(NOON + minute(63), reminds=False)]),
        (
            "prompts",
            [
                study(0),
                samples(range(9)),
                unheard(sample(minute(9))),
                prompt_poll(minute(9.5), PROMPT, minute(9)),
            ],
        ),
        (
            "prompts",
            [
                study(0),
                samples(range(10)),
                unheard(sample(minute(10))),
                prompt_poll(minute(10.5), PROMPT, minute(9.5)),
            ],
        ),
        (
            "prompts",
            [study(0), HIGH, SHOWN, unheard(prompt_ack(minute(11), OTHER, True, True)), NONE],
        ),
        (
            "done",
            [schedule(0), unheard(schedule(NOON, zone="Asia/Tokyo")), reading(NOON + 1, "UTC+1")],
        ),
        ("reports", [study(0), unheard(sample(60_000, 0.8)), session_end(minute(2), REPORT)]),
        (
            "reports",
            [
                study(0),
                unheard(sample(60_000)),
                session_end(minute(2), REPORT),
                read(minute(3), NOTHING),
            ],
        ),
    ],
)
def test_just_outside_of_a_doubt_judges_object(judge: str, stories: list[Story]) -> None:
    """A second one for one wish, another one's, too late, too early, or now so and then so."""
    assert verdict(judge_of(judge), world(), *stories)


@pytest.mark.parametrize(
    ("off_ms", "report", "kept"),
    [
        (0, NOTHING, True),
        (0, report_of(60_000), True),
        (0, report_of(180_000), True),
        (0, report_of(59_999), False),
        (0, report_of(180_001), False),
        (0, report_of(60_000, 61_000), False),
        (0, {**report_of(60_000), "graph_points": []}, False),
        (0, {**report_of(60_000), "peak_stress": 0.8}, False),
        (3_600_000, report_of(3_661_000), True),
        (3_600_000, report_of(3_659_999), False),
        (3_600_000, report_of(61_000), False),
    ],
)
def test_a_sample_of_no_known_instant_is_of_when_it_may_have_been_stored(
    off_ms: int, report: Object, kept: bool
) -> None:
    """By the clock of the server, until nobody can be busy with it any more; once, and with its
    own scores.
    """
    story = [world(), set_clock(1, off_ms), study(2), unheard(sample_of_now(60_000))]
    found = verdict(judge_of("reports"), *story, session_end(minute(9), report))
    assert (found == []) is kept


def test_a_sample_of_no_known_instant_is_none_of_after_the_end() -> None:
    """Nor does it move, once its report was told."""
    story = [world(), study(0), unheard(sample_of_now(60_000))]
    for at, kept in ((90_000, True), (90_001, False)):
        found = verdict(judge_of("reports"), *story, session_end(90_000, report_of(at)))
        assert (found == []) is kept
    ended = session_end(90_000, report_of(61_000))
    for at, kept in ((61_000, True), (62_000, False)):
        found = verdict(judge_of("reports"), *story, ended, read(minute(3), report_of(at)))
        assert (found == []) is kept


@pytest.mark.parametrize("stored", [(), (2, 4), (1, 2, 4), (1, 3), (1, 2, 3, 4)])
def test_of_samples_in_doubt_any_may_be_in_the_report(stored: tuple[int, ...]) -> None:
    """What it told first it goes on telling; one that was never sent is in none."""
    doubts = [unheard(sample(minute(at))) for at in (1, 2, 3, 4)]
    told = report_of(*map(minute, stored)) if stored else NOTHING
    story = [world(), study(0), *doubts, session_end(minute(9), told)]
    assert verdict(judge_of("reports"), *story, read(minute(10), told)) == []
    for wrong in (report_of(*map(minute, (*stored, 5))), report_of(*map(minute, (2, 3)))):
        assert verdict(judge_of("reports"), *story, read(minute(10), wrong))
    never = session_end(minute(9), report_of(*map(minute, (*stored, 5))))
    assert verdict(judge_of("reports"), world(), study(0), *doubts, never)


def test_samples_of_no_known_instant_are_told_apart_by_their_scores() -> None:
    """Each point is one of them, and each of them one point."""
    doubts = unheard(sample_of_now(60_000)), unheard(other_of_now(70_000, 0.7))
    figures = {"sample_count": 2, "average_stress": 0.8}
    for high, low, kept in ((75_000, 74_000, True), (75_000, 69_999, False)):
        points = [
            {"timestamp": utc(at), "focus_score": 0.5, "stress_score": stress}
            for at, stress in sorted([(high, 0.9), (low, 0.7)])
        ]
        report = {**REPORT, **figures, "graph_points": points}
        story = [world(), study(0), *doubts, session_end(90_000, report)]
        assert (verdict(judge_of("reports"), *story) == []) is kept


@pytest.mark.parametrize(
    ("captured_at", "kept"),
    [((175_000, 200_000), True), ((60_000, 290_000), True), ((185_000, 200_000), False)],
)
def test_samples_of_no_known_instant_share_what_is_there(
    captured_at: tuple[int, int], kept: bool
) -> None:
    """Of the same scores, one from the first minute to the third, one from then to the fifth."""
    doubts = unheard(sample_of_now(60_000)), unheard(other_of_now(170_000, 0.9))
    ended = session_end(minute(9), report_of(*captured_at))
    assert (verdict(judge_of("reports"), world(), study(0), *doubts, ended) == []) is kept


@pytest.mark.parametrize(("captured_at", "kept"), [(59_000, True), (58_999, False)])
def test_a_clock_that_is_not_ours_may_be_off_by_what_is_said(captured_at: int, kept: bool) -> None:
    """A server outdoors goes by its own."""
    judge = Reports(TzdataZones(), timedelta(seconds=1))
    ended = session_end(minute(9), report_of(captured_at))
    found = verdict(judge, world(), study(0), unheard(sample_of_now(60_000)), ended)
    assert (found == []) is kept


def other_of_now(at: int, stress: float) -> Story:
    """Another sample like that."""
    (request, *rest) = sample_of_now(at, stress)
    return [{**request, "headers": {"idempotency-key": "other"}}, *rest]


def test_a_prompt_came_when_its_sample_was_first_sent_or_later() -> None:
    """Whoever answered first may have stored it; before that it was not there."""
    brings = late(sample(minute(11), captured_at=minute(10), key="k"), minute(10))
    for since, kept in ((10, True), (10.5, True), (11, True), (9.9, False), (11.1, False)):
        shown = prompt_poll(minute(12), PROMPT, minute(since))
        story = [world(), study(0), samples(range(10)), *brings, shown]
        assert (verdict(judge_of("prompts"), *story) == []) is kept, since


def test_a_prompt_cools_down_by_the_clock_of_the_server() -> None:
    """It was set back a minute after the answer, so samples count a minute later."""
    clock = set_clock(minute(10.2), 60_000)
    ack = prompt_ack(minute(11), PROMPT, accepts=True, answered=True)
    story = [world(), study(0), HIGH, clock, SHOWN, ack]
    for ends, kept in ((37, True), (36, False)):
        shown = prompt_poll(minute(ends + 0.5), OTHER, minute(ends + 1))
        found = verdict(judge_of("prompts"), *story, samples(range(12, ends + 1)), shown)
        assert (found == []) is kept, ends


def test_two_doubles_of_a_pomodoro_are_told_apart_by_their_start() -> None:
    """The one that was answered first need not be the older one."""
    newest = pomodoro_active(NOON + 1000, OTHER)
    assert verdict(judge_of("pomodoro"), world(), NEWER, RUNS, newest) == []
    oldest = pomodoro_active(NOON + 1000, POMODORO, seconds=1499)
    assert verdict(judge_of("pomodoro"), world(), NEWER, RUNS, oldest)


def test_a_stopped_pomodoro_is_over_on_a_clock_that_was_set_back() -> None:
    """It shows an instant before the stop, and one that has run out may stay so, too."""
    back = set_clock(NOON + 3000, -60_000)
    over: Event = pomodoro_status(NOON - 30_000, "completed", 1, 0)[0]
    assert over
    stopped = [world(), RUNS, STOP, back]
    assert verdict(judge_of("pomodoro"), *stopped, by_clock("completed", 0)) == []
    assert verdict(judge_of("pomodoro"), *stopped, by_clock("focus", 1500))
    running = [world(), RUNS, back]
    assert verdict(judge_of("pomodoro"), *running, by_clock("focus", 1500)) == []


def by_clock(phase: str, seconds: int) -> Story:
    """The status after that, of a server who thinks that it is half a minute before noon."""
    return [
        {**event, "at": NOON + 4000} for event in pomodoro_status(NOON - 30_000, phase, 1, seconds)
    ]


def test_the_first_decision_is_kept_also_if_nobody_heard_of_it() -> None:
    """Either of two; without the doubt it is the one that was acknowledged."""
    first = prompt_ack(minute(11), PROMPT, accepts=True, answered=True)
    other = prompt_ack(minute(12), PROMPT, accepts=False, answered=True)
    story = [world(), study(0), HIGH, SHOWN]
    assert verdict(judge_of("prompts"), *story, unheard(first), other) == []
    assert "decision" in sole(verdict(judge_of("prompts"), *story, other))
