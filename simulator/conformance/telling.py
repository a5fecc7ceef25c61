"""Tells people and programs what became of the promises."""

from collections.abc import Mapping

from rich.table import Table
from rich.text import Text

from simulator.conformance.record import Record, Request
from simulator.conformance.verdict import Finding, Promise, Verdict
from simulator.kernel.trace import Json

Findings = Mapping[Promise, Finding]

_LOOKS = {Verdict.KEPT: "green", Verdict.BROKEN: "bold red", Verdict.UNTESTED: "yellow"}
_LINES_OF_KEPT = 1
_SECRETS = ("authorization", "token", "device_code")


def table(findings: Findings) -> Table:
    """One row a promise: all that speaks against it, little of what speaks for it."""
    drawn = Table(box=None, pad_edge=False)
    for heading in ("promise", "verdict", "evidence"):
        drawn.add_column(heading, overflow="fold")
    for promise, found in findings.items():
        is_kept = found.verdict is Verdict.KEPT
        lines = found.evidence[:_LINES_OF_KEPT] if is_kept else found.evidence
        verdict = Text(found.verdict.value, style=_LOOKS[found.verdict])
        # A text, not a string: what is in brackets there is what was seen, and no style.
        drawn.add_row(promise.name, verdict, Text("\n".join(lines)))
    return drawn


def summary(record: Record, findings: Findings) -> Json:
    """``verdicts.json``: every promise with all of its evidence, and how long the acts took."""
    return {
        "time_scale": record.scale,
        "seconds": record.acts[-1].to_ms // 1000 if record.acts else 0,
        "requests": len(record.requests),
        "verdicts": [
            {
                "promise": promise.name,
                "meaning": promise.meaning,
                "verdict": found.verdict.value,
                "evidence": list(found.evidence),
            }
            for promise, found in findings.items()
        ],
        "acts": [
            {"act": span.name, "from_ms": span.from_ms, "to_ms": span.to_ms} for span in record.acts
        ],
    }


def count(findings: Findings, verdict: Verdict) -> int:
    """How many promises came to it."""
    return sum(found.verdict is verdict for found in findings.values())


def lines(record: Record) -> list[Json]:
    """``record.jsonl``: all that was seen, in order; tokens and codes left out."""
    facts: list[Json] = [_request(request) for request in record.requests]
    facts += [
        {"at_ms": s.at_ms, "screen": [s.name, s.title, s.detail, s.offline]} for s in record.screens
    ]
    facts += [{"at_ms": press.at_ms, "press": press.kind} for press in record.presses]
    facts += [{"at_ms": at_ms, "tone": [hz, ms]} for at_ms, hz, ms in record.tones]
    facts += [{"at_ms": at_ms, "log": line} for at_ms, line in record.logs]
    return sorted(facts, key=lambda fact: int(str(fact["at_ms"])))


def _request(request: Request) -> Json:
    return {
        "at_ms": request.at_ms,
        "end_ms": request.end_ms,
        "act": request.act,
        "request": request.operation,
        "asked": _without_secrets(request.asked),
        "headers": _without_secrets(request.headers),
        "fault": request.fault,
        "treatment": request.treatment,
        "status": request.status,
        "answer": _without_secrets(request.answer),
    }


def _without_secrets(facts: Json) -> Json:
    return {name: "..." if name in _SECRETS and value else value for name, value in facts.items()}
