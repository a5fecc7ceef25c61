"""The story is a table that holds together."""

import pytest

from simulator.conformance import record as of
from simulator.conformance import story
from simulator.conformance.nonsense import KINDS, TURNS
from simulator.conformance.steps import For, Look, Push, Treat, Until
from simulator.conformance.story import ACTS, back_from

NAMES = [act.name for act in ACTS]


def test_every_act_has_one_name() -> None:
    """And those by which the promises look for acts are played."""
    assert len(set(NAMES)) == len(NAMES)
    named = {story.ARRIVAL, story.REMINDER, story.LOST_REMINDER, story.PROMPT, story.CALM}
    named |= {story.DISMISSED_PROMPT, story.WITHDRAWN_PROMPT, story.OWN_POMODORO, story.NONSENSE}
    named |= {story.APPS_POMODORO, story.TOKEN_ENDS, *story.REFUSALS, *story.OUTAGES}
    assert named <= set(NAMES)


def test_bad_times_end() -> None:
    """Every act that treats badly is followed by the one that comes back from it."""
    for act, following in zip(ACTS, [*ACTS[1:], None], strict=True):
        treated = [step.treatment for step in act.steps if isinstance(step, Treat)]
        if set(treated) - {of.FINE}:
            assert following is not None
            assert following.name == back_from(act.name)
            assert isinstance(following.steps[0], Treat)
            assert following.steps[0].treatment == of.FINE


@pytest.mark.parametrize(("is_quick", "minutes_max"), [(True, 15), (False, 30)])
def test_it_does_not_take_a_day(is_quick: bool, minutes_max: int) -> None:
    """What passes whatever the device does; it takes about a third of that to answer."""
    passes_s = sum(
        (step.quick_s if is_quick and step.quick_s else step.seconds)
        for act in ACTS
        for step in act.steps
        if isinstance(step, For)
    )
    assert passes_s < minutes_max * 60


def test_the_outage_shows_a_back_off_without_limit() -> None:
    """Doubling from a second or two, the eighth wait begins within 254 s, and must be seen to be
    longer than a minute and a half.
    """
    hung_up = next(act for act in ACTS if act.name == story.HUNG_UP)
    (wait,) = [step for step in hung_up.steps if isinstance(step, For)]
    assert wait.quick_s is not None
    assert wait.quick_s - 254 > 90 + 60
    assert wait.seconds == 20 * 60


def test_every_press_and_every_look_is_known() -> None:
    """Questions are found by their names."""
    steps = [step for act in ACTS for step in act.steps]
    assert {step.kind for step in steps if isinstance(step, Push)} == {"short", "long"}
    looks = [step.name for step in steps if isinstance(step, Look)]
    assert len(set(looks)) == len(looks) == 8


def test_every_wait_leaves_time_to_a_device_that_polls_twice_a_minute() -> None:
    """Who is waited for because of a poll has more than two of its periods."""
    for act in ACTS:
        for step in act.steps:
            if isinstance(step, Until) and step.seconds_max < 60:
                assert step.seconds_max in {10, 15, 30}, act.name


def test_every_nonsense_is_told_and_never_three_times_in_a_row() -> None:
    """So that a device that waits longer after each failure is not driven to its longest wait."""
    assert [turn for turn in TURNS if turn] == list(KINDS)
    text = "".join("x" if turn else "." for turn in TURNS)
    assert "xxx" not in text
    assert text[-1] == "."


def test_every_nonsense_is_one() -> None:
    """Bytes, all different, of an answer that would have been right."""
    right = {"remind_now": False, "payload": None, "next_poll_s": 10, "reason": "not_due"}
    told = {kind(right) for kind in KINDS.values()}
    assert len(told) == len(KINDS)
