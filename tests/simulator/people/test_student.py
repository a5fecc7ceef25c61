"""Days of a student in a room of tests: by the clock, over journeys, through a bad network."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta

import orjson
import pytest
from hypercorn.typing import ASGIReceiveCallable, ASGISendCallable, Scope

from petcore.adapters.zones_tzdata import TzdataZones
from simulator.kernel.trace import number
from simulator.network.weather import Weather
from simulator.people.habits import (
    Commute,
    Exam,
    Habits,
    Study,
    Timetable,
    Trip,
    WaterChange,
)
from tests.simulator.people.rooms import (
    BUSY,
    CALM,
    CALM_HABITS,
    DAY,
    HOUR_MS,
    MINUTE_MS,
    SECOND_MS,
    VANCOUVER_MIDNIGHT,
    WATER,
    Room,
    bodies,
    requests,
    room,
)


def test_nobody_is_stopped_by_a_dead_network() -> None:
    """When nothing gets through the day goes on."""
    dead = Weather(request_loss=1000)
    with room(BUSY, weather=dead, zone="America/Vancouver", began=VANCOUVER_MIDNIGHT) as here:
        here.live(24)
        order = [event["does"] for event in here.did()]
        assert Counter(order)["ends the session"] == 3
        assert order[-1] == "goes to bed"


class Refusal:
    """A server that refuses everything."""

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """Answer one request."""
        await receive()
        await send({"type": "http.response.start", "status": 409, "headers": []})
        await send({"type": "http.response.body", "body": b'{"ok": false}', "more_body": False})


def test_nobody_is_stopped_by_a_refusal() -> None:
    """A session that the server does not want is studied all the same; it gets no samples."""
    with room(BUSY) as here:
        here.network.app = Refusal()
        here.live(24)
        assert len(here.did("ends the session")) == 3
        assert here.did()[-1]["does"] == "goes to bed"
        assert not requests(here.scene.events(), "POST /api/stress/sample")


def test_another_consumer_of_chance_disturbs_nobody() -> None:
    """Who asks for encouragement more often sets out, drinks and answers as before."""
    told = []
    for encouragements in (0, 9):
        habits = Habits(encouragements=encouragements, sets_out_late_min=(0, 60))
        with room(BUSY, habits, seed=3) as here:
            here.show({0: "IDLE"} | {7.5 + hour: "WATER_DROP" for hour in range(12)})
            here.show({7.9 + hour: "IDLE" for hour in range(12)})
            here.show(dict.fromkeys((10.1, 14.6, 18.7), "BREAK_PROMPT"))
            here.show(dict.fromkeys((10.2, 14.7, 18.8), "IDLE"))
            here.live(24)
            deeds = here.did()
            told.append([event for event in deeds if "encouragement" not in str(event["does"])])
            assert len(told[-1]) > 20
            assert len(deeds) - len(told[-1]) == encouragements
    assert told[0] == told[1]


def test_days_are_drawn_anew() -> None:
    """The same timetable, not the same minutes."""
    habits = Habits(sets_out_late_min=(0, 30))
    study = (Study(label="Math", start=time(9), minutes=30),)
    with room(Timetable(wake=time(7), bed=time(23), study=study), habits) as here:
        here.live(24 * 7)
        starts = [number(event, "at") for event in here.did("starts to study")]
        assert [at // (24 * HOUR_MS) for at in starts] == list(range(7))
        assert len({at % (24 * HOUR_MS) for at in starts}) > 3
        assert [number(event, "at") for event in here.did("wakes")] == [
            (24 * day + 7) * HOUR_MS for day in range(7)
        ]


def local(here: Room, zone: str, *does: str) -> list[str]:
    """What the student did, by the wall clock of a place."""
    began = here.scene.stage.clock.now() - timedelta(milliseconds=here.scene.stage.now)
    place = TzdataZones().zone(zone)
    return [
        f"{(began + timedelta(milliseconds=number(event, 'at'))).astimezone(place):%d %H:%M} "
        f"{event['does']}"
        for event in here.did(*does)
    ]


@pytest.mark.parametrize(
    ("began", "nights_h"),
    [
        (datetime(2026, 10, 22, 22, tzinfo=UTC), [8, 9, 8]),
        (datetime(2026, 3, 26, 23, tzinfo=UTC), [8, 7, 8]),
    ],
)
def test_a_night_in_which_the_clocks_change(began: datetime, nights_h: list[int]) -> None:
    """Up at seven by the wall, after an hour more or less of sleep."""
    with room(DAY, zone="Europe/Berlin", began=began) as here:
        here.live(24 * 4)
        did = local(here, "Europe/Berlin", "wakes", "goes to bed")
        assert {line[3:] for line in did} == {"07:00 wakes", "23:00 goes to bed"}
        at = [number(event, "at") for event in here.did("wakes", "goes to bed")]
        nights = [(up - bed) // HOUR_MS for bed, up in zip(at[1::2], at[2::2], strict=False)]
        assert nights[:3] == nights_h


def test_a_session_in_the_hour_that_comes_twice() -> None:
    """It lasts as long as it lasts, whatever the wall says."""
    study = (Study(label="Hackathon", start=time(1, 30), minutes=150),)
    owl = Timetable(wake=time(12), bed=time(5), study=study)
    with room(
        owl, CALM_HABITS, zone="Europe/Berlin", began=datetime(2026, 10, 23, 22, tzinfo=UTC)
    ) as here:
        here.live(37.5)
        assert local(here, "Europe/Berlin") == [
            "24 12:00 wakes",
            "25 01:30 starts to study",
            "25 03:00 ends the session",
            "25 05:00 goes to bed",
            "25 12:00 wakes",
        ]
        (start,), (end,) = here.did("starts to study"), here.did("ends the session")
        assert number(end, "at") - number(start, "at") == 150 * MINUTE_MS


def schedules(here: Room) -> list[dict[str, object]]:
    """The water schedules that were posted."""
    return bodies(here.scene.events(), "/api/water/schedule")


def test_a_journey_changes_the_zone() -> None:
    """Pet in the bag, then seven is seven in Tokyo; the phone says so, the times stay."""
    timetable = Timetable(
        wake=time(7),
        bed=time(23, 45),
        study=(Study(label="Kanji", start=time(17), minutes=30),),
        trip=(Trip(start=time(13), minutes=600, to="Asia/Tokyo"),),
    )
    began = datetime(2026, 5, 18, 7, tzinfo=UTC)
    # At the old place's half past eleven the student is in Tokyo already, where that is later.
    water = WATER.model_copy(update={"change": (WaterChange(at=time(23, 30), interval_min=30),)})
    with room(timetable, CALM_HABITS, water, zone="America/Vancouver", began=began) as here:
        here.live(60)
        assert local(here, "Asia/Tokyo") == [
            "18 23:00 wakes",
            "19 05:00 leaves",
            "19 15:00 arrives",
            "19 17:00 starts to study",
            "19 17:30 ends the session",
            "19 23:30 changes the water schedule",
            "19 23:45 goes to bed",
            "20 07:00 wakes",
            "20 17:00 starts to study",
            "20 17:30 ends the session",
            "20 23:45 goes to bed",
        ]
        assert [event["where"] for event in here.did("leaves", "arrives")] == [
            "America/Vancouver",
            "Asia/Tokyo",
        ]
        assert here.pet.done == [(13 * HOUR_MS, "unplug", ""), (23 * HOUR_MS, "plug_in", "")]
        first, second, third = schedules(here)
        assert first | {"timezone": "Asia/Tokyo"} == second
        assert third == second | {"interval_min": 30}
        assert second["start_time"] == "08:00"


def test_who_arrives_is_at_home_there() -> None:
    """A commute begins where the last one ended, unless there was a journey."""
    commute = (Commute(start=time(10), minutes=30), Commute(start=time(18), minutes=30))
    trip = (Trip(start=time(12), minutes=600, to="Asia/Tokyo"),)
    timetable = Timetable(wake=time(7), bed=time(23), commute=commute, trip=trip)
    began = datetime(2026, 5, 18, 7, tzinfo=UTC)
    with room(timetable, CALM_HABITS, zone="America/Vancouver", began=began) as here:
        here.live(30)
        assert [event["where"] for event in here.did("leaves", "arrives")] == [
            "home",
            "campus",
            "America/Vancouver",
            "Asia/Tokyo",
            "home",
            "campus",
        ]


def test_an_exam_is_dreaded() -> None:
    """The body knows of it: an hour before, stress is higher than on a day without."""
    told = []
    for exam in ((), (Exam(label="Algebra", start=time(12), minutes=60, weight=1.0),)):
        with room(Timetable(wake=time(7), bed=time(23), exam=exam)) as here:
            here.live(13)
            truths = here.scene.events("truth")
            told.append({number(event, "at"): number(event, "stress") for event in truths})
    calm, tense = told
    assert tense[11 * HOUR_MS + 30 * MINUTE_MS] > calm[11 * HOUR_MS + 30 * MINUTE_MS] + 200
    assert tense[7 * HOUR_MS] == calm[7 * HOUR_MS]


def test_the_water_schedule_is_set_and_changed() -> None:
    """On the first morning, and at the times of the wish; the rest stays as it was."""
    changes = (
        WaterChange(at=time(12), interval_min=30),
        WaterChange(at=time(1), end_time=time(23, 30), enabled=False),
    )
    owl = Timetable(wake=time(7), bed=time(2))
    with room(owl, water=WATER.model_copy(update={"change": changes})) as here:
        here.live(36 + 6)
        before = {
            "user_id": "audrey",
            "timezone": "UTC",
            "start_time": "08:00",
            "end_time": "22:00",
            "interval_min": 60,
            "enabled": True,
        }
        changed = before | {"interval_min": 30}
        night = changed | {"end_time": "23:30", "enabled": False}
        assert schedules(here) == [before, changed, night]
        told = here.did("changes the water schedule")
        assert [number(event, "at") for event in told] == [12 * HOUR_MS, 25 * HOUR_MS]
        assert (
            told[1].items() >= {"interval_min": 30, "end_time": "23:30", "enabled": False}.items()
        )


def test_the_newest_schedule_wins_over_a_cut() -> None:
    """What is wanted while nothing gets through is posted in the end, and nothing older after."""
    changes = tuple(WaterChange(at=time(7, minute), interval_min=minute) for minute in (10, 20))
    water = WATER.model_copy(update={"change": changes})
    with room(water=water, weather=CALM) as here:
        here.scene.stage.after(7 * HOUR_MS - SECOND_MS, lambda: here.network.cut(30))
        here.live(9)
        assert [schedule["interval_min"] for schedule in schedules(here)] == [60, 20]


def test_samples_wait_for_the_session() -> None:
    """A session that cannot be opened yet loses nothing: what was seen follows."""
    study = (Study(label="Math", start=time(9), minutes=60),)
    with room(Timetable(wake=time(7), bed=time(23), study=study)) as here:
        here.network.app = Opening()
        here.scene.stage.after(9 * HOUR_MS - SECOND_MS, lambda: here.network.cut(20))
        here.live(11)
        samples = bodies(here.scene.events(), "/api/stress/sample")
        at = sorted(str(sample["captured_at"])[11:16] for sample in samples)
        assert at[0] < "09:05"
        assert len(at) > 55
        assert {str(sample["session_id"]) for sample in samples} == {"s1"}
        ends = bodies(here.scene.events(), "/api/stress/session/end")
        assert ends == [{"session_id": "s1"}]


class Opening:
    """A server that opens a session, and says yes to everything."""

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """Answer one request."""
        await receive()
        answer: Mapping[str, object] = {"session": {"session_id": "s1"}}
        await send({"type": "http.response.start", "status": 201, "headers": []})
        body = orjson.dumps(answer)
        await send({"type": "http.response.body", "body": body, "more_body": False})
