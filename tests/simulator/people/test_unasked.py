"""What nobody asked a student for: a second pet, whims, all of them up to fate."""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, time

import pytest

from simulator.device.options import DeviceOptions
from simulator.faults.faults import Faults
from simulator.kernel.fate import Fate
from simulator.kernel.trace import Event, number, words
from simulator.network.link import Network
from simulator.people.agenda import Agenda
from simulator.people.faults import PeopleFaults
from simulator.people.habits import Timetable, WaterWish
from simulator.people.kitchen import Kitchen
from simulator.people.mind import Mind
from simulator.people.phone import Phone
from simulator.people.walltime import WallClock
from simulator.people.water import WaterSchedule
from simulator.people.whims import Whims
from simulator.scenarios.scenario import Scenario
from simulator.signals.person import Person
from simulator.signals.truth import Activity
from simulator.world import World, run
from tests.simulator.people.rooms import CALM, HOUR_MS, MINUTE_MS, WATER, HandLedPet, bodies
from tests.simulator.stages import Echo, Scene, scene


def in_kitchen(screen: str, activity: Activity = Activity.AWAKE) -> list[tuple[int, str, str]]:
    """What is done with a pet in the kitchen that shows this a hundred times, an hour each."""
    with scene() as empty:
        mind, pet = Mind(empty.stage, Person()), HandLedPet(empty.stage)
        kitchen = Kitchen(mind, None)
        kitchen.place(pet)
        mind.turn_to(activity)

        def turn_to(what: str) -> None:
            pet.screen = what
            kitchen.sees((what, "", "", False))

        for hour in range(100):
            empty.stage.after(hour * HOUR_MS, lambda: turn_to(screen))
            empty.stage.after(hour * HOUR_MS + 50 * MINUTE_MS, lambda: turn_to("STATUS"))
        empty.stage.loop.run_for(100 * HOUR_MS)
        return pet.done


@pytest.mark.parametrize(
    ("screen", "presses"),
    [
        ("WATER_DROP", {"short"}),
        ("BREAK_PROMPT", {"short", "long"}),
        ("IDLE", {"short", "long", "second"}),
        ("PAIRING", set()),
    ],
)
def test_who_passes_the_kitchen_presses_what_fits(screen: str, presses: set[str]) -> None:
    """At times, and only while it is shown."""
    done = in_kitchen(screen)
    assert {kind for _, kind, _ in done} == presses
    assert {shown for _, _, shown in done} <= {screen}
    assert len(done) < 100


def test_nobody_passes_asleep() -> None:
    """The pet waits."""
    assert in_kitchen("WATER_DROP", Activity.ASLEEP) == []


@contextmanager
def whims(faults: PeopleFaults) -> Iterator[Scene]:
    """A day of somebody who is reminded each hour on the hour."""
    with scene() as empty:
        network = Network(Echo(), empty.stage, CALM, fate=Fate(empty.stage))
        mind, phone = Mind(empty.stage, Person()), Phone(network, "audrey")
        water = WaterSchedule(mind, phone, WATER, "UTC")
        water.plan(Agenda(Timetable(wake=time(7), bed=time(23)), WallClock(empty.stage, "UTC")))
        unasked = Whims(mind, network.fate, phone, water, None)
        unasked.begin(faults)
        for hour in range(24):
            empty.stage.after(hour * HOUR_MS, lambda: unasked.follow("WATER_DROP"))
            empty.stage.after(hour * HOUR_MS + MINUTE_MS, lambda: unasked.follow("IDLE"))
        empty.stage.loop.run_for(24 * HOUR_MS)
        yield empty


def test_the_schedule_is_changed_when_a_reminder_is_due() -> None:
    """Within seconds of it: the reminders are an hour apart until then."""
    with whims(PeopleFaults(schedule_changes=12)) as empty:
        changed = empty.events("student")[0]
        assert changed["does"] == "changes the water schedule"
        since = number(changed, "at") % HOUR_MS
        assert min(since, HOUR_MS - since) <= 4_000
        assert bodies(empty.events(), "/api/water/schedule")


def test_who_never_talked_erases_all_the_same() -> None:
    """So often a day, about."""
    with whims(PeopleFaults(erasures=12)) as empty:
        erased = [e["at"] for e in empty.events("request") if e["method"] == "DELETE"]
        assert 4 < len(erased) < 30
        assert erased == [e["at"] for e in empty.events("fault")]


def test_without_faults_there_is_nothing() -> None:
    """Not even a draw."""
    with whims(PeopleFaults()) as empty:
        assert empty.events("fault", "request", "student") == []


def lived(faults: PeopleFaults, only: tuple[str, ...] | None = None) -> list[Event]:
    """A morning of two students."""
    scenario = Scenario(
        title="A morning",
        date=date(2026, 3, 2),
        zone="UTC",
        hours=10,
        timetable=Timetable(wake=time(1), bed=time(23)),
        water=WaterWish(start_time=time(1), end_time=time(22)),
        device=DeviceOptions(polling="next"),
    )
    trace = io.BytesIO()
    world = World(seed=1, scenario=scenario, pets=2, faults=Faults(people=faults), only=only)
    court = run(world, trace).court
    assert [o.words for judge in court.judges for o in judge.objections] == []
    return [json.loads(line) for line in trace.getvalue().splitlines()]


def boots(events: list[Event]) -> list[str]:
    """Which pets there are."""
    return sorted(words(event, "who") for event in events if event["kind"] == "boot")


def test_a_second_pet_of_one_user_shares_the_reminders() -> None:
    """Each reminder is told to one of them, and the judges have nothing to say against it."""
    events = lived(PeopleFaults(second_pet=1000, second_phone=1000, double_clicks=1000))
    drops = {words(e, "who") for e in events if "WATER_DROP" in str(e.get("scene"))}
    assert {"pet/audrey", "pet/audrey/kitchen"} <= drops
    names = ("pet/audrey", "pet/audrey-2", "pet/audrey-2/kitchen", "pet/audrey/kitchen")
    assert boots(events) == list(names)


def test_one_of_them_alone() -> None:
    """Each is a misfortune of its own."""
    events = lived(PeopleFaults(second_pet=1000), ("second pet:pet/audrey-2/kitchen:1",))
    assert boots(events) == ["pet/audrey", "pet/audrey-2", "pet/audrey-2/kitchen"]
