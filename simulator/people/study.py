"""A study session: the student sits in front of the camera, and now and then takes a break.

The session goes on in the student's own time. What the server must hear of it follows as fast as
the network allows: samples wait for the session's id, and its end for the same.
"""

from urllib.parse import quote

from simulator.kernel.loop import happening
from simulator.kernel.trace import Json
from simulator.network.client import Client
from simulator.people.camera import Onlooker
from simulator.people.habits import Study
from simulator.people.mind import Mind
from simulator.people.postings import Posting
from simulator.signals.truth import Activity

_MINUTE_MS = 60_000


class Sitting:
    """One session, from sitting down to getting up."""

    def __init__(
        self, mind: Mind, camera: Onlooker, phone: Client, edge: Client, study: Study
    ) -> None:
        self._mind, self._stage, self._study = mind, mind.stage, study
        self._camera, self._phone, self._edge = camera, phone, edge
        self._began_at = mind.stage.now
        self._break_until = 0
        self._is_over = False
        self._opened = mind.stage.environment.event()
        self._closed = mind.stage.environment.event()

    @property
    def end(self) -> int:
        """Until when it is planned, in milliseconds since the world began."""
        return self._began_at + self._study.minutes * _MINUTE_MS

    async def go_through(self, leaves_at: int | None = None) -> None:
        """Study for as long as planned, breaks included. Who leaves before that forgets to end the
        session: it goes on, unwatched, until ``conclude``.
        """
        self._mind.does("starts to study", label=self._study.label)
        self._stage.live(self._tell_server())
        self._camera.begin_session()
        self._sit_down()
        for minute in self._hard_part:
            self._stage.after(minute * _MINUTE_MS, self._feel)
        await self._watch_until(self.end if leaves_at is None else leaves_at)
        self._is_over = True
        self._camera.switch_off()
        if leaves_at is None:
            self.conclude()

    def conclude(self) -> None:
        """End the session."""
        self._mind.does("ends the session", label=self._study.label)
        self._closed.succeed()

    def take_break(self, minutes: int) -> None:
        """Leave the camera alone for so long, at most until the session is over."""
        self._mind.does("takes a break", minutes=minutes)
        self._camera.switch_off()
        self._mind.turn_to(Activity.ON_BREAK)
        self._break_until = self._stage.now + minutes * _MINUTE_MS
        self._stage.after(minutes * _MINUTE_MS, self._come_back)

    @property
    def _hard_part(self) -> tuple[int, int]:
        """From which minute until before which."""
        return self._study.hard_from_min, self._study.hard_from_min + self._study.hard_minutes

    @property
    def _pressure(self) -> float:
        begin, end = (self._began_at + minute * _MINUTE_MS for minute in self._hard_part)
        return 1.0 if begin <= self._stage.now < end else self._study.pressure

    @property
    def _is_on_break(self) -> bool:
        return self._stage.now < self._break_until

    def _sit_down(self) -> None:
        self._mind.turn_to(Activity.STUDYING, self._pressure)
        self._camera.switch_on()

    def _feel(self) -> None:
        """The hard part begins or ends."""
        if not self._is_over and not self._is_on_break:
            self._mind.turn_to(Activity.STUDYING, self._pressure)

    def _come_back(self) -> None:
        if not self._is_over and not self._is_on_break:
            self._sit_down()

    async def _watch_until(self, end: int) -> None:
        while (left := end - self._stage.now) > 0:
            await self._stage.sleep(min(self._camera.sample_every_ms, left))
            if self._stage.now < end and not self._is_on_break:
                posting = self._camera.posting()
                if posting is not None:
                    self._stage.live(self._post(posting))

    async def _tell_server(self) -> None:
        """Start the session and end it; then have a look at the report and the water schedule."""
        user_id = self._mind.user_id
        start = {"user_id": user_id, "study_label": self._study.label, **self._camera.wish}
        _, answer = await self._phone.post("/api/stress/session/start", start)
        session_id = _session_id(answer)
        if session_id is not None:
            self._opened.succeed(session_id)
            await happening(self._closed)
            await self._phone.post("/api/stress/session/end", {"session_id": session_id})
            await self._phone.get(f"/api/stress/report/{session_id}")
        await self._phone.get(f"/api/water/schedule?user_id={quote(user_id, safe='')}")

    async def _post(self, posting: Posting) -> None:
        session_id: str = await happening(self._opened)
        await self._edge.post(posting.path, {"session_id": session_id, **posting.body})


def _session_id(answer: Json) -> str | None:
    """The id of a session that was started; None if the server refused."""
    session = answer.get("session")
    return str(session["session_id"]) if isinstance(session, dict) else None
