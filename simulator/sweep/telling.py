"""The findings of a sweep for people: in words, and as tables for a terminal."""

from collections.abc import Iterator
from datetime import timedelta

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table

from simulator.report.wall import wall_at
from simulator.sweep.findings import Effort, Findings
from simulator.sweep.plan import Ticket, world_of
from simulator.sweep.verdict import Verdict

_SECOND_MS, _MINUTE_MS, _HOUR_MS = 1_000, 60_000, 3_600_000


def duration(ms: int) -> str:
    """A time as people would say it: "0.4 s", "12 s", "3 min", "2.5 h"."""
    if ms < 10 * _SECOND_MS:
        return f"{ms / _SECOND_MS:.1f} s"
    if ms < 2 * _MINUTE_MS:
        return f"{ms / _SECOND_MS:.0f} s"
    if ms < 2 * _HOUR_MS:
        return f"{ms / _MINUTE_MS:.0f} min"
    return f"{ms / _HOUR_MS:.1f} h"


def complaint(ticket: Ticket, verdict: Verdict) -> str:
    """What is wrong with a world, in one line."""
    if verdict.failure:
        return f"{ticket.name}: {verdict.failure}"
    first = verdict.broken[0]
    scenario = world_of(ticket).scenario
    clock = wall_at(scenario.date.isoformat(), scenario.zone).clock(first.at)
    more = sum(verdict.objections.values()) - 1
    others = f" (and {more} more)" if more else ""
    return f"{ticket.name}: {clock} {first.judge}: {first.words}{others}"


def headline(findings: Findings) -> str:
    """All of it in a sentence or two."""
    lived = len(findings.lived)
    of = "" if lived == findings.planned else f" of {findings.planned:,}"
    days = findings.sim_ms / timedelta(days=1).total_seconds() / _SECOND_MS
    words = f"{lived:,}{of} worlds, {days:,.1f} days, {findings.requests:,} requests."
    if findings.broken:
        return f"{words} Promises are broken in {len(findings.broken):,} of them."
    return f"{words} No promise is broken." if lived else words


def ending(findings: Findings, effort: Effort) -> Iterator[str]:
    """What the headline does not say, line by line."""
    if effort.seconds:
        speed = findings.sim_ms / _SECOND_MS / effort.seconds
        yield f"speed    {speed:,.0f} simulated seconds in one of ours"
    yield f"faults   {findings.faults.total():,}"
    checked, violated = findings.cases.total(), findings.violations
    yield f"promises {checked:,} times checked, {violated:,} times violated"
    for count, (ticket, verdict) in enumerate(findings.sorest):
        yield f"{'' if count else 'worst':<9}{ticket.again}  {_sore(verdict)}"


def _sore(verdict: Verdict) -> str:
    """What is worst in a world, in a few words."""
    if verdict.failure:
        return verdict.failure
    if verdict.objections:
        return ", ".join(f"{name} objects {n:,} times" for name, n in verdict.objections.items())
    if verdict.late.total:
        return f"a reminder is late by {duration(verdict.late.longest)}"
    return "nobody is reminded"


def shown(findings: Findings) -> Group:
    """The tables, one below the other."""
    parts: list[RenderableType] = [_promises(findings), "", _times(findings)]
    if findings.faults:
        words = ", ".join(f"{name} {count:,}" for name, count in findings.faults.most_common())
        parts += ["", escape(f"went wrong: {words}")]
    parts += ["", *map(escape, _marks(findings))]
    return Group(*parts)


def _promises(findings: Findings) -> Table:
    table = Table(title="Promises", title_justify="left")
    table.add_column("promise")
    table.add_column("cases", justify="right")
    table.add_column("objections", justify="right")
    for name, cases in findings.cases.items():
        broken = findings.objections[name]
        words = f"[red]{broken:,}[/red]" if broken else "0"
        table.add_row(name, f"{cases:,}" if cases else "[yellow]0[/yellow]", words)
    return table


def _times(findings: Findings) -> Table:
    table = Table(title="How long it takes", title_justify="left")
    for name in ("", "how many", "half", "99 %", "longest", "in world"):
        table.add_column(name, justify="left" if name in ("", "in world") else "right")
    for name, spread in findings.spreads.items():
        world = findings.worst[name][0][0].name if findings.worst[name] else ""
        figures = (spread.within(500), spread.within(990), spread.longest)
        told = map(duration, figures) if spread.total else ("", "", "")
        table.add_row(name, f"{spread.total:,}", *told, escape(world))
    return table


def _marks(findings: Findings) -> Iterator[str]:
    reached = [name for name, count in findings.marks.items() if count]
    never = [name for name, count in findings.marks.items() if not count]
    yield f"rare branches of the server: {len(reached)} of {len(findings.marks)} were reached"
    if never:
        yield f"  never: {', '.join(never)}"
