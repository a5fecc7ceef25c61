"""``petsim scenarios``: what is shipped, and what can stand in a file of one's own."""

import argparse
from collections.abc import Iterator

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from simulator.commands import Exit
from simulator.scenarios.fields import field_lines
from simulator.scenarios.reading import find, shipped


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What ``petsim scenarios`` understands."""
    parser.add_argument(
        "--fields",
        action="store_true",
        help="print, as Markdown, every field that a scenario file can have",
    )


def execute(asked: argparse.Namespace) -> Exit:
    """Run the command."""
    if asked.fields:
        print("\n".join(field_lines()))
    else:
        Console(highlight=False).print(_shown())
    return Exit.KEPT


def _shown() -> Table:
    table = Table(box=None, padding=(0, 2, 1, 0))
    for column in ("name", "when and where", "what happens"):
        table.add_column(column)
    for row in _rows():
        table.add_row(*row)
    return table


def _rows() -> Iterator[tuple[str, str, str]]:
    for name in shipped():
        scenario = find(name)
        when = f"{scenario.date}, {scenario.hours} h\n{scenario.zone}"
        yield name, when, f"[bold]{escape(scenario.title)}[/]\n{escape(scenario.story)}"
