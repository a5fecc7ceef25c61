"""The Pomodoro formula, against a timer that is ticked second by second, and the prompt poll."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from petcore.rules.desktop_pet.breaks import (
    Phase,
    Pomodoro,
    Progress,
    ended_at,
    progress,
    prompt_poll,
    prompt_reason,
    stopped_at,
)

NOON = datetime(2026, 5, 5, 12, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
CLASSIC = Pomodoro(25 * MINUTE, 5 * MINUTE, 4, NOON)

pomodoros = st.builds(
    Pomodoro,
    focus=st.integers(1, 240).map(lambda minutes: minutes * MINUTE),
    pause=st.integers(1, 120).map(lambda minutes: minutes * MINUTE),
    cycles=st.integers(1, 24),
    started_at=st.just(NOON),
)
elapsed = st.integers(0, 9 * 24 * 3600 * 1000).map(lambda ms: timedelta(milliseconds=ms))


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (timedelta(0), Progress(Phase.FOCUS, 1, 1500)),
        (80 * SECOND, Progress(Phase.FOCUS, 1, 1420)),  # the document's own example
        (timedelta(milliseconds=1), Progress(Phase.FOCUS, 1, 1500)),
        (25 * MINUTE - timedelta(milliseconds=1), Progress(Phase.FOCUS, 1, 1)),
        (25 * MINUTE, Progress(Phase.BREAK, 1, 300)),
        (30 * MINUTE, Progress(Phase.FOCUS, 2, 1500)),
        (119 * MINUTE, Progress(Phase.BREAK, 4, 60)),
        (120 * MINUTE, Progress(Phase.COMPLETED, 4, 0)),
        (timedelta(days=3), Progress(Phase.COMPLETED, 4, 0)),
        (-MINUTE, Progress(Phase.FOCUS, 1, 1500)),  # the server's clock was put back
    ],
)
def test_a_classic_pomodoro(after: timedelta, expected: Progress) -> None:
    """Four rounds of 25 and 5 minutes, the last break among them."""
    assert progress(CLASSIC, NOON + after) == expected


@given(pomodoros, elapsed)
def test_the_formula_equals_a_ticked_timer(pomodoro: Pomodoro, after: timedelta) -> None:
    """Phase by phase, as somebody with a kitchen timer would do it."""
    left = after
    expected = Progress(Phase.COMPLETED, pomodoro.cycles, 0)
    for leg in range(2 * pomodoro.cycles):
        length = pomodoro.pause if leg % 2 else pomodoro.focus
        if left < length:
            seconds = -((left - length) // SECOND)
            expected = Progress((Phase.FOCUS, Phase.BREAK)[leg % 2], leg // 2 + 1, seconds)
            break
        left -= length
    assert progress(pomodoro, NOON + after) == expected


@given(pomodoros, elapsed)
def test_nothing_changes_before_the_next_poll(pomodoro: Pomodoro, after: timedelta) -> None:
    """Until the poll it is asked for, the phase stays and only the seconds run."""
    now = NOON + after
    found = progress(pomodoro, now)
    assert SECOND <= found.next_poll <= 300 * SECOND
    later = progress(pomodoro, now + found.next_poll - SECOND)
    assert (later.phase, later.cycle_index) == (found.phase, found.cycle_index)


@given(pomodoros, elapsed, elapsed)
def test_a_stopped_pomodoro_stays_stopped(
    pomodoro: Pomodoro, stop: timedelta, after: timedelta
) -> None:
    """Stopped, it is completed in the cycle in which it was stopped, for ever."""
    end = stopped_at(pomodoro, NOON + stop)
    stopped = replace(pomodoro, ended_at=end)
    found = progress(stopped, end + after)
    assert (found.phase, found.seconds_remaining) == (Phase.COMPLETED, 0)
    assert 1 <= found.cycle_index <= pomodoro.cycles
    assert stopped_at(stopped, end + after) == end
    assert end <= pomodoro.planned_end


def test_it_ends_by_itself() -> None:
    """It has no end before its last break is over, and then the planned one."""
    assert ended_at(CLASSIC, NOON + 119 * MINUTE) is None
    assert ended_at(CLASSIC, NOON + 200 * MINUTE) == NOON + 120 * MINUTE
    assert ended_at(replace(CLASSIC, ended_at=NOON), NOON + 200 * MINUTE) == NOON


def test_a_stopped_pomodoro_is_over_on_a_clock_that_was_put_back() -> None:
    """Also before its end; that it does not run is what whoever stopped it was told."""
    stopped = replace(CLASSIC, ended_at=NOON + 10 * MINUTE)
    assert progress(stopped, NOON + 5 * MINUTE) == Progress(Phase.COMPLETED, 1, 0)


def test_the_reason_names_the_time() -> None:
    """It reads as in the document."""
    assert prompt_reason(10 * MINUTE) == "High stress detected for 10+ minutes"


@pytest.mark.parametrize(
    ("is_shown", "high_in", "wait"),
    [
        (True, None, 60),
        (False, None, 300),  # nobody may prompt
        (False, 4 * MINUTE, 240),
        (False, 40 * MINUTE, 300),
        (False, 2 * SECOND, 15),
        (False, -5 * MINUTE, 15),  # the next sample decides
    ],
)
def test_when_to_ask_for_prompts_again(
    is_shown: bool, high_in: timedelta | None, wait: int
) -> None:
    """Soon if a prompt is shown, at the earliest chance if one may come, late otherwise."""
    high_at = None if high_in is None else NOON + high_in
    assert prompt_poll(is_shown, high_at, NOON) == timedelta(seconds=wait)
