"""Pomodoro timers, over any sequence of requests: what the clock says, however long nobody asked.

Not here: malformed requests; see ``test_hostile.py``.
"""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, multiple, precondition, rule

from tests.contracts.contract import Json
from tests.contracts.machine import NOBODY, Machine, keys, run, users
from tests.contracts.model import Pomodoro, shown

walks = st.sampled_from([(), (0,), (0, 1, 2), (-2,), (-2, -1)])


class Pomodoros(Machine):
    """Timers of several users."""

    pomodoros: Bundle[str] = Bundle("pomodoros")

    @rule(
        target=pomodoros,
        user=users,
        focus=st.sampled_from([1, 2, 25, 240]),
        pause=st.sampled_from([1, 5, 120]),
        cycles=st.sampled_from([1, 2, 4, 24]),
        key=keys,
        numbers=walks,
    )
    def start_pomodoro(
        self,
        user: str,
        focus: int,
        pause: int,
        cycles: int,
        key: str | None,
        numbers: tuple[int, ...],
    ) -> Any:
        """A Pomodoro starts as it was asked for."""
        wish = {"user_id": user, "focus_minutes": focus, "break_minutes": pause, "cycles": cycles}
        reply = self.post(user, "/api/breaks/pomodoro/start", wish, key)
        if reply is None:
            return multiple()
        session = reply.json["session"]
        id = str(session["session_id"])
        assert session == {
            **wish,
            "session_id": id,
            "started_at": shown(self.now),
            "ended_at": None,
            "status": "active",
        }
        self.model.pomodoros[id] = Pomodoro(id, user, self.now, focus, pause, cycles)
        self._walk(id, numbers, 0)
        return id

    @rule(id=pomodoros)
    def get_pomodoro_status(self, id: str) -> None:
        """The phase is what the clock says, however long nobody asked."""
        answer = self.served.get(f"/api/breaks/pomodoro/status?session_id={id}").json
        self._check_status(self.model.pomodoros[id], answer)

    def _check_status(self, pomodoro: Pomodoro, answer: Json) -> None:
        told = (answer["phase"], answer["cycle_index"], answer["seconds_remaining"])
        assert told == pomodoro.status(self.now)
        self.meet("the last break" if told[:2] == ("break", pomodoro.cycles) else told[0])
        assert answer["session_id"] == pomodoro.id
        assert answer["server_time_utc"] == shown(self.now)
        assert (answer["payload"]["message"] == "Focus now") == (told[0] == "focus")

    @rule(id=pomodoros, numbers=walks, by=st.sampled_from([-1, 0, 1, 500]))
    def wait_for_phases(self, id: str, numbers: tuple[int, ...], by: int) -> None:
        """The phase changes at its millisecond, the last break is run too, and then it is over."""
        self._walk(id, numbers, by)

    def _walk(self, id: str, numbers: tuple[int, ...], by: int) -> None:
        phases = self.model.pomodoros[id].phases()
        for number in numbers:
            end = phases[number % len(phases)][3] + timedelta(milliseconds=by)
            if end > self.now:
                self.served.clock.move(end - self.now)
            self.get_pomodoro_status(id)

    @rule(user=users)
    def get_active_pomodoro(self, user: str) -> None:
        """The newest one that runs is found."""
        answer = self.served.get(f"/api/breaks/pomodoro/active?user_id={quote(user)}").json
        running = [
            each
            for each in self.model.pomodoros.values()
            if each.user == user and each.runs(self.now)
        ]
        assert answer["active"] == bool(running)
        if running:
            found = self.model.pomodoros[answer["session_id"]]
            assert found in running
            assert found.started == max(each.started for each in running)
            self._check_status(found, answer)
        else:
            assert answer["session_id"] is answer["phase"] is answer["payload"] is None

    @rule(id=pomodoros, key=st.booleans())
    def stop_pomodoro(self, id: str, key: bool) -> None:
        """Stopping ends what runs and leaves alone what is over."""
        pomodoro = self.model.pomodoros[id]
        if pomodoro.runs(self.now):
            pomodoro.stopped = self.now
        end = pomodoro.stopped or pomodoro.phases()[-1][3]
        sent = {"session_id": id}
        reply = self.served.post("/api/breaks/pomodoro/stop", sent, f"stop:{id}" if key else None)
        assert reply.status == 200
        assert reply.json["session"]["ended_at"] == shown(end)
        assert reply.json["session"]["status"] == "completed"

    @precondition(lambda self: not self.has_mistaken)
    @rule(user=users)
    def mistake_an_id(self, user: str) -> None:
        """The id of a study session, or of nobody, is unknown here."""
        self.has_mistaken = True
        started = self.served.post("/api/stress/session/start", {"user_id": user}).json
        for id in (started["session"]["session_id"], NOBODY):
            for reply in (
                self.served.get(f"/api/breaks/pomodoro/status?session_id={id}"),
                self.served.post("/api/breaks/pomodoro/stop", {"session_id": id}, "k"),
            ):
                assert (reply.status, reply.json["code"]) == (404, "not_found")

    @rule(id=pomodoros)
    def ask_for_the_head_of_a_status(self, id: str) -> None:
        """HEAD records nothing, not even the end of one that has run out unseen."""
        before = self.served.dump()
        user = quote(self.model.pomodoros[id].user)
        for target in (f"status?session_id={id}", f"active?user_id={user}"):
            assert self.served.ask("HEAD", f"/api/breaks/pomodoro/{target}").status == 200
        assert self.served.dump() == before


def test_pomodoros_behave() -> None:
    """The machine finds no difference to the model."""
    run(
        Pomodoros,
        ("startPomodoro", "getPomodoroStatus", "getActivePomodoro", "stopPomodoro"),
        ("focus", "break", "completed", "the last break"),
    )
