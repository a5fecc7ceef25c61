"""What the observer makes of a trace."""

from collections.abc import Iterator

from simulator.kernel.trace import Event
from simulator.lab.measures import MEASURES
from simulator.lab.observer import Observer

MINUTE = 60_000


def truths(*told: tuple[str, int, int]) -> Iterator[Event]:
    """A minute each: activity, focus and stress in thousandths."""
    for minute, (activity, focus, stress) in enumerate(told):
        facts = {"who": "ada", "activity": activity, "focus": focus, "stress": stress}
        yield {"at": minute * MINUTE, "kind": "truth", **facts}


def screen(name: str) -> Event:
    """The pet shows something."""
    return {"at": 0, "kind": "screen", "who": "pet/ada", "scene": [name, "", "", False]}


def seen(*events: Event) -> dict[str, int]:
    """The totals of what happened."""
    observer = Observer()
    for event in events:
        observer.see(event)
    return dict(observer.totals)


def test_high_minutes_are_missed_until_the_pet_asks() -> None:
    """And anew once stress has been low for five minutes."""
    high, low = ("studying", 500, 800), ("studying", 500, 300)
    events = [*truths(high, high), screen("BREAK_PROMPT"), *truths(high, low, high)]
    assert seen(*events) == {"studied": 5, "high": 4, "missed": 2, "prompts": 1}
    later = [*truths(high), screen("BREAK_PROMPT"), *truths(*[low] * 5, high)]
    assert seen(*later) == {"studied": 7, "high": 2, "missed": 2, "prompts": 1}


def test_who_does_not_study_misses_nothing() -> None:
    """Exams and walks are somebody else's business."""
    assert seen(*truths(("in_exam", 900, 950), ("awake", 900, 950))) == {}


def test_deep_focus_is_interrupted_by_what_comes_new() -> None:
    """A screen that stays is one interruption; one before shallow focus is none."""
    deep, shallow = ("studying", 800, 200), ("studying", 600, 200)
    events = [*truths(deep), screen("WATER_DROP"), screen("WATER_DROP"), screen("IDLE")]
    assert seen(*events, *truths(shallow), screen("BREAK_PROMPT")) == {
        "studied": 2,
        "reminders": 1,
        "prompts": 1,
        "interruptions": 1,
    }


def test_glasses_are_counted() -> None:
    """Each time somebody drinks."""
    drinks = {"at": 0, "kind": "student", "who": "ada", "does": "drinks", "late": False}
    assert seen(drinks, drinks) == {"glasses": 2}


def test_figures_are_per_hour_and_per_day() -> None:
    """And none where nobody studied."""
    totals = {"studied": 120, "prompts": 3, "glasses": 8}
    figures = {measure.name: measure.of(totals, 2.0) for measure in MEASURES}
    assert figures["break prompts"] == 1.5
    assert figures["glasses of water"] == 4.0
    assert MEASURES[0].of({}, 1.0) is None
