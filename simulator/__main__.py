"""The command ``petsim``."""

import argparse
import json
import sys
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from simulator.kernel.stopwatch import Stopwatch
from simulator.report.summary import shown, summarize
from simulator.world import Options, Outcome, described, run

_HOUR_MS = 3_600_000
_TRACE, _SUMMARY = "trace.jsonl", "summary.json"
_KEPT, _BROKEN, _MISUSED = 0, 1, 2
_YEARS = (2000, 2100)
"""What the API accepts as the date of a sample."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit code: 0 all promises kept, 1 a judge objects, 2 bad use."""
    asked = _parser().parse_args(arguments)
    options = Options(date=asked.date, hours=asked.hours, polling=asked.polling)
    try:
        asked.out.mkdir(parents=True, exist_ok=True)
        (asked.out / _TRACE).touch()
    except OSError as error:
        print(f"petsim: cannot write to {asked.out}: {error.strerror}", file=sys.stderr)
        return _MISUSED
    return _day(asked.seed, options, asked.out)


def _day(seed: int, options: Options, out: Path) -> int:
    console = Console(highlight=False, soft_wrap=True)
    _announce(seed, options, console)
    watch = Stopwatch()
    outcome = _run(seed, options, out / _TRACE, console)
    summary = summarize(seed, options, outcome, watch.seconds)
    text = json.dumps(summary, indent=2, ensure_ascii=False)
    (out / _SUMMARY).write_text(f"{text}\n", encoding="utf-8")
    console.print(shown(options, outcome))
    _conclude(seed, options, outcome, watch, console)
    console.print(f"trace    {out / _TRACE}\nsummary  {out / _SUMMARY}")
    return _KEPT if outcome.is_good else _BROKEN


def _announce(seed: int, options: Options, console: Console) -> None:
    console.print(f"seed {seed}")
    for name, value in described(options).items():
        for line in value if isinstance(value, list) else [value]:
            console.print(f"  {name} = {line}")


def _run(seed: int, options: Options, trace: Path, console: Console) -> Outcome:
    columns = (TextColumn("a day passes"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    # The bar is drawn when the world says how far it is: no thread runs beside it.
    bar = Progress(*columns, console=console, auto_refresh=False, transient=True)
    with bar, trace.open("wb") as file:
        task = bar.add_task("day", total=options.hours * _HOUR_MS)

        def progress(ms: int) -> None:
            bar.update(task, completed=ms, refresh=True)

        return run(seed, options, file, progress)


def _conclude(
    seed: int, options: Options, outcome: Outcome, watch: Stopwatch, console: Console
) -> None:
    speed = outcome.sim_ms / 1000 / max(watch.seconds, 0.001)
    console.print(
        f"\n{options.hours} h in {watch.seconds:.1f} s: {speed:,.0f} times as fast as life"
    )
    console.print(f"digest   {outcome.digest}")
    if not outcome.is_good:
        console.print(
            f"again    petsim day --seed {seed} --date {options.date} --hours {options.hours} "
            f"--polling {options.polling}"
        )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="petsim",
        description="Simulates days of a student and a desktop pet on the production code.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    day = commands.add_parser(
        "day",
        help="simulate one day and judge it",
        description="Simulate one day: a student, a pet, a lossy network, the real server. The "
        "same seed and options give the same day, to the last byte of its trace.",
        epilog="Exit code: 0 all promises kept, 1 a judge objects, 2 cannot run as asked.",
    )
    day.add_argument("--seed", type=int, default=1, help="which day (default 1)")
    day.add_argument("--out", type=Path, default=Path("runs/day"), help="(default runs/day)")
    day.add_argument(
        "--date",
        type=_date,
        default=Options().date,
        help=f"YYYY-MM-DD, from midnight of the student's zone (default {Options().date})",
    )
    day.add_argument("--hours", type=_hours, default=24, help="how long (default 24)")
    day.add_argument(
        "--polling",
        choices=("fixed", "next"),
        default="fixed",
        help="poll at fixed periods, or when the server says (default fixed)",
    )
    return parser


def _date(text: str) -> date:
    day = date.fromisoformat(text)
    if not _YEARS[0] <= day.year <= _YEARS[1]:
        raise argparse.ArgumentTypeError(f"must lie in the years {_YEARS[0]} to {_YEARS[1]}")
    return day


def _hours(text: str) -> int:
    hours = int(text)
    if hours < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return hours


if __name__ == "__main__":
    sys.exit(main())
