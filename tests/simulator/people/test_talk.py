"""A student who talks to the pet: how often, how, of what, and what comes of the answers."""

import json
from collections import Counter
from datetime import time
from itertools import pairwise

import orjson
from hypercorn.typing import ASGIReceiveCallable, ASGISendCallable, Scope

from simulator.kernel.trace import Event, Json, number, words
from simulator.network.link import Network
from simulator.people.faults import PeopleFaults
from simulator.people.habits import Exam, Study, Timetable, WaterChange
from simulator.people.student import Student
from simulator.people.talk import Grapevine
from simulator.signals.person import Camera, Person
from simulator.talk.sayings import SAYINGS
from tests.simulator.people.rooms import (
    CALM,
    CALM_HABITS,
    DAY,
    HOUR_MS,
    WATER,
    Room,
    bodies,
    requests,
    room,
)
from tests.simulator.stages import scene

MESSAGE, STREAM, MEMORY = "/api/chat/message", "/api/chat/stream", "/api/chat/memory"
OWN, FOREIGN = "49d2d6f2-3d4f-4f8a-b14f-2090e22eddbc", "59d2d6f2-3d4f-4f8a-b14f-2090e22eddbc"
STUDY = Study(label="Math", start=time(9), minutes=600, pomodoro=False)


def said(lived: Room) -> list[Json]:
    """The wishes that were sent, messages and streams."""
    events = lived.scene.events()
    return [*bodies(events, MESSAGE), *bodies(events, STREAM)]


def talks(lived: Room) -> list[Event]:
    """When the student talked."""
    return lived.did("talks")


def test_without_a_grapevine_nothing_is_said() -> None:
    """The student of a plain world asks for nothing of the chat."""
    with room() as lived:
        lived.live(24)
        assert requests(lived.scene.events(), "POST /api/chat") == []
        assert talks(lived) == []


def test_all_day_the_student_talks() -> None:
    """Each sort of talk has its turn, in text and in sound, streamed or not, with sound or not."""
    with room(grapevine={}) as lived:
        lived.live(48)
        about = Counter(str(event["about"]) for event in talks(lived))
        wishes, events = said(lived), lived.scene.events()
        did = Counter(str(event["does"]) for event in lived.did())
    assert sum(about.values()) == len(wishes) >= 50
    assert len(about) == 9
    assert did["says who the pet is"] == 2
    assert did["erases the pet's memory"] >= 1
    assert len(requests(events, f"DELETE {MEMORY}")) == did["erases the pet's memory"]
    assert len(requests(events, f"GET {MEMORY}")) == did["looks at the pet's memory"] >= 1
    assert len(bodies(events, "/api/chat/persona")) == 2
    assert 0 < len(bodies(events, STREAM)) < len(bodies(events, MESSAGE))
    for name in ("audio_base64", "transcript", "include_audio", "wake_name"):
        assert 0 < sum(name in wish for wish in wishes) < len(wishes), name
    assert {wish.get("audio_format") for wish in wishes} == {None, "mp3", "wav"}


def test_some_say_more() -> None:
    """So many more times a day, and now and then several wishes at once."""
    with room(grapevine={}, faults=PeopleFaults(turns=240)) as lived:
        lived.live(24)
        about = Counter(str(event["about"]) for event in talks(lived))
    assert sum(about.values()) > 100
    assert about["has several wishes"]


def test_what_is_said_is_a_saying() -> None:
    """One of the table, and the trace has its words; in sound it is the same."""
    with room(grapevine={}) as lived:
        lived.live(24)
        wishes = {str(wish.get("transcript") or wish["audio_base64"]): wish for wish in said(lived)}
        for event in talks(lived):
            transcript = words(event, "words")
            assert any(saying.arguments(transcript) is not None for saying in SAYINGS)
        plain = [words(event, "words") for event in talks(lived) if not event["spoken"]]
    transcripts = [str(wish["transcript"]) for wish in wishes.values() if "transcript" in wish]
    assert sum(any(text.endswith(one) for one in plain) for text in transcripts) == len(transcripts)


def test_nobody_talks_in_bed_or_in_an_exam() -> None:
    """What would have been said then is never said; and all is apart."""
    exam = Exam(label="Final", start=time(8), minutes=600)
    timetable = Timetable(wake=time(7), bed=time(23), exam=(exam,))
    with room(timetable=timetable, grapevine={}) as lived:
        lived.live(31)
        at = [number(event, "at") for event in talks(lived)]
    hours = [instant / HOUR_MS for instant in at]
    assert hours
    assert all(7 <= hour < 8 or 18 <= hour < 23 for hour in hours)
    assert all(later - earlier >= 20_000 for earlier, later in pairwise(at))


def test_of_a_session_that_the_timetable_wants_the_student_only_asks() -> None:
    """Sessions that the pet begins come between those."""
    with room(timetable=with_study(DAY), grapevine={}) as lived:
        lived.live(24)
        sentences = [
            (number(event, "at") / HOUR_MS, words(event, "words")) for event in talks(lived)
        ]
    ordered = [hour for hour, text in sentences if "study" in text.lower()]
    assert all(hour < 9 or hour > 19 for hour in ordered)


def with_study(timetable: Timetable) -> Timetable:
    """The same day with a long session."""
    return timetable.model_copy(update={"study": (STUDY,)})


SCHEDULE = {
    "timezone": "UTC",
    "start_time": "07:15",
    "end_time": "21:30",
    "interval_min": 47,
    "enabled": True,
}


CHANGE = WaterChange(at=time(22, 30), interval_min=45)
BACK = WaterChange(
    at=time(22, 30), interval_min=60, start_time=WATER.start_time, end_time=WATER.end_time
)
"""To what was wanted in the morning."""


class Obliging:
    """A server that echoes, but for talk: whatever is said, it has set this schedule."""

    def __init__(self, fails: int) -> None:
        self._fails = fails

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """Answer one request. The first streams fail in the middle."""
        assert scope["type"] == "http"
        event = await receive()
        assert event["type"] == "http.request"
        action = {"name": "set_water_schedule", "result": {"schedule": SCHEDULE}}
        actions = [{"name": "x", "result": None}, action]
        answer = orjson.dumps({"conversation_id": OWN, "actions": actions})
        body, headers = event["body"] or b"{}", []
        if scope["path"] == MESSAGE:
            body = answer
        elif scope["path"] == STREAM:
            headers = [(b"content-type", b"text/event-stream")]
            is_well, self._fails = self._fails == 0, max(0, self._fails - 1)
            last = b"done\ndata: " + answer if is_well else b"error\ndata: {}"
            body = b"event: heard\ndata: {}\n\nevent: " + last + b"\n\n"
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": False})


def talked_to(
    server: Obliging,
    grapevine: Grapevine | None = None,
    hours: int = 24,
    change: WaterChange = CHANGE,
) -> list[Event]:
    """A day with this server, and a change of the water schedule in the evening."""
    water = WATER.model_copy(update={"change": (change,)})
    with scene() as empty:
        network = Network(server, empty.stage, CALM)
        student = Student(
            *(network, "UTC", Person(), DAY, water, CALM_HABITS, Camera()),
            grapevine={} if grapevine is None else grapevine,
        )
        student.begin()
        empty.stage.loop.run_for(hours * HOUR_MS)
        return empty.events()


def test_a_schedule_that_the_pet_has_set_is_the_students() -> None:
    """Nobody sets the old one again; what is changed later is changed in the new one."""
    wishes = bodies(talked_to(Obliging(0)), "/api/water/schedule")
    times = [(wish["start_time"], wish["end_time"], wish["interval_min"]) for wish in wishes]
    assert times == [("08:00", "22:00", 60), ("07:15", "21:30", 45)]
    again = bodies(talked_to(Obliging(0), change=BACK), "/api/water/schedule")
    assert [wish["interval_min"] for wish in again] == [60, 60]


def test_a_stream_that_fails_in_the_middle_is_asked_for_again() -> None:
    """With the same key, as everything that was not answered."""
    plain, failing = (
        [json.dumps(event["headers"]) for event in requests(talked_to(server), f"POST {STREAM}")]
        for server in (Obliging(0), Obliging(2))
    )
    assert len(set(plain)) == len(plain) == len(set(failing)) == len(failing) - 2
    assert failing[0] == failing[1] == failing[2]


def test_a_conversation_goes_on() -> None:
    """Mostly the newest; somebody else's is tried, and a new one begun, also after erasing."""
    grapevine: Grapevine = {"bob": FOREIGN}
    events = talked_to(Obliging(0), grapevine, hours=72)
    order = [
        (event["method"], orjson.loads(str(event["body"]) or "{}").get("conversation_id"))
        for event in requests(events, "")
        if event["path"] in (MESSAGE, STREAM, MEMORY) and event["method"] != "GET"
    ]
    places = Counter(place for method, place in order if method == "POST")
    tried = [
        event
        for event in events
        if event["kind"] == "student" and "somebody else" in str(event.get("about"))
    ]
    assert set(places) == {OWN, FOREIGN, None}
    assert places[OWN] > places[None]
    assert places[FOREIGN] == len(tried) > 0
    assert grapevine == {"bob": FOREIGN, "audrey": OWN}
    after = [place for (method, _), (_, place) in pairwise(order) if method == "DELETE"]
    assert after
    assert OWN not in after
