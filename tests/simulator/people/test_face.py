"""A student's face in front of a camera that the server watches: when it is there, and how."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import time

from simulator.face.vital import Vital, Vitals
from simulator.network.link import Network
from simulator.people.face import Studio
from simulator.people.habits import Study, Timetable
from simulator.people.student import Student
from simulator.signals.person import Camera, Person
from tests.simulator.people.rooms import CALM, CALM_HABITS, HOUR_MS, MINUTE_MS, WATER, bodies
from tests.simulator.people.test_student import Opening
from tests.simulator.stages import Scene, scene

URL = "http://10.0.0.1:81/stream"
STUDY = Study(label="Maths", start=time(9), minutes=60, hard_from_min=20, hard_minutes=20)
PERSON = Person(resting_pulse_bpm=60, pulse_rise_bpm=30, resting_breaths_min=12, breaths_rise=6)


@dataclass(frozen=True, slots=True)
class Watched:
    """A student, and how the face was whenever somebody looked."""

    scene: Scene
    student: Student
    looks: dict[int, Vital]

    def live(self, hours: float) -> None:
        """Let the student live from the beginning on."""
        self.student.begin()
        self.scene.stage.loop.run_for(round(hours * HOUR_MS))

    def at(self, minute: float) -> Vital:
        """The face so many minutes after nine."""
        return self.looks[round((9 * 60 + minute) * MINUTE_MS)]


@contextmanager
def watched(every_ms: int = 15_000) -> Iterator[Watched]:
    """A camera looks at a student all day long."""
    with scene() as empty:
        placed, looks = list[Vitals](), dict[int, Vital]()

        async def look() -> None:
            while True:
                looks[empty.stage.now] = placed[0](empty.stage.now)
                await empty.stage.sleep(every_ms)

        student = Student(
            Network(Opening(), empty.stage, CALM),
            "UTC",
            PERSON,
            Timetable(wake=time(7), bed=time(23), study=(STUDY,)),
            WATER,
            CALM_HABITS,
            Camera(),
            studio=Studio(URL, placed.append),
        )
        empty.stage.live(look())
        yield Watched(empty, student, looks)


def test_the_face_is_there_while_its_owner_studies() -> None:
    """Not before, not after, and not in a break."""
    with watched() as here:
        here.scene.stage.after(
            (9 * 60 + 30) * MINUTE_MS,
            lambda: here.student._take_break(5),
        )
        here.live(11)
        there = [here.at(minute).is_there for minute in (-1, 1, 29, 31, 34, 36, 59, 61)]
        assert there == [False, True, True, False, False, True, True, False]


def test_heart_and_breath_follow_the_stress() -> None:
    """As the person's body says; the trace notes the same, every ten seconds at most."""
    with watched() as here:
        here.live(11)
        calm, hard = here.at(15), here.at(39)
        assert 60 < calm.bpm < 72
        assert 80 < hard.bpm < 91
        assert 12 < calm.breaths_min < 14.5
        assert 15.5 < hard.breaths_min < 18.5
        noted = {event["at"]: event for event in here.scene.events("face")}
        assert len(noted) == len(here.looks)
        for at, vital in here.looks.items():
            assert noted[at]["bpm"] == round(vital.bpm * 10)
            assert noted[at]["breaths"] == round(vital.breaths_min * 10)
            assert noted[at]["is_there"] is vital.is_there
            assert noted[at]["who"] == "audrey"


def test_a_body_does_not_mind_who_looks() -> None:
    """What it will be is the same, however often a camera looks."""
    truths = []
    for every_ms in (125_000, 1_000):
        with watched(every_ms) as here:
            here.live(10)
            truths.append(here.scene.events("truth", "student"))
    assert truths[0] == truths[1]


def test_many_looks_are_noted_now_and_then() -> None:
    """A camera looks eight times a second."""
    with watched(every_ms=125) as here:
        here.scene.stage.loop.run_for(60_000)
        at = [int(str(event["at"])) for event in here.scene.events("face")]
        assert at == list(range(0, 60_000, 10_000))


def test_the_phone_names_the_camera_and_nobody_posts() -> None:
    """The session asks the server to watch."""
    with watched() as here:
        here.live(11)
        events = here.scene.events()
        sources = bodies(events, "/api/video/source")
        assert sources == [{"user_id": "audrey", "source_type": "esp32", "esp32_stream_url": URL}]
        (start,) = bodies(events, "/api/stress/session/start")
        assert start["watch"] is True
        assert bodies(events, "/api/stress/session/end") == [{"session_id": "s1"}]
        assert bodies(events, "/api/stress/sample") == []
