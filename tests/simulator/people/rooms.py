"""A student in a room of tests: a pet that the test leads by the hand, a server that echoes."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from functools import partial

import orjson

from simulator.kernel.stage import Stage
from simulator.kernel.trace import Event, words
from simulator.network.link import Network
from simulator.network.weather import Weather
from simulator.people.faults import PeopleFaults
from simulator.people.habits import Commute, Habits, Study, Timetable, WaterChange, WaterWish
from simulator.people.student import Student
from simulator.people.talk import Grapevine
from simulator.signals.person import Camera, Person
from tests.simulator.stages import BEGAN, Echo, Scene, scene

SECOND_MS, MINUTE_MS, HOUR_MS = 1_000, 60_000, 3_600_000
CALM = Weather(delay_ms=(10, 10), request_loss=0, answer_loss=0, duplication=0)
DAY = Timetable(wake=time(7), bed=time(23))
WATER = WaterWish(start_time=time(8), end_time=time(22))
CALM_HABITS = Habits(encouragements=0, status_looks=0, sets_out_late_min=(0, 0))


@dataclass(slots=True)
class HandLedPet:
    """Writes down what is done with it: when, what, and what it showed at that moment."""

    stage: Stage
    screen: str = ""
    done: list[tuple[int, str, str]] = field(default_factory=list)
    answers: Callable[[str], None] = lambda _: None
    """What comes of a press besides."""

    def press(self, kind: str) -> None:
        """A press of the button."""
        self.done.append((self.stage.now, kind, self.screen))
        self.answers(kind)

    def unplug(self) -> None:
        """No power from now on."""
        self.done.append((self.stage.now, "unplug", self.screen))

    def plug_in(self) -> None:
        """Power again."""
        self.done.append((self.stage.now, "plug_in", self.screen))


@dataclass(frozen=True, slots=True)
class Room:
    """All of it."""

    scene: Scene
    network: Network
    echo: Echo
    student: Student
    pet: HandLedPet

    def show(self, hours: Mapping[float, str]) -> None:
        """Have the pet show these screens at these hours since the world began."""
        for hour, screen in hours.items():
            self.scene.stage.after(round(hour * HOUR_MS), partial(self.turn_to, screen))

    def turn_to(self, screen: str) -> None:
        """Have the pet show this screen now."""
        self.pet.screen = screen
        self.student.sees((screen, "", "", False))

    def live(self, hours: float) -> None:
        """Let the student live from the beginning on."""
        self.student.begin()
        self.scene.stage.loop.run_for(round(hours * HOUR_MS))

    def did(self, *what: str) -> list[Event]:
        """What the student did, of these kinds or of all."""
        events = self.scene.events("student")
        return [event for event in events if not what or event["does"] in what]


NO_FAULTS = PeopleFaults()
"""What nobody does unasked."""


@contextmanager
def room(
    timetable: Timetable = DAY,
    habits: Habits = CALM_HABITS,
    water: WaterWish = WATER,
    weather: Weather = CALM,
    zone: str = "UTC",
    began: datetime = BEGAN,
    seed: int = 1,
    grapevine: Grapevine | None = None,
    faults: PeopleFaults = NO_FAULTS,
) -> Iterator[Room]:
    """A student whom nothing surprises, asleep; one with a ``grapevine`` talks to the pet."""
    with scene(seed, began) as empty:
        echo = Echo()
        network = Network(echo, empty.stage, weather)
        student = Student(
            *(network, zone, Person(), timetable, water, habits, Camera()),
            grapevine=grapevine,
            faults=faults,
        )
        pet = HandLedPet(empty.stage)
        student.sit_down_at(pet)
        yield Room(empty, network, echo, student, pet)


VANCOUVER_MIDNIGHT = datetime(2026, 3, 2, 8, tzinfo=UTC)

BUSY = Timetable(
    wake=time(7),
    bed=time(23),
    study=(
        Study(label="Math", start=time(9), minutes=120, hard_from_min=45, hard_minutes=30),
        Study(label="Physics", start=time(13, 45), minutes=110, hard_from_min=40, hard_minutes=30),
        Study(label="Essay", start=time(18), minutes=90, hard_from_min=25, hard_minutes=35),
    ),
    commute=(Commute(start=time(11, 30), minutes=25), Commute(start=time(13), minutes=25)),
)
BUSY_WATER = WaterWish(
    start_time=time(8),
    end_time=time(22),
    change=(WaterChange(at=time(17, 30), interval_min=45),),
)


def requests(events: list[Event], target: str, who: str = "") -> list[Event]:
    """All requests for what begins so, by whoever is called so."""
    return [
        event
        for event in events
        if event["kind"] == "request"
        and "copy_of" not in event
        and f"{event['method']} {event['path']}".startswith(target)
        and str(event["who"]).startswith(who)
    ]


def bodies(events: list[Event], path: str) -> list[dict[str, object]]:
    """What was posted there, each thing once however often it was tried."""
    posts = {
        orjson.dumps(event["headers"]): words(event, "body")
        for event in requests(events, f"POST {path}")
    }
    return [orjson.loads(body) for body in posts.values()]
