"""A student: lives through a timetable, day after day, with a pet on the desk and a phone."""

from collections.abc import Callable

from simulator.device.board import Scene
from simulator.network.client import Client
from simulator.network.link import Network
from simulator.people.agenda import Agenda, Entry
from simulator.people.camera import Onlooker
from simulator.people.codes import Codes
from simulator.people.desk import Desk, Pet
from simulator.people.encouragement import Encouragement
from simulator.people.errands import World
from simulator.people.face import FaceInPicture, Studio
from simulator.people.faults import PeopleFaults
from simulator.people.habits import Away, Commute, Exam, Habits, Study, Timetable, Trip, WaterWish
from simulator.people.kitchen import Kitchen
from simulator.people.mind import Mind
from simulator.people.owner import Owner, phone_of
from simulator.people.pomodoro import Pomodoros
from simulator.people.postings import Edge, EdgeOfScores
from simulator.people.prompts import Prompts
from simulator.people.recorded import onlooker_of
from simulator.people.reminders import Reminders
from simulator.people.status import StatusLooks
from simulator.people.study import Sitting
from simulator.people.talk import Grapevine, Talk
from simulator.people.unasked import Unasked, phone_of_student
from simulator.people.walltime import WallClock
from simulator.people.water import WaterSchedule
from simulator.signals.person import Camera, Person
from simulator.signals.truth import Activity

_MINUTE_MS = 60_000
_HOME, _CAMPUS = "home", "campus"
_HARMLESS = PeopleFaults()


class Student:
    """Asleep at home until ``begin``. ``zone_home`` is the IANA name of home's time zone. Who owns
    a locked server has given the own phone and edge agent tokens, and confirms the pet's code.
    Students with a ``grapevine`` talk to their pets. ``edge`` makes the student's edge agent; in a
    ``studio`` there is none, for the server itself watches the camera. ``faults`` are what the
    student does unasked, ``worlds`` in what kind of world.
    """

    def __init__(
        self,
        network: Network,
        zone_home: str,
        person: Person,
        timetable: Timetable,
        water: WaterWish,
        habits: Habits,
        camera: Camera,
        owner: Owner | None = None,
        grapevine: Grapevine | None = None,
        edge: Callable[[], Edge] = EdgeOfScores,
        studio: Studio | None = None,
        faults: PeopleFaults = _HARMLESS,
        worlds: frozenset[World] = frozenset(),
    ) -> None:
        self._stage = network.stage
        self._habits = habits
        phone_token, edge_token = (
            owner.give(name, person.user_id) if owner else None
            for name in (phone_of(person.user_id), f"edge agent of {person.user_id}")
        )
        self._phone = phone_of_student(network, person.user_id, phone_token, owner, faults)
        self._unasked = Unasked(network, self._phone, owner, faults, worlds)
        self._edge = Client(network, f"edge/{person.user_id}", edge_token)
        self._mind = mind = Mind(network.stage, person)
        self._lateness = mind.chance("timetable")
        self._clock = WallClock(network.stage, zone_home)
        self._agenda = Agenda(timetable, self._clock)
        self._studio = studio
        self._camera: Onlooker = (
            onlooker_of(mind, person, camera, edge)
            if studio is None
            else FaceInPicture(mind, person, studio)
        )
        self._water = WaterSchedule(mind, self._phone, water, zone_home)
        self._desk = desk = Desk(mind)
        self._reminders = Reminders(mind, desk, habits, lambda: self._water.interval_min)
        self._prompts = Prompts(mind, desk, habits, self._take_break)
        self._pomodoros = Pomodoros(mind, desk, habits)
        self._encouragement = Encouragement(mind, desk, habits)
        self._status = StatusLooks(mind, desk, habits)
        self._codes = Codes(mind, desk, owner) if owner else None
        self._talk = (
            None
            if grapevine is None
            else Talk(
                mind, self._phone, grapevine, self._is_sitting, self._water.hear, faults.turns
            )
        )
        self.kitchen = Kitchen(mind, owner)
        """Where a second pet may stand."""
        self._sitting: Sitting | None = None
        self._forgotten: Sitting | None = None
        self._place = _HOME

    def sit_down_at(self, pet: Pet) -> None:
        """Have this pet stand on the student's desk from now on."""
        self._desk.place(pet)

    def begin(self) -> None:
        """Live."""
        self._stage.live(self._mind.be())
        self._stage.live(self._live())
        self._unasked.begin(self._mind, self._phone, self._water, self._talk)

    def sees(self, scene: Scene) -> None:
        """Follow what the pet shows, whether or not the student is there to react."""
        screen, title = scene[:2]
        self._desk.shows(screen)
        if self._codes is not None:
            self._codes.follow(screen, title)
        self._reminders.follow(screen)
        self._prompts.follow(screen)
        self._status.follow(screen)
        self._unasked.follow(screen)
        self._look()

    def _look(self) -> None:
        """React to what the pet shows now."""
        self._reminders.consider()
        self._prompts.consider()
        self._desk.act()

    async def _live(self) -> None:
        await self._get_up(self._stage.now)
        self._stage.live(self._set_up_phone())
        while True:
            await self._spend_the_day()
            self._go_to_bed()
            await self._get_up(self._stage.now + 1)

    async def _get_up(self, earliest: int) -> None:
        await self._clock.sleep_until(self._agenda.next_wake(earliest))
        self._mind.does("wakes")
        self._turn_the_page()
        self._encouragement.day_begins(self._agenda.bed)
        self._status.day_begins(self._agenda.bed)
        if self._talk is not None:
            self._talk.day_begins(self._agenda.bed)
        self._be_there()

    async def _set_up_phone(self) -> None:
        self._water.tell_server()
        wish = {"user_id": self._mind.user_id, "enabled": True}
        await self._phone.post("/api/breaks/preferences/stress-prompts", wish)
        if self._studio is not None:
            source = {"source_type": "esp32", "esp32_stream_url": self._studio.url}
            await self._phone.post("/api/video/source", {"user_id": self._mind.user_id, **source})

    async def _spend_the_day(self) -> None:
        while (entry := self._agenda.take(self._stage.now)) is not None:
            await self._clock.sleep_until(entry.at)
            await self._do(entry)
        await self._clock.sleep_until(self._agenda.bed)

    def _go_to_bed(self) -> None:
        self._mind.does("goes to bed")
        self._pomodoros.day_is_over()
        self._encouragement.day_is_over()
        self._status.day_is_over()
        if self._talk is not None:
            self._talk.day_is_over()
        self._mind.turn_to(Activity.ASLEEP)

    async def _do(self, entry: Entry) -> None:
        match entry.item:
            case Study():
                await self._study(entry.item)
            case Exam():
                await self._sit_exam(entry.item, entry.until)
            case Away():
                await self._stay_away(entry.item, entry.until)
            case Commute():
                await self._commute(entry.item)
            case Trip():
                await self._travel(entry.item)

    async def _study(self, study: Study) -> None:
        late_min = self._lateness.randint(*self._habits.sets_out_late_min)
        await self._stage.sleep(late_min * _MINUTE_MS)
        self._sitting = Sitting(self._mind, self._camera, self._phone, self._edge, study)
        if study.pomodoro:
            self._pomodoros.session_begins()
        leaves_at = self._agenda.departure(self._stage.now, self._sitting.end)
        await self._sitting.go_through(leaves_at)
        self._forgotten = None if leaves_at is None else self._sitting
        self._sitting = None
        self._prompts.session_is_over()
        self._pomodoros.session_is_over()
        self._be_there()

    def _is_sitting(self) -> bool:
        return self._sitting is not None

    def _take_break(self, minutes: int) -> None:
        if self._sitting is not None:
            self._sitting.take_break(minutes)

    async def _sit_exam(self, exam: Exam, until: int) -> None:
        self._mind.does("leaves", where=self._place, label=exam.label)
        self._mind.turn_to(Activity.IN_EXAM)
        await self._clock.sleep_until(until)
        self._mind.does("arrives", where=self._place, label=exam.label)
        self._be_there()

    async def _stay_away(self, away: Away, until: int) -> None:
        self._mind.does("leaves", where=self._place, label=away.label)
        self._mind.turn_to(Activity.AWAY)
        await self._clock.sleep_until(until)
        self._mind.does("arrives", where=self._place, label=away.label)
        self._be_there()

    async def _commute(self, commute: Commute) -> None:
        self._mind.does("leaves", where=self._place)
        self._mind.turn_to(Activity.COMMUTING)
        await self._stage.sleep(commute.minutes * _MINUTE_MS)
        self._place = _CAMPUS if self._place == _HOME else _HOME
        self._mind.does("arrives", where=self._place)
        self._be_there()

    async def _travel(self, trip: Trip) -> None:
        """A journey ends in the middle of another day: what is left of that follows."""
        self._mind.does("leaves", where=self._clock.zone)
        self._mind.turn_to(Activity.TRAVELLING)
        self._desk.pack()
        await self._stage.sleep(trip.minutes * _MINUTE_MS)
        self._clock.move_to(trip.to)
        self._place = _HOME
        self._mind.does("arrives", where=trip.to)
        if self._forgotten is not None:
            self._forgotten.conclude()
            self._forgotten = None
        self._desk.unpack()
        self._turn_the_page()
        self._water.move_to(trip.to)
        self._be_there()

    def _turn_the_page(self) -> None:
        """See what this day, at this place, will bring."""
        self._agenda.turn_the_page()
        self._water.plan(self._agenda)
        self._expect_exams()

    def _expect_exams(self) -> None:
        for entry in self._agenda.entries():
            if isinstance(entry.item, Exam):
                self._mind.body.expect(entry.at, entry.until, entry.item.weight)

    def _be_there(self) -> None:
        """Be at home and awake, with the pet in sight."""
        self._mind.turn_to(Activity.AWAKE)
        self._look()
