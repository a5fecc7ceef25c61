"""The process that listens: what it hears, how it dies, and that nothing of it is left."""

import asyncio
import os
import signal
import struct
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio

from petcore.errors import HearingFailed
from petcore.ports.audio import HEARD_RATE, Recording
from tests.adapters.patient import until
from tests.adapters.sound import recorded

pytest.importorskip("pocketsphinx")
pytest.importorskip("espeakng_loader")
pytest.importorskip("lameenc")
pytest.importorskip("soundfile")
pytest.importorskip("soxr")

from petcore.adapters import hearing_pocketsphinx, hearing_pocketsphinx_child
from petcore.adapters.audio_soundfile import SoundfileAudio
from petcore.adapters.hearing_pocketsphinx import WAITING_MAX, PocketsphinxHearing
from petcore.adapters.voice_espeak import EspeakVoice

GRAMMAR = """#JSGF V1.0;
grammar orders;
public <order> = (start | stop) the timer | how much time is left | good morning;
"""
ORDERS = ("start the timer", "stop the timer", "how much time is left")
CHILD = str(hearing_pocketsphinx_child.__file__)

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals and /proc")


async def said(text: str) -> Recording:
    """It is spoken and sent as MP3."""
    sound = await EspeakVoice().speak(text, None, "mp3")
    return await SoundfileAudio().read(sound, 60)


@pytest_asyncio.fixture
async def hearing() -> AsyncIterator[PocketsphinxHearing]:
    """It is ended afterwards."""
    hearing = PocketsphinxHearing(GRAMMAR)
    yield hearing
    await hearing.close()
    assert hearing._child is None


def process(hearing: PocketsphinxHearing) -> asyncio.subprocess.Process:
    """The one that listens."""
    assert hearing._child is not None
    return hearing._child


def is_there(pid: int) -> bool:
    """Whether there is such a process, if only a dead one that nobody looked after."""
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


def state(pid: int) -> str:
    """``T`` if it is stopped, ``Z`` if it is dead and nobody looked after it, "" if it is gone."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    return ""


@pytest.mark.asyncio
async def test_orders_are_heard_and_all_else_is_not_taken_for_one(
    hearing: PocketsphinxHearing,
) -> None:
    """Several at once each hear their own, from one process. Silence, and a moment of it, need
    none; noise and other words are no order.
    """
    silence = recorded(bytes(HEARD_RATE * 2))
    assert not await hearing.hear(silence)
    assert not await hearing.hear(recorded(b""))
    assert hearing._child is None
    recordings = [await said(order) for order in ORDERS]
    assert await asyncio.gather(*map(hearing.hear, recordings)) == list(ORDERS)
    child = process(hearing)
    for seconds in (0.0001, 0.01, 0.3):
        hiss = np.random.default_rng(1).normal(0, 3_000, round(HEARD_RATE * seconds) + 1)
        assert await hearing.hear(recorded(hiss.astype("<i2").tobytes())) not in ORDERS
    heard = await hearing.hear(await said("the weather is nice today"))
    assert heard not in {*ORDERS, ""}
    assert process(hearing) is child


@posix
@pytest.mark.asyncio
async def test_a_process_that_dies_is_started_anew(hearing: PocketsphinxHearing) -> None:
    """Killed in the middle, it is a failure of that recording only; nobody is left behind."""
    order = await said(ORDERS[0])
    assert await hearing.hear(order) == ORDERS[0]
    child = process(hearing)
    os.kill(child.pid, signal.SIGSTOP)
    await until(lambda: state(child.pid) == "T")
    listening = asyncio.create_task(hearing.hear(order))
    await until(hearing._turn.locked)
    child.kill()
    with pytest.raises(HearingFailed, match="ended"):
        await listening
    assert not is_there(child.pid)
    assert await hearing.hear(order) == ORDERS[0]
    again = process(hearing)
    assert again.pid != child.pid
    again.kill()
    await again.wait()
    assert await hearing.hear(order) == ORDERS[0]


@posix
@pytest.mark.asyncio
async def test_one_that_takes_too_long_is_ended() -> None:
    """The failure is one of hearing, and the process is gone."""
    hearing = PocketsphinxHearing(GRAMMAR, deadline_s=0.05)
    listening = asyncio.create_task(hearing.hear(await said(ORDERS[0])))
    await until(lambda: hearing._child is not None)
    pid = process(hearing).pid
    with pytest.raises(HearingFailed, match="too long"):
        await listening
    assert hearing._child is None
    assert not is_there(pid)
    await hearing.close()


@posix
@pytest.mark.asyncio
async def test_who_is_cancelled_leaves_no_answer_behind() -> None:
    """The next one would take it for his own; so the process goes with whom it worked for. Closing
    ends it for whoever still waits, and for good.
    """
    hearing = PocketsphinxHearing(GRAMMAR)
    order = await said(ORDERS[0])
    first = asyncio.create_task(hearing.hear(order))
    await until(lambda: hearing._child is not None)
    pid = process(hearing).pid
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    assert not is_there(pid)
    second, third = (asyncio.create_task(hearing.hear(order)) for _ in range(2))
    await until(lambda: hearing._child is not None)
    pid = process(hearing).pid
    await hearing.close()
    assert not is_there(pid)
    for waiting in (second, third, asyncio.create_task(hearing.hear(order))):
        with pytest.raises(HearingFailed):
            await waiting
    assert hearing._child is None
    await hearing.close()


@pytest.mark.asyncio
async def test_too_many_at_once_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """At once, and those before them are not harmed."""
    hearing = PocketsphinxHearing(GRAMMAR)
    noise = recorded(b"\1\1" * 1_600)
    async with hearing._turn:
        waiting = [asyncio.create_task(hearing.hear(noise)) for _ in range(WAITING_MAX)]
        await until(lambda: hearing._waiting == WAITING_MAX)
        with pytest.raises(HearingFailed, match="too many"):
            await hearing.hear(noise)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
    assert hearing._waiting == 0
    await hearing.close()


async def _outcome(*sent: bytes) -> tuple[int, bytes]:
    """How the process ends after all of this, and what it answered."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        CHILD,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    answers, _ = await child.communicate(b"".join(sent))
    assert child.returncode is not None
    return child.returncode, answers


@pytest.mark.asyncio
async def test_garbage_ends_the_process() -> None:
    """As the end of its input does: it answers what it was asked before, and stays for nothing."""
    grammar = struct.pack(">I", len(GRAMMAR)) + GRAMMAR.encode()
    nothing = struct.pack(">I", 0)
    too_long = struct.pack(">I", hearing_pocketsphinx_child.FRAME_MAX + 1)
    assert await _outcome(too_long, bytes(64)) == (0, b"")
    assert await _outcome(grammar, nothing, b"\xff" * 9_000) == (0, nothing)
    code, answers = await _outcome(struct.pack(">I", 9) + b"no JSGF;;")
    assert code != 0
    assert not answers


@posix
@pytest.mark.asyncio
async def test_it_does_not_outlive_whoever_started_it() -> None:
    """Even if that one is killed; an order to end is for the server, which ends it then."""
    program = (
        "import asyncio, sys\n"
        "from petcore.adapters.hearing_pocketsphinx import PocketsphinxHearing\n"
        "from tests.adapters.sound import recorded\n"
        f"hearing = PocketsphinxHearing({GRAMMAR!r})\n"
        "async def main():\n"
        "    await hearing.hear(recorded(bytes([1, 0]) * 1600))\n"
        "    print(hearing._child.pid, flush=True)\n"
        "    await asyncio.to_thread(sys.stdin.readline)\n"
        "    await hearing.hear(recorded(bytes([1, 0]) * 1600))\n"
        "    print(hearing._child.pid, flush=True)\n"
        "    await asyncio.sleep(600)\n"
        "asyncio.run(main())\n"
    )
    root = Path(hearing_pocketsphinx.__file__).parents[2]
    parent = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        program,
        cwd=root,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert parent.stdin is not None
    assert parent.stdout is not None
    pid = int(await parent.stdout.readline())
    os.kill(pid, signal.SIGTERM)
    os.kill(pid, signal.SIGINT)
    parent.stdin.write(b"\n")
    assert int(await parent.stdout.readline()) == pid
    parent.kill()
    await parent.communicate()
    await until(lambda: state(pid) in ("", "Z"))  # nobody may be there to see it off
