"""Focus / Stress: study sessions, samples and reports (P5 to P8), and what queues a prompt."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from petcore.errors import NotFound, WrongState
from petcore.ports import Ports
from petcore.ports.store import Query
from petcore.rules.desktop_pet import stress
from petcore.rules.instant import to_ms, truncate
from petcore.services.desktop_pet.collections import (
    FOCUS_REPORTS,
    FOCUS_SAMPLES,
    FOCUS_SESSIONS,
    UNMEASURED,
    ActiveOrCompleted,
    FocusReport,
    FocusSample,
    FocusSession,
    Scores,
    id_of,
    shown,
)
from petcore.services.desktop_pet.prompts import Prompts, rule_of
from petcore.services.idempotency import Answer, Call, Decision, Once, Plan
from petcore.services.outbox import Conflict, Outbox, Write

_SHOWN = (
    "session_id",
    "user_id",
    "started_at",
    "ended_at",
    "status",
    "study_label",
    "allow_prompted_breaks",
    "signal_source",
)
_LOOKED_AT = 64


class _Measured(TypedDict):
    """Where a sample belongs."""

    session_id: str


@dataclass(frozen=True, slots=True)
class SessionWish:
    """A study session to start; ``allow_prompted_breaks`` None takes the stored preference."""

    user_id: str
    study_label: str
    allow_prompted_breaks: bool | None
    signal_source: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A sample as sent, 0..1 each; None takes the present, and the session's source."""

    session_id: str
    focus_score: float
    stress_score: float
    captured_at: datetime | None
    confidence: float
    signal_source: str | None
    raw_metrics: Mapping[str, object]


class Stress:
    """The operations of the document's section "Focus / Stress"."""

    def __init__(
        self,
        ports: Ports,
        outbox: Outbox,
        once: Once,
        prompts: Prompts,
        policy: stress.HighStressPolicy,
    ) -> None:
        self._ports = ports
        self._outbox = outbox
        self._once = once
        self._prompts = prompts
        self._policy = policy

    async def start_session(self, wish: SessionWish, call: Call) -> Answer:
        """P5: start a study session."""

        async def find() -> tuple[str, bool]:
            return wish.user_id, await self._prompts.is_wanted(wish.user_id)

        async def decide(is_wanted: bool) -> Decision:
            allows = wish.allow_prompted_breaks
            session = self._new_session(wish, is_wanted if allows is None else allows)
            answer = {"ok": True, "session": shown(session, _SHOWN)}
            return Decision(answer, Write(FOCUS_SESSIONS, session), is_fresh=True)

        return await self._once.run(call, Plan(f"start:{wish.user_id}", find, decide))

    async def ingest_sample(self, reading: Reading, call: Call) -> Answer:
        """P6: store a sample and, if stress has now been high for long enough, a break prompt.

        Raises ``NotFound``, and ``WrongState`` once the session has ended.
        """

        async def decide(session: FocusSession) -> Decision:
            if session["status"] == "completed":
                raise WrongState(f"session_id: session {reading.session_id} has ended")
            sample = self._new_sample(reading, session)
            changed, prompts = await self._prompts.react(session, sample)
            return Decision(
                {
                    "ok": True,
                    "sample_id": sample["sample_id"],
                    "captured_at": sample["captured_at"],
                },
                Write(FOCUS_SESSIONS, changed, session["version"]),
                (Write(FOCUS_SAMPLES, sample), *prompts),
            )

        return await self._once.run(call, self._plan(reading.session_id, call, decide))

    async def end_session(self, session_id: str, call: Call) -> Answer:
        """P7: end a session and answer its report. A second end answers the first one's."""

        async def decide(session: FocusSession) -> Decision:
            if session["ended_at"] is not None:
                report = await self._kept_report(session, session["ended_at"])
                return Decision(_end_answer(session, report))
            ended_at = max(self._ports.clock.now(), session["started_at"])
            report = await self._new_report(session, ended_at)
            ended: FocusSession = {**session, "status": "completed", "ended_at": ended_at}
            return Decision(
                _end_answer(ended, report),
                Write(FOCUS_SESSIONS, ended, session["version"]),
                (
                    Write(FOCUS_REPORTS, report),
                    *await self._prompts.closing(session["prompt_id"], ended_at),
                ),
            )

        return await self._once.run(call, self._plan(session_id, call, decide))

    async def get_report(self, session_id: str, call: Call) -> Answer:
        """P8: the report of an ended session. Raises ``NotFound``."""
        stored = await self._ports.store.get(FOCUS_REPORTS, _report_key(session_id))
        if stored is None:
            # Its session may have ended and not have delivered it yet: loading it does.
            with suppress(Conflict):
                await self._outbox.load(FOCUS_SESSIONS, session_key(session_id))
            stored = await self._ports.store.get(FOCUS_REPORTS, _report_key(session_id))
        if stored is None or not call.may_see(stored["user_id"]):
            raise NotFound(f"session_id: no report for session {session_id}")
        return shown(stored, ("session_id", "user_id", "generated_at", "report"))

    async def find_running(self, user_id: str) -> str | None:
        """The ``session_id`` of the user's running session, the latest if several run."""
        running = await self._latest(user_id, "active")
        return running and running["session_id"]

    async def get_latest_report(self, user_id: str) -> Answer:
        """The report, as it stands, of the running session, or else of the one that was measured
        last. Raises ``NotFound`` if there was none yet.
        """
        session = await self._latest(user_id, "active") or await self._measured_last(user_id)
        if session is None:
            raise NotFound("no study session yet")
        now = max(self._ports.clock.now(), session["started_at"])
        report = await self._kept_report(session, session["ended_at"] or now)
        described = shown(session, ("session_id", "status", "study_label"))
        return {**described, "report": report["report"]}

    async def _measured_last(self, user_id: str) -> FocusSession | None:
        newest: Query[_Measured] = Query(
            FOCUS_SAMPLES,
            {"user_id": user_id},
            "captured_at_ms",
            descending=True,
            limit=1,
            without=UNMEASURED,
        )
        for sample in await self._ports.store.find(newest):
            return await self._ports.store.get(FOCUS_SESSIONS, session_key(sample["session_id"]))
        return await self._latest(user_id, "completed", _LOOKED_AT)

    async def _latest(
        self, user_id: str, status: ActiveOrCompleted, limit: int | None = None
    ) -> FocusSession | None:
        # No index has them by time, and few run.
        query = Query(FOCUS_SESSIONS, {"user_id": user_id, "status": status}, limit=limit)
        found = await self._ports.store.find(query)
        return max(found, key=lambda session: session["started_at"], default=None)

    def _plan(
        self, session_id: str, call: Call, decide: Callable[[FocusSession], Awaitable[Decision]]
    ) -> Plan[FocusSession]:
        """Decide on a study session of the caller's. Finding it raises ``NotFound``."""
        id = session_key(session_id)

        async def find() -> tuple[str, FocusSession]:
            session = await self._outbox.load(FOCUS_SESSIONS, id)
            if session is None or not call.may_see(session["user_id"]):
                raise NotFound(f"session_id: no study session {session_id}")
            return session["user_id"], session

        return Plan(id, find, decide, binds_key=True)

    def _new_session(self, wish: SessionWish, allows: bool) -> FocusSession:
        id, now = self._ports.entropy.new_id(), self._ports.clock.now()
        return FocusSession(
            _id=session_key(id),
            version=1,
            outbox=[],
            outbox_len=0,
            session_id=id,
            user_id=wish.user_id,
            started_at=now,
            ended_at=None,
            status="active",
            study_label=wish.study_label,
            allow_prompted_breaks=allows,
            signal_source=wish.signal_source,
            prompt_id="",
            high_at_ms=to_ms(now + self._policy.held),
        )

    def _new_sample(self, reading: Reading, session: FocusSession) -> FocusSample:
        id, now = self._ports.entropy.new_id(), self._ports.clock.now()
        captured_at = truncate(reading.captured_at or now)
        sample = FocusSample(
            _id=id_of(FOCUS_SAMPLES, sample_id=id),
            version=1,
            sample_id=id,
            session_id=session["session_id"],
            user_id=session["user_id"],
            captured_at=captured_at,
            focus_score=reading.focus_score,
            stress_score=reading.stress_score,
            confidence=reading.confidence,
            raw_metrics=reading.raw_metrics,
            signal_source=reading.signal_source or session["signal_source"],
            captured_at_ms=to_ms(captured_at),
            is_counted=0,
        )
        sample["is_counted"] = int(stress.counts(rule_of(sample), now, self._policy))
        return sample

    async def _new_report(self, session: FocusSession, now: datetime) -> FocusReport:
        of_session = {"session_id": session["session_id"]}
        by_time: Query[Scores] = Query(
            FOCUS_SAMPLES, of_session, "captured_at_ms", without=UNMEASURED
        )
        samples = await self._ports.store.find(by_time)
        return FocusReport(
            _id=_report_key(session["session_id"]),
            version=1,
            session_id=session["session_id"],
            user_id=session["user_id"],
            generated_at=now,
            report=_report(stress.report(rule_of(sample) for sample in samples)),
        )

    async def _kept_report(self, session: FocusSession, ended_at: datetime) -> FocusReport:
        """The stored report; made anew from the samples should it have been lost."""
        stored = await self._ports.store.get(FOCUS_REPORTS, _report_key(session["session_id"]))
        return stored or await self._new_report(session, ended_at)


def session_key(session_id: str) -> str:
    """The ``_id`` of a study session."""
    return id_of(FOCUS_SESSIONS, session_id=session_id)


def _report_key(session_id: str) -> str:
    return id_of(FOCUS_REPORTS, session_id=session_id)


def _end_answer(session: FocusSession, report: FocusReport) -> Answer:
    return {
        "ok": True,
        "session_id": session["session_id"],
        "ended_at": session["ended_at"],
        "report": report["report"],
    }


def _report(report: stress.Report) -> Mapping[str, object]:
    return {
        "sample_count": report.sample_count,
        "average_focus": report.average_focus,
        "average_stress": report.average_stress,
        "peak_stress": report.peak_stress,
        "lowest_focus": report.lowest_focus,
        "graph_points": [
            {
                "timestamp": point.captured_at.isoformat(),
                "focus_score": point.focus_score,
                "stress_score": point.stress_score,
            }
            for point in report.graph_points
        ],
    }
