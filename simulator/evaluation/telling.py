"""The findings as tables, for a terminal and for a page: the same cells in both."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rich.table import Table as RichTable

from simulator.evaluation.breaks import Asking
from simulator.evaluation.findings import Findings
from simulator.evaluation.scores import WHATS, Agreement, Coverage, Trust

Row = tuple[str, ...]

FACTS = "facts"
_SCORES = {what: f"scores of {what}" for what in WHATS}
_OTHERS = ("coverage", "confidence", "prompts", "how often", "thresholds")
PLACES = (FACTS, *_SCORES.values(), *_OTHERS)
"""What a page has places for: the facts, and each table by its name."""

_NAME_WIDTH = 26
_INTERVAL = re.compile(r" \((.+) to (.+)\)$")


@dataclass(frozen=True, slots=True)
class Table:
    """``name`` is its place in a page."""

    name: str
    title: str
    head: Row
    rows: tuple[Row, ...]

    @property
    def for_terminal(self) -> RichTable:
        """As rich draws it."""
        table = RichTable(title=self.title, title_justify="left", box=None, padding=(0, 2, 0, 0))
        first, *others = self.head
        table.add_column(first, min_width=_NAME_WIDTH)
        for name in others:
            table.add_column(name)
        for row in self.rows:
            table.add_row(*map(_narrow, row))
        return table

    @property
    def markdown(self) -> str:
        """As a page has it."""
        lines = [self.head, ("---",) * len(self.head), *self.rows]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def facts(findings: Findings) -> str:
    """What was looked at, in a sentence or two."""
    last = findings.first_seed + findings.people - 1
    shown = "" if findings.shown_s is None else f", each shown after {findings.shown_s:.0f} s"
    return (
        f"Estimator {findings.estimator}, seeds {findings.first_seed} to {last}: "
        f"{findings.people} people, {findings.sittings} sessions, "
        f"{findings.minutes / 60:.0f} hours in front of the camera, "
        f"{findings.episodes} episodes of high stress, {findings.prompts} prompts{shown} (median). "
        f"F1 of the server's prompts less that of the best fixed pulse, on the same people: "
        f"{findings.lead.shown()}."
    )


def tables(findings: Findings) -> Iterator[Table]:
    """All of them."""
    for what, name in _SCORES.items():
        yield Table(
            name,
            f"Scores of {what}, in a session",
            (what, "Pearson", "Spearman", "mean abs. error", "bias"),
            tuple(_agreement(one) for one in findings.agreements if one.what == what),
        )
    yield Table(
        "coverage",
        "Share of minutes of which something is said",
        ("minutes", "focus", "stress", "counted by the break rule", "mean confidence"),
        tuple(_coverage(one) for one in findings.coverages),
    )
    yield Table(
        "confidence",
        "Is confidence worth anything?",
        ("score", "confidence", "mean abs. error"),
        tuple(_trust(one) for one in findings.trusts),
    )
    yield Table(
        "prompts",
        "Prompts",
        ("who asks", "precision", "recall", "F1", "delay, min"),
        tuple(_asking(one) for one in findings.askings),
    )
    yield Table(
        "how often",
        "How often, and how wrong",
        ("who asks", "prompts/h", "wrong prompts/calm h", "true stress before a wrong one"),
        tuple(_often(one) for one in findings.askings),
    )
    yield Table(
        "thresholds",
        "The server's scores, were the threshold another",
        ("threshold", "precision", "recall"),
        tuple(
            (f"{one.at:.2f}", one.precision.shown(), one.recall.shown())
            for one in findings.server_points
        ),
    )


def _narrow(cell: str) -> str:
    """The interval below its figure, since a terminal is narrow."""
    return _INTERVAL.sub(r"\n\1..\2", cell)


def _agreement(one: Agreement) -> Row:
    return (
        one.who,
        one.pearson.shown(),
        one.spearman.shown(),
        one.error.shown(3),
        one.bias.shown(3),
    )


def _coverage(one: Coverage) -> Row:
    figures = (one.focus, one.stress, one.counted, one.confidence)
    return (one.whose, *(figure.shown(3) for figure in figures))


def _trust(one: Trust) -> Row:
    return one.what, f"{one.least:.2f} to {one.most:.2f}", one.error.shown(3)


def _asking(one: Asking) -> Row:
    figures = (one.precision, one.recall, one.f1)
    return (one.who, *(figure.shown() for figure in figures), one.delay.shown(1))


def _often(one: Asking) -> Row:
    figures = (one.per_hour, one.wrong_per_calm_hour, one.wrongly)
    return (one.who, *(figure.shown() for figure in figures))
