"""Focus / Stress: study sessions, samples and reports (P5 to P8), and what queues a prompt.

Whatever measures a session comes here with what it has found (``Stress.measure``); how scores are
made of metrics is said elsewhere (``metrics``).
"""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from petcore.errors import NotFound, WrongState
from petcore.marks import mark
from petcore.ports import Ports
from petcore.rules.desktop_pet import stress
from petcore.rules.instant import to_ms, truncate
from petcore.services.desktop_pet.collections import (
    FOCUS_REPORTS,
    FOCUS_SAMPLES,
    FOCUS_SESSIONS,
    id_of,
    shown,
)
from petcore.services.desktop_pet.prompts import Prompts, rule_of
from petcore.services.desktop_pet.reports import Reports
from petcore.services.desktop_pet.sessions import current, running, session_key
from petcore.services.desktop_pet.shapes import FocusReport, FocusSample, FocusSession
from petcore.services.desktop_pet.watches import Watches
from petcore.services.idempotency import Answer, Call, Decision, Once, Plan
from petcore.services.outbox import Conflict, Document, Outbox, Write

__all__ = ["Measured", "Reading", "SessionWish", "Stress", "session_key"]

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


@dataclass(frozen=True, slots=True)
class SessionWish:
    """A study session to start; ``allow_prompted_breaks`` None takes the stored preference, and
    ``watch`` asks the server to measure it.
    """

    user_id: str
    study_label: str
    allow_prompted_breaks: bool | None
    signal_source: str
    watch: bool = False


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


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of something sent for a session: how the session is then, the sample that is to be
    stored, if any, and what the answer says beside the sample's own.
    """

    session: FocusSession
    reading: Reading | None
    told: Answer = field(default_factory=dict)


class Stress:
    """The operations of the document's section "Focus / Stress"."""

    def __init__(
        self,
        ports: Ports,
        outbox: Outbox,
        once: Once,
        prompts: Prompts,
        policy: stress.HighStressPolicy,
        watches: Watches,
    ) -> None:
        self._ports = ports
        self._outbox = outbox
        self._once = once
        self._prompts = prompts
        self._policy = policy
        self._watches = watches
        self._reports = Reports(ports)

    @property
    def ahead(self) -> timedelta:
        """How far the clock of a sender may be ahead, so that he is believed."""
        return self._policy.ahead

    async def start_session(self, wish: SessionWish, call: Call) -> Answer:
        """P5: start a study session. Raises ``SightAbsent`` if it is to be watched by a server
        that cannot see.
        """

        async def find() -> tuple[str, bool]:
            return wish.user_id, await self._prompts.is_wanted(wish.user_id)

        async def decide(is_wanted: bool) -> Decision:
            allows = wish.allow_prompted_breaks
            session = self._new_session(wish, is_wanted if allows is None else allows)
            others = (self._watches.opening(session),) if wish.watch else ()
            answer = {"ok": True, "session": shown(session, _SHOWN)}
            return Decision(answer, Write(FOCUS_SESSIONS, session), others, is_fresh=True)

        return await self._once.run(call, Plan(f"start:{wish.user_id}", find, decide))

    async def ingest_sample(self, reading: Reading, call: Call) -> Answer:
        """P6: store a sample and, if stress has now been high for long enough, a break prompt.

        Raises ``NotFound``, and ``WrongState`` once the session has ended.
        """

        async def measure(session: FocusSession) -> Measured:
            return Measured(session, reading)

        return await self.measure(reading.session_id, call, measure)

    async def measure(
        self,
        session_id: str,
        call: Call,
        measure: Callable[[FocusSession], Awaitable[Measured]],
    ) -> Answer:
        """Store what ``measure`` finds for a running session, and a break prompt if stress has now
        been high for long enough. It finds anew if somebody else was quicker, and what is as it
        was is not written.

        Raises ``NotFound``, ``WrongState`` once the session has ended, and what ``measure`` raises.
        """

        async def decide(session: FocusSession) -> Decision:
            if session["status"] == "completed":
                mark("sample too late")
                raise WrongState(f"session_id: session {session_id} has ended")
            found = await measure(session)
            if found.reading is None:
                is_same = found.session == session
                write = (
                    None if is_same else Write(FOCUS_SESSIONS, found.session, session["version"])
                )
                return Decision({"ok": True, "sample_id": None, **found.told}, write)
            sample = self._new_sample(found.reading, session)
            changed, prompts = await self._prompts.react(found.session, sample)
            return Decision(
                {"ok": True, **shown(sample, ("sample_id", "captured_at")), **found.told},
                Write(FOCUS_SESSIONS, changed, session["version"]),
                (Write(FOCUS_SAMPLES, sample), *prompts),
            )

        return await self._once.run(call, self._plan(session_id, call, decide))

    async def end_session(self, session_id: str, call: Call) -> Answer:
        """P7: end a session and answer its report. A second end answers the first one's."""

        async def decide(session: FocusSession) -> Decision:
            if session["ended_at"] is not None:
                mark("session ended before")
                report = await self._reports.kept(session, session["ended_at"])
                return Decision(_end_answer(session, report))
            ended_at = max(self._ports.clock.now(), session["started_at"])
            report = await self._reports.new(session, ended_at)
            ended: FocusSession = {**session, "status": "completed", "ended_at": ended_at}
            return Decision(
                _end_answer(ended, report),
                Write(FOCUS_SESSIONS, ended, session["version"]),
                (
                    Write(FOCUS_REPORTS, report),
                    *await self._prompts.closing(session["prompt_id"], ended_at),
                    *await self._unwatched(session),
                ),
            )

        answer = await self._once.run(call, self._plan(session_id, call, decide))
        self._watches.tell_ended(session_id)
        return answer

    async def get_report(self, session_id: str, call: Call) -> Answer:
        """P8: the report of an ended session. Raises ``NotFound``."""
        stored = await self._reports.find(session_id)
        if stored is None:
            # Its session may have ended and not have delivered it yet: loading it does.
            with suppress(Conflict):
                await self._outbox.load(FOCUS_SESSIONS, session_key(session_id))
            stored = await self._reports.find(session_id)
        if stored is None or not call.may_see(stored["user_id"]):
            raise NotFound(f"session_id: no report for session {session_id}")
        return shown(stored, ("session_id", "user_id", "generated_at", "report"))

    async def find_running(self, user_id: str) -> str | None:
        """The ``session_id`` of the user's running session, the latest if several run."""
        found = await running(self._ports.store, user_id)
        return found and found["session_id"]

    async def get_latest_report(self, user_id: str) -> Answer:
        """The report, as it stands, of the running session, or else of the one that was measured
        last. Raises ``NotFound`` if there was none yet.
        """
        session = await current(self._ports.store, user_id)
        if session is None:
            raise NotFound("no study session yet")
        now = max(self._ports.clock.now(), session["started_at"])
        report = await self._reports.kept(session, session["ended_at"] or now)
        described = shown(session, ("session_id", "status", "study_label"))
        return {**described, "report": report["report"]}

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
        session = FocusSession(
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
        if wish.watch:
            session["is_watched"] = True
        return session

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

    async def _unwatched(self, session: FocusSession) -> tuple[Write[Document], ...]:
        """The writes by which the server measures no more, if it did."""
        if not session.get("is_watched"):
            return ()
        return await self._watches.closing(session["session_id"])


def _end_answer(session: FocusSession, report: FocusReport) -> Answer:
    return {
        "ok": True,
        "session_id": session["session_id"],
        "ended_at": session["ended_at"],
        "report": report["report"],
    }
