"""A timetable as days."""

from datetime import UTC, datetime, time

import pytest
from pydantic import ValidationError

from simulator.people.agenda import Agenda
from simulator.people.habits import Commute, Study, Timetable, Trip
from simulator.people.walltime import WallClock
from tests.simulator.stages import scene

HOUR_MS, MINUTE_MS = 3_600_000, 60_000

OWL = Timetable(
    wake=time(11),
    bed=time(4),
    study=(Study(label="night", start=time(1), minutes=60),),
    commute=(Commute(start=time(12), minutes=30), Commute(start=time(23), minutes=30)),
)
TRAVELLER = Timetable(
    wake=time(7),
    bed=time(23),
    study=(
        Study(label="morning", start=time(9), minutes=60),
        Study(label="evening", start=time(20), minutes=60),
    ),
    trip=(Trip(start=time(13), minutes=600, to="Asia/Tokyo"),),
)
VANCOUVER_MIDNIGHT = datetime(2026, 5, 18, 7, tzinfo=UTC)


def test_a_time_before_wake_belongs_to_the_night_after() -> None:
    """The owl's day goes on over midnight, and its order is that of the day."""
    with scene() as empty:
        clock = WallClock(empty.stage, "UTC")
        empty.stage.loop.run_for(11 * HOUR_MS)
        agenda = Agenda(OWL, clock)
        starts = [entry.at // HOUR_MS for entry in agenda.entries()]
        assert starts == [12, 23, 25]
        assert agenda.bed == 28 * HOUR_MS
        # After midnight it is the same day still.
        empty.stage.loop.run_for(15 * HOUR_MS)
        agenda.turn_the_page()
        assert agenda.bed == 28 * HOUR_MS


def test_entries_are_taken_once_unless_they_are_over() -> None:
    """Who gets up late does not do what is over, and nothing twice; tomorrow it comes again."""
    with scene() as empty:
        agenda = Agenda(OWL, WallClock(empty.stage, "UTC"))
        empty.stage.loop.run_for(11 * HOUR_MS)
        agenda.turn_the_page()
        late = 12 * HOUR_MS + 30 * MINUTE_MS
        taken = [agenda.take(late), agenda.take(late), agenda.take(late)]
        assert [entry.at // HOUR_MS for entry in taken if entry] == [23, 25]
        empty.stage.loop.run_for(24 * HOUR_MS)
        agenda.turn_the_page()
        entry = agenda.take(empty.stage.now)
        assert entry is not None
        assert (entry.at, entry.until) == (36 * HOUR_MS, 36 * HOUR_MS + 30 * MINUTE_MS)


def test_a_journey_ends_in_another_day() -> None:
    """Noon over the Pacific is tomorrow afternoon in Tokyo, where no journey to Tokyo is made."""
    with scene(began=VANCOUVER_MIDNIGHT) as empty:
        clock = WallClock(empty.stage, "America/Vancouver")
        empty.stage.loop.run_for(7 * HOUR_MS)
        agenda = Agenda(TRAVELLER, clock)
        hours = []
        for _ in range(2):
            entry = agenda.take(empty.stage.now)
            assert entry is not None
            hours.append(entry.at // HOUR_MS)
        assert hours == [9, 13]
        empty.stage.loop.run_for(16 * HOUR_MS)  # 23:00, which is 15:00 there
        clock.move_to("Asia/Tokyo")
        agenda.turn_the_page()
        entry = agenda.take(empty.stage.now)
        assert entry is not None
        assert entry.at == (23 + 5) * HOUR_MS
        assert agenda.take(empty.stage.now) is None
        assert agenda.bed == (23 + 8) * HOUR_MS


def test_a_timetable_has_a_night() -> None:
    """To go to bed when one gets up is a mistake."""
    with pytest.raises(ValidationError, match="bed must be another time than wake"):
        Timetable(wake=time(7), bed=time(7))
