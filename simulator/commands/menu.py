"""What ``petsim`` offers, and how it ends, whatever was chosen."""

import argparse
import errno
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from textwrap import fill

from simulator.commands import (
    Exit,
    Misuse,
    camera,
    compare,
    conformance,
    day,
    replay,
    scenarios,
    shrink,
    signals,
    sweep,
)

_CODES = (
    "exit code: 0 all promises kept, 1 a promise is broken, 2 cannot run as asked,\n"
    "3 none is broken, but some were not put to the test"
)
_DISK_TROUBLE = (
    *(errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS),
    *(errno.EISDIR, errno.ENOTDIR, errno.EACCES, errno.EPERM),
)


@dataclass(frozen=True, slots=True)
class _Command:
    name: str
    help: str
    story: str
    examples: tuple[str, ...]
    add_arguments: Callable[[argparse.ArgumentParser], None]
    execute: Callable[[argparse.Namespace], Exit]


_COMMANDS = (
    _Command(
        "day",
        "live through a day, judge it, and draw a report",
        "Simulate a day: students, their webcams, a lossy network, pets with the real firmware "
        "logic, and the server that `petcore serve` runs. The same seed and scenario give the same "
        "day, to the last byte of its trace. Judges watch every promise.",
        (
            "petsim day",
            "petsim day --scenario exam_day --seed 7 --out runs/exam",
            "petsim day --scenario my_day.toml --polling next --quiet",
            "petsim day --faults storm --seed 7",
            "petsim day --calendar mine.ics --date 2026-03-02 --days 5",
            "petsim day --against http://127.0.0.1:5000 --time-scale 60 --hours 4",
            "petsim day --days 14 --pets 10 --no-report --json",
        ),
        day.add_arguments,
        day.execute,
    ),
    _Command(
        "sweep",
        "live through many worlds, on all cores or on a cluster",
        "Live through worlds that differ in all that a seed can decide, and tell what they came "
        "to: promises, faults, how late reminders were. It goes on where it was stopped, and ends "
        "in a page. Each failure prints the line that lives through it again.",
        (
            "petsim sweep",
            "petsim sweep --preset swarm --days 1000 --out runs/swarm",
            "petsim sweep --days 0 --fresh 20 --for 600 --stop-at-first",
            "petsim sweep --days 5000 --on tcp://desk:8786",
        ),
        sweep.add_arguments,
        sweep.execute,
    ),
    _Command(
        "replay",
        "live through a day again; it must be the same",
        "Run the world again that is described in DIR/summary.json, and compare its digest. If "
        "they differ, say in which line of the trace they part.",
        ("petsim replay runs/day",),
        replay.add_arguments,
        replay.execute,
    ),
    _Command(
        "scenarios",
        "list the stories that are shipped, or all fields of a scenario file",
        "List the shipped scenarios. A scenario of your own is a TOML file; start with a copy of "
        "one in simulator/scenarios.",
        ("petsim scenarios", "petsim scenarios --fields > fields.md"),
        scenarios.add_arguments,
        scenarios.execute,
    ),
    _Command(
        "conformance",
        "walk a real device through a story, and judge it",
        "Listen as a server that is friendly, silent, wrong or gone, walk a device through a story "
        "in real time, and judge whether it keeps what docs/conformance.md lists. The device is a "
        "board on the desk, whose buttons you are told to press, or a program.",
        (
            "petsim conformance --port 5000",
            "petsim conformance --port 5000 --quick --no-questions --out runs/board",
            "petsim conformance --device desk --time-scale 60",
            "petsim conformance --device './pet --server http://127.0.0.1:{port}' --json",
        ),
        conformance.add_arguments,
        conformance.execute,
    ),
    _Command(
        "camera",
        "be a camera that shows a face whose pulse is known",
        "Listen as an ESP32-CAM does and show a synthetic face, so that the video of a server can "
        "be tried without a camera. What to do with it is told; Ctrl-C ends it.",
        (
            "petsim camera",
            "petsim camera --bpm 96 --fps 15 --size 640x480",
            "petsim camera --fault stall",
        ),
        camera.add_arguments,
        camera.execute,
    ),
    _Command(
        "shrink",
        "make a failure small enough to understand",
        "Look for the smallest world in which the same judge still objects: less time, fewer "
        "parts, fewer misfortunes. Leaves it as a story that can be lived through again, with a "
        "chart of what led to the broken promise. Exit code 1 says that a story was written.",
        (
            "petsim shrink runs/day",
            "petsim shrink --sweep runs/sweep --for 900",
            'petsim shrink runs/day --judge "done as asked" --out story.json',
        ),
        shrink.add_arguments,
        shrink.execute,
    ),
    _Command(
        "compare",
        "try other rules on the same days",
        "Live through the same days under two rules and tell what differs, seed by seed: break "
        "prompts, high stress that the pet missed, interruptions of deep focus, water. A file says "
        "what is set otherwise; with one file it is compared with the defaults.",
        (
            "petsim compare --rules early.toml",
            "petsim compare --rules a.toml --rules b.toml --seeds 100 --out runs/compare",
        ),
        compare.add_arguments,
        compare.execute,
    ),
    _Command(
        "signals",
        "measure how good the server's scores and prompts are",
        "Let many people of whom focus and stress are known sit in front of simulated cameras, "
        "post what the SDK would report of them to the production server, and compare its scores "
        "and its break prompts with the truth, beside rules that know less. Exit code 1 says that "
        "something is no better than chance.",
        (
            "petsim signals --quick",
            "petsim signals --seeds 100 --out runs/signals",
            "petsim signals --write docs",
        ),
        signals.add_arguments,
        signals.execute,
    ),
)


def choose(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit code."""
    try:
        return _run(arguments)
    except Misuse as misuse:
        print(f"petsim: {misuse}", file=sys.stderr)
        return Exit.MISUSED
    except BrokenPipeError:
        # Who listened has heard enough. What is still buffered must not complain at the exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.UNHEARD
    except OSError as error:
        if error.errno not in _DISK_TROUBLE:
            raise
        place = f" {error.filename}" if error.filename else ""
        print(f"petsim: cannot write{place}: {os.strerror(error.errno or 0)}", file=sys.stderr)
        return Exit.MISUSED


def _run(arguments: list[str] | None) -> int:
    try:
        asked = _parser().parse_args(arguments)
        return int(asked.execute(asked))
    finally:
        # Here a closed pipe can still be caught; at the exit of Python it cannot.
        sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="petsim",
        description="Simulates days of students and desktop pets on the production code.",
        epilog="Start with `petsim day`; `petsim COMMAND --help` has examples.",
    )
    parsers = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in _COMMANDS:
        sub = parsers.add_parser(
            command.name,
            help=command.help,
            description=fill(command.story, 79),
            epilog="\n  ".join(("examples:", *command.examples)) + f"\n\n{_CODES}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        command.add_arguments(sub)
        sub.set_defaults(execute=command.execute)
    return parser
