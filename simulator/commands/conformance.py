"""``petsim conformance``: walk a device through a story, and judge it by its promises."""

import argparse
import asyncio
import json
import os
import sys
from pathlib import Path

from simulator.commands import Exit, Misuse
from simulator.commands.voice import Voice, add_loudness
from simulator.conformance.child import OURS, Command, command
from simulator.conformance.hands import NoDevice
from simulator.conformance.promises import judge
from simulator.conformance.record import Record
from simulator.conformance.telling import Findings, count, lines, summary, table
from simulator.conformance.verdict import Verdict
from simulator.conformance.walk import Wish, walk

VERDICTS, RECORD = "verdicts.json", "record.jsonl"
_SCALE_MAX = 200
_PORT_MAX = 65_535
_PORT = 5_000
_TYPED_BYTES_MAX = 1_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What ``petsim conformance`` understands."""
    parser.add_argument(
        "--port", type=int, help=f"where the device asks (default {_PORT}; with --device any free)"
    )
    parser.add_argument(
        "--host",
        metavar="ADDRESS",
        help="the address to listen at (default 0.0.0.0, so that a board can come; with --device "
        "127.0.0.1)",
    )
    parser.add_argument(
        "--device",
        metavar="COMMAND",
        help="a program to start as the device, which is told what to press and tells what it "
        f"shows; {OURS!r} is the firmware of this project. Without it a person presses and looks",
    )
    parser.add_argument(
        "--time-scale",
        type=int,
        default=1,
        metavar="N",
        help=f"the device runs N times as fast as life (default 1, at most {_SCALE_MAX})",
    )
    parser.add_argument(
        "--quick", action="store_true", help="a shorter outage: 32 minutes in all, not 45"
    )
    parser.add_argument(
        "--no-questions", action="store_true", help="do not ask what is on the screen"
    )
    parser.add_argument(
        "--out", type=Path, default=Path("runs/conformance"), help="(default runs/conformance)"
    )
    add_loudness(parser)


def execute(asked: argparse.Namespace) -> Exit:
    """Run the command."""
    voice = Voice(asked.loudness)
    wish = _wish(asked, voice)
    _make_folder(asked.out)
    record = _walked(wish)
    findings = judge(record)
    told = summary(record, findings)
    _write(asked.out, record, told)
    voice.say(table(findings))
    _conclude(findings, voice)
    voice.say(f"verdicts {asked.out / VERDICTS}\nrecord   {asked.out / RECORD}")
    voice.hand_over(told)
    return _exit(findings)


def _wish(asked: argparse.Namespace, voice: Voice) -> Wish:
    port = asked.port if asked.port is not None else 0 if asked.device else _PORT
    if not 0 <= port <= _PORT_MAX:
        raise Misuse(f"--port must be 0 to {_PORT_MAX}")
    if not 1 <= asked.time_scale <= _SCALE_MAX:
        raise Misuse(f"--time-scale must be 1 to {_SCALE_MAX}")
    if asked.time_scale > 1 and asked.device is None:
        raise Misuse("--time-scale needs a --device that can run so fast; a board runs at 1")
    is_quiet = asked.loudness != "people"
    return Wish(
        port=port,
        host=asked.host or ("127.0.0.1" if asked.device else "0.0.0.0"),  # noqa: S104
        device=None if asked.device is None else _command(asked.device),
        scale=asked.time_scale,
        is_quick=asked.quick,
        asks=not asked.no_questions and not is_quiet,
        say=voice.say,
        read=_typed,
    )


async def _typed(question: str) -> str:
    """The line that is typed after a question; "" where nobody can type. No thread waits for it,
    so that Ctrl-C ends it.
    """
    print(question, end="", flush=True)
    loop = asyncio.get_running_loop()
    typed: asyncio.Future[None] = loop.create_future()
    try:
        loop.add_reader(sys.stdin, _wake, typed)
    except (OSError, ValueError, NotImplementedError):
        return ""
    try:
        await typed
    finally:
        loop.remove_reader(sys.stdin)
    return os.read(sys.stdin.fileno(), _TYPED_BYTES_MAX).decode(errors="replace")


def _wake(typed: asyncio.Future[None]) -> None:
    if not typed.done():
        typed.set_result(None)


def _command(text: str) -> Command:
    try:
        return command(text)
    except ValueError as error:
        raise Misuse(f"--device: {error}") from None


def _walked(wish: Wish) -> Record:
    try:
        return asyncio.run(walk(wish))
    except NoDevice as error:
        raise Misuse(f"no device to judge: {error}") from None
    except OSError as error:
        raise Misuse(f"cannot listen at {wish.host}:{wish.port}: {error.strerror}") from None


def _make_folder(out: Path) -> None:
    """Without what an earlier run left there to be mistaken for this one's."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name in (VERDICTS, RECORD):
            (out / name).unlink(missing_ok=True)
        (out / RECORD).touch()
    except OSError as error:
        raise Misuse(f"cannot write to {out}: {error.strerror}") from None


def _write(out: Path, record: Record, told: object) -> None:
    text = json.dumps(told, indent=2, ensure_ascii=False)
    (out / VERDICTS).write_text(f"{text}\n", encoding="utf-8")
    with (out / RECORD).open("w", encoding="utf-8") as file:
        file.writelines(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines(record))


def _conclude(findings: Findings, voice: Voice) -> None:
    for verdict, words in (
        (Verdict.BROKEN, "promises are broken"),
        (Verdict.UNTESTED, "promises were not put to the test"),
    ):
        if count(findings, verdict):
            names = [promise.name for promise, one in findings.items() if one.verdict is verdict]
            voice.complain(f"petsim: {len(names)} {words}: {', '.join(names)}")


def _exit(findings: Findings) -> Exit:
    if count(findings, Verdict.BROKEN):
        return Exit.BROKEN
    return Exit.UNTESTED if count(findings, Verdict.UNTESTED) else Exit.KEPT
