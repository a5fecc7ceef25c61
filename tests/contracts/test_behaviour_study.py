"""Study sessions, their reports and their break prompts, over any sequence of requests.

Not here: malformed requests; see ``test_hostile.py``.
"""

from datetime import datetime, timedelta
from statistics import fmean
from typing import Any
from urllib.parse import quote
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, initialize, multiple, precondition, rule

from tests.contracts.contract import Json
from tests.contracts.machine import NOBODY, USERS, Machine, keys, run, scores, users
from tests.contracts.model import Prompt, Sample, Session, shown


class Study(Machine):
    """Sessions, samples, reports, prompts and encouragement of several users."""

    sessions: Bundle[str] = Bundle("sessions")

    @initialize(target=sessions)
    def start_first_session(self) -> Any:
        """There is a session from the beginning, and it allows prompts."""
        return self.start_session_as(USERS[0], True, None)

    @rule(target=sessions, user=users, allows=st.sampled_from([True, True, None, False]), key=keys)
    def start_session(self, user: str, allows: bool | None, key: str | None) -> Any:
        """A session starts as it was asked for."""
        return self.start_session_as(user, allows, key)

    def start_session_as(self, user: str, allows: bool | None, key: str | None) -> Any:
        """Start it, and give its id to the bundle."""
        wish: Json = {"user_id": user, "study_label": "Ünïcode ☂", "signal_source": "watch"}
        if allows is not None:
            wish["allow_prompted_breaks"] = allows
        reply = self.post(user, "/api/stress/session/start", wish, key)
        if reply is None:
            return multiple()
        if allows is None:
            allows = self.model.preferences.get(user, (False, self.now))[0]
        session = reply.json["session"]
        assert UUID(session["session_id"]).version == 4
        assert session == {
            **wish,
            "session_id": session["session_id"],
            "started_at": shown(self.now),
            "ended_at": None,
            "status": "active",
            "allow_prompted_breaks": allows,
        }
        id = session["session_id"]
        assert id not in self.model.sessions
        self.model.sessions[id] = Session(id, user, allows, self.now)
        return id

    @rule(
        id=sessions,
        minutes=st.none() | st.integers(-12, 7),
        stress=scores,
        focus=scores,
        confidence=st.sampled_from([1, 1, 0.5, 0.49, 0]),
        key=keys,
    )
    def ingest_sample(
        self,
        id: str,
        minutes: int | None,
        stress: float,
        focus: float,
        confidence: float,
        key: str | None,
    ) -> None:
        """A sample is stored while its session runs, whenever it was taken."""
        at = None if minutes is None else self.now + timedelta(minutes=minutes)
        self._ingest(id, at, Sample(at or self.now, stress, focus, confidence), key)

    @precondition(lambda self: self.stressable())
    @rule(
        number=st.integers(0, 9),
        stress=st.sampled_from([0.75, 0.9, 1]),
        then=st.sampled_from(["decide", "end", "go on"]),
        acknowledged=st.booleans(),
        between=st.sampled_from([5, 6, 7]),
        rest=st.sampled_from([9, 10, 24, 25]),
    )
    def be_stressed(
        self, number: int, stress: float, then: str, acknowledged: bool, between: int, rest: int
    ) -> None:
        """Ten minutes of high stress or so, told afterwards, and what it leads to."""
        session = self.stressable()[number % len(self.stressable())]
        self._tell(session, stress, between)
        if then == "end":
            self.end_session_of(session, None)
        elif then == "decide" and session.prompts:
            for decision in (acknowledged, not acknowledged):
                self._ack(self.model.prompts[session.prompts[-1]], decision, None)
            self.served.clock.move(timedelta(minutes=rest))
            self._tell(session, stress, 5)

    def _tell(self, session: Session, stress: float, between: int) -> None:
        for minutes in (2 * between, between, 0):
            at = self.now - timedelta(minutes=minutes)
            self._ingest(session.id, at, Sample(at, stress, 0.3, 1), None)

    def stressable(self) -> list[Session]:
        """The sessions that run and may ask for a break."""
        return [each for each in self.model.sessions.values() if each.allows and not each.ended]

    def _ingest(self, id: str, at: datetime | None, sample: Sample, key: str | None) -> None:
        session = self.model.sessions[id]
        sent: Json = {
            "session_id": id,
            "stress_score": sample.stress,
            "focus_score": sample.focus,
            "confidence": sample.confidence,
            "captured_at": at and at.isoformat(),
        }
        reply = self.post(session.user, "/api/stress/sample", sent, key)
        if reply is None:
            return
        if session.ended is not None:
            self.meet("a sample after the end")
            assert (reply.status, reply.json["code"]) == (409, "wrong_state")
            return
        assert reply.status == 201
        assert reply.json["captured_at"] == shown(sample.at)
        session.samples.append(sample)
        self.expect_prompt(session)

    @rule(id=sessions, key=keys)
    def end_session(self, id: str, key: str | None) -> None:
        """The report is what the samples come to; ending again changes nothing."""
        self.end_session_of(self.model.sessions[id], key)

    def end_session_of(self, session: Session, key: str | None) -> None:
        """End it and judge the report."""
        sent = {"session_id": session.id}
        reply = self.post(session.user, "/api/stress/session/end", sent, key)
        if reply is None:
            return
        assert reply.status == 200
        if session.ended is not None:
            self.meet("a second end")
            assert reply.json == session.ended
            return
        session.ended = reply.json
        assert reply.json["ended_at"] == shown(self.now)
        self._check_report(session, reply.json["report"])
        for prompt in (self.model.prompts[each] for each in session.prompts):
            prompt.resolved = prompt.resolved or self.now

    def _check_report(self, session: Session, report: Json) -> None:
        samples = session.samples
        assert report["sample_count"] == len(samples)
        expected = [0.0, 0.0, 0.0, 0.0]
        if samples:
            stress, focus = [each.stress for each in samples], [each.focus for each in samples]
            expected = [round(fmean(focus), 3), round(fmean(stress), 3), max(stress), min(focus)]
        names = ("average_focus", "average_stress", "peak_stress", "lowest_focus")
        assert [report[name] for name in names] == expected
        points = [
            (point["timestamp"], point["stress_score"], point["focus_score"])
            for point in report["graph_points"]
        ]
        assert sorted(points) == sorted(
            (shown(each.at), each.stress, each.focus) for each in samples
        )
        taken = [datetime.fromisoformat(at) for at, _, _ in points]
        assert taken == sorted(taken)

    @rule(id=sessions)
    def get_report(self, id: str) -> None:
        """There is no report before the end, and then always the same one."""
        session = self.model.sessions[id]
        reply = self.served.get(f"/api/stress/report/{id.upper()}")
        if session.ended is None:
            assert reply.status == 404
            return
        assert reply.json == {
            "session_id": id,
            "user_id": session.user,
            "generated_at": session.ended["ended_at"],
            "report": session.ended["report"],
        }

    @rule(user=users, enabled=st.booleans(), key=keys)
    def set_stress_prompts(self, user: str, enabled: bool, key: str | None) -> None:
        """The preference is stored for its user."""
        wish = {"user_id": user, "enabled": enabled}
        reply = self.post(user, "/api/breaks/preferences/stress-prompts", wish, key)
        if reply is not None:
            assert reply.json == {"ok": True, **wish}
            self.model.preferences[user] = (enabled, self.now)

    @rule(user=users)
    def poll_prompt(self, user: str) -> None:
        """The oldest open prompt of the user is shown, as often as one asks."""
        answer = self.served.get(f"/api/breaks/prompt/poll?user_id={quote(user)}").json
        opened = [
            prompt
            for prompt in self.model.prompts.values()
            if prompt.user == user and prompt.resolved is None
        ]
        assert answer["show_prompt"] == bool(opened)
        if opened:
            oldest = min(prompt.created for prompt in opened)
            assert answer["created_at"] == shown(oldest)
            prompt = self.model.prompts[answer["prompt_id"]]
            assert prompt in opened
            assert prompt.created == oldest
        else:
            assert answer["prompt_id"] is answer["payload"] is answer["reason"] is None

    @precondition(lambda self: self.model.prompts)
    @rule(
        number=st.integers(0, 9),
        acknowledged=st.booleans(),
        key=keys,
        again=st.booleans(),
        is_late=st.sampled_from([False, False, False, True]),
    )
    def ack_prompt(
        self, number: int, acknowledged: bool, key: str | None, again: bool, is_late: bool
    ) -> None:
        """The first decision stays; where the session's end came first there is none."""
        known = list(self.model.prompts.values())
        prompt = known[number % len(known)]
        if is_late:
            self.end_session_of(self._session_of(prompt), None)
        self._ack(prompt, acknowledged, key)
        if again:
            self._ack(prompt, not acknowledged, None)

    def _session_of(self, prompt: Prompt) -> Session:
        (found,) = (each for each in self.model.sessions.values() if prompt.id in each.prompts)
        return found

    def _ack(self, prompt: Prompt, acknowledged: bool, key: str | None) -> None:
        sent = {"prompt_id": prompt.id, "acknowledged": acknowledged}
        first = prompt.resolved is None
        reply = self.post(prompt.user, "/api/breaks/prompt/ack", sent, key)
        if reply is None:
            return
        if first:
            prompt.resolved, prompt.answer = self.now, acknowledged
        else:
            undecided = prompt.answer is None
            self.meet("a prompt that nobody decided" if undecided else "a second decision")
        assert reply.json == {"ok": True, "prompt_id": prompt.id, "acknowledged": prompt.answer}

    @rule(user=users, focus=st.none() | scores, stress=st.none() | scores)
    def get_encouragement(self, user: str, focus: float | None, stress: float | None) -> None:
        """There is always something to say, and not twice the same for the same scores."""
        sent = {"user_id": user, "focus_score": focus, "stress_score": stress}
        message = self.served.post("/api/encouragement/message", sent).json["message"]
        if focus is not None and stress is not None:
            assert message != self.model.said.get((user, focus, stress))
            self.model.said = {(user, focus, stress): message}

    @precondition(lambda self: not self.has_mistaken)
    @rule(user=users)
    def mistake_an_id(self, user: str) -> None:
        """The id of a Pomodoro, or of nobody, is unknown here."""
        self.has_mistaken = True
        started = self.served.post("/api/breaks/pomodoro/start", {"user_id": user}).json
        for id in (started["session"]["session_id"], NOBODY):
            sent = {"session_id": id, "focus_score": 0.5, "stress_score": 0.5}
            for reply in (
                self.served.get(f"/api/stress/report/{id}"),
                self.served.post("/api/stress/sample", sent, "k"),
                self.served.post("/api/stress/session/end", sent, "k"),
            ):
                assert (reply.status, reply.json["code"]) == (404, "not_found")

    @rule(user=users, id=sessions, key=keys)
    def ask_for_heads(self, user: str, id: str, key: str | None) -> None:
        """HEAD has no effect anywhere, not even where GET has one."""
        head = [("idempotency-key", key)] if key else []
        of_user, before = f"user_id={quote(user)}", self.served.dump()
        poll = f"/api/breaks/prompt/poll?{of_user}"
        assert self.served.ask("HEAD", poll, headers=head).status == 200
        assert self.served.ask("HEAD", f"/api/stress/report/{id}", headers=head).status in (
            200,
            404,
        )
        assert self.served.dump() == before


def test_study_sessions_behave() -> None:
    """The machine finds no difference to the model."""
    run(
        Study,
        (
            "startSession",
            "ingestSample",
            "endSession",
            "getReport",
            "setStressPrompts",
            "pollPrompt",
            "ackPrompt",
            "getEncouragement",
        ),
        (
            "a sample after the end",
            "a second end",
            "a prompt",
            "a second decision",
            "a prompt that nobody decided",
        ),
    )
