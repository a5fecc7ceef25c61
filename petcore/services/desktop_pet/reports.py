"""Reports of study sessions: made of the samples once, and found again."""

from collections.abc import Mapping
from datetime import datetime

from petcore.ports import Ports
from petcore.ports.store import Query
from petcore.rules.desktop_pet import stress
from petcore.services.desktop_pet.collections import (
    FOCUS_REPORTS,
    FOCUS_SAMPLES,
    UNMEASURED,
    id_of,
)
from petcore.services.desktop_pet.prompts import rule_of
from petcore.services.desktop_pet.shapes import FocusReport, FocusSession, Scores


class Reports:
    """What study sessions came to."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def find(self, session_id: str) -> FocusReport | None:
        """The stored report of a session, if it has one."""
        return await self._ports.store.get(FOCUS_REPORTS, report_key(session_id))

    async def kept(self, session: FocusSession, ended_at: datetime) -> FocusReport:
        """The stored report; made anew from the samples should it have been lost."""
        return await self.find(session["session_id"]) or await self.new(session, ended_at)

    async def new(self, session: FocusSession, now: datetime) -> FocusReport:
        """The report of a session as its samples are now."""
        of_session = {"session_id": session["session_id"]}
        by_time: Query[Scores] = Query(
            FOCUS_SAMPLES, of_session, "captured_at_ms", without=UNMEASURED
        )
        samples = await self._ports.store.find(by_time)
        return FocusReport(
            _id=report_key(session["session_id"]),
            version=1,
            session_id=session["session_id"],
            user_id=session["user_id"],
            generated_at=now,
            report=_report(stress.report(rule_of(sample) for sample in samples)),
        )


def report_key(session_id: str) -> str:
    """The ``_id`` of a report."""
    return id_of(FOCUS_REPORTS, session_id=session_id)


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
