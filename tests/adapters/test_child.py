"""A process that is asked: how it answers, how it dies, and that nothing of it is left."""

import asyncio
import gc
import os
import signal
import struct
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest
import pytest_asyncio

from petcore.adapters import child, child_serving
from petcore.adapters.child import Bounds, Child, ChildFailed, Declined
from petcore.adapters.child_serving import DECLINED, DONE, FRAME_MAX, framed
from petcore.errors import BadInput, VoiceFailed
from tests.adapters.patient import Ahead, until

MODULE = "tests.adapters.child_that_obeys"
BOUNDS = Bounds(deadline_s=30.0, waiting_max=4)

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals and /proc")


@pytest_asyncio.fixture
async def asked() -> AsyncIterator[Child]:
    """It is closed afterwards, and then it is gone."""
    asked = Child(MODULE, BOUNDS, b"first")
    yield asked
    await asked.close()
    assert asked.pid is None
    assert not asked.waiting


def is_there(pid: int) -> bool:
    """Whether there is such a process, if only a dead one that nobody looked after."""
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


def pid_of(asked: Child) -> int:
    """That of the process."""
    assert asked.pid is not None
    return asked.pid


def gone_of(asked: Child) -> asyncio.Future[None]:
    """Done when nothing is left of the process, and the loop knows it. A process that is dead may
    be news to a loop for a while, and one that is closed before it hears of it complains.
    """
    assert asked._line is not None
    return asked._line.gone


async def why(asked: Child, question: bytes) -> str:
    """Why there is no answer."""
    with pytest.raises(ChildFailed) as caught:
        await asked.ask(question)
    return caught.value.why


@pytest.mark.asyncio
async def test_it_answers_each_his_own(asked: Child) -> None:
    """One process, which is told something before; also what is large or empty."""
    assert asked.pid is None
    assert await asked.ask(b"first?") == b"first"
    pid = pid_of(asked)
    large = bytes(range(256)) * 20_000
    questions = [b"", b"one", large, b"two"]
    assert await asyncio.gather(*map(asked.ask, questions)) == [each[::-1] for each in questions]
    assert pid_of(asked) == pid


@pytest.mark.asyncio
async def test_what_it_declines_is_told(asked: Child) -> None:
    """In its words, of the input if they are about that; it answers the next one."""
    for question, words in ((b"refuse", "not this"), (b"complain", "is \u00fcgly")):
        with pytest.raises(Declined, match=words):
            await asked.ask(question)
    assert await asked.ask(b"ab") == b"ba"


@pytest.mark.asyncio
async def test_what_it_prints_is_no_answer(asked: Child, capfd: pytest.CaptureFixture[str]) -> None:
    """Nor does anybody see it."""
    assert await asked.ask(b"print") == b"tnirp"
    assert capfd.readouterr() == ("", "")


@posix
@pytest.mark.asyncio
@pytest.mark.parametrize("question", [b"crash", b"raise", b"exit", b"flood"])
async def test_a_crash_is_its_own_affair(asked: Child, question: bytes) -> None:
    """It is a failure of that question only, those who wait hear their own from a new one."""
    assert await asked.ask(b"ab") == b"ba"
    pid = pid_of(asked)
    failing, next_ = (asyncio.create_task(asked.ask(each)) for each in (question, b"cd"))
    with pytest.raises(ChildFailed, match="ended"):
        await failing
    assert await next_ == b"dc"
    assert pid_of(asked) != pid
    assert not is_there(pid)


@posix
@pytest.mark.asyncio
async def test_it_may_die_while_nobody_asks(asked: Child) -> None:
    """The next question starts it anew."""
    assert await asked.ask(b"ab") == b"ba"
    pid = pid_of(asked)
    os.kill(pid, signal.SIGKILL)
    await until(lambda: not is_there(pid))
    await until(lambda: asked._line is None or asked._line.is_over)
    assert await asked.ask(b"cd") == b"dc"


@pytest.mark.asyncio
async def test_one_that_cannot_be_started() -> None:
    """Says so, each time."""
    absent = Child("tests.adapters.nothing_of_that_name", BOUNDS)
    assert await why(absent, b"ab") == "unstarted"
    assert await why(absent, b"ab") == "unstarted"
    await absent.close()


@posix
@pytest.mark.asyncio
async def test_waiting_for_others_counts_as_waiting() -> None:
    """Who stands in the queue behind a slow one is told as late as that one; the process of the
    slow one is gone.
    """
    asked = Child(MODULE, Bounds(deadline_s=0.5, waiting_max=4))
    await asked.ask(b"ab")
    pid = pid_of(asked)
    answers = await asyncio.gather(*(asked.ask(b"sleep") for _ in range(3)), return_exceptions=True)
    assert [str(answer) for answer in answers] == ["late"] * 3
    assert not is_there(pid)
    await asked.close()


@posix
@pytest.mark.asyncio
async def test_a_start_has_its_own_time() -> None:
    """An answer has to come as soon as ever."""
    asked = Child(MODULE, Bounds(deadline_s=0.02, waiting_max=4, start_s=30.0))
    assert await asked.ask(b"ab") == b"ba"
    pid = pid_of(asked)
    assert await why(asked, b"sleep") == "late"
    assert not is_there(pid)
    assert await asked.ask(b"cd") == b"dc"
    await asked.close()


@pytest.mark.asyncio
async def test_too_many_at_once_are_refused(asked: Child) -> None:
    """At once, and those before them are not harmed."""
    waiting = [asyncio.create_task(asked.ask(b"ab")) for _ in range(BOUNDS.waiting_max)]
    await until(lambda: asked.waiting == BOUNDS.waiting_max)
    assert await why(asked, b"ab") == "busy"
    assert await asyncio.gather(*waiting) == [b"ba"] * BOUNDS.waiting_max


@posix
@pytest.mark.asyncio
async def test_who_is_cancelled_leaves_no_answer_behind(asked: Child) -> None:
    """The next one would take it for his own; so the process goes with whom it worked for. Who only
    waited for his turn goes alone.
    """
    await asked.ask(b"ab")
    pid = pid_of(asked)
    slow, waiting = (asyncio.create_task(asked.ask(each)) for each in (b"doze", b"ab"))
    await until(lambda: asked.waiting == 2)
    waiting.cancel()
    assert await slow == b"ezod"
    assert pid_of(asked) == pid
    slow = asyncio.create_task(asked.ask(b"sleep"))
    await asyncio.sleep(0.01)
    slow.cancel()
    with pytest.raises(asyncio.CancelledError):
        await slow
    assert not is_there(pid)
    assert await asked.ask(b"cd") == b"dc"


@posix
@pytest.mark.asyncio
async def test_at_any_moment_it_is_cancelled(asked: Child) -> None:
    """While it is started, too: no task and no process is left."""
    others = asyncio.all_tasks()
    for moments in range(12):
        asking = asyncio.create_task(asked.ask(b"sleep"))
        for _ in range(moments):
            await asyncio.sleep(0)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        assert asyncio.all_tasks() == others
        assert asked.pid is None


@posix
@pytest.mark.asyncio
async def test_closing_is_for_good() -> None:
    """Whoever is being answered or waits hears it, and who comes later."""
    asked = Child(MODULE, BOUNDS)
    await asked.ask(b"ab")
    pid = pid_of(asked)
    asking = [asyncio.create_task(asked.ask(b"sleep")) for _ in range(2)]
    await until(lambda: asked.waiting == 2)
    await asyncio.gather(asked.close(), asked.close())
    assert not is_there(pid)
    outcomes = await asyncio.gather(*asking, return_exceptions=True)
    assert [str(outcome) for outcome in outcomes] == ["closed", "closed"]
    assert await why(asked, b"ab") == "closed"
    assert asked.pid is None


@posix
@pytest.mark.asyncio
async def test_one_that_cannot_die_is_not_waited_for_without_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It may hang in a driver. Who asked it hears at once that it is over, and who closes it goes
    on after a while.
    """
    asked = Child(MODULE, BOUNDS)
    await asked.ask(b"ab")
    pid = pid_of(asked)
    ahead = Ahead(monkeypatch)
    monkeypatch.setattr("asyncio.base_subprocess.BaseSubprocessTransport.kill", lambda _: None)
    asking = asyncio.create_task(asked.ask(b"sleep"))
    await until(lambda: asked.waiting == 1)
    gone = gone_of(asked)
    closing = asyncio.create_task(asked.close())
    await until(lambda: asked.pid is None)
    assert is_there(pid)
    assert not closing.done()
    ahead.put(6)
    await closing
    assert str(*await asyncio.gather(asking, return_exceptions=True)) == "closed"
    await gone  # here it can die after all
    assert not is_there(pid)


@posix
@pytest.mark.asyncio
async def test_who_forgets_it_leaves_nothing_behind() -> None:
    """What holds it may have no end of its own."""
    asked = Child(MODULE, BOUNDS)
    await asked.ask(b"ab")
    pid = pid_of(asked)
    gone = gone_of(asked)
    del asked
    gc.collect()
    await gone
    assert not is_there(pid)


def state(pid: int) -> str:
    """``Z`` if it is dead and nobody looked after it, "" if it is gone."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    return ""


@posix
@pytest.mark.asyncio
async def test_it_does_not_outlive_whoever_started_it() -> None:
    """Even if that one is killed; an order to end is for the server, which ends it then."""
    program = (
        "import asyncio, sys\n"
        "from petcore.adapters.child import Bounds, Child\n"
        f"asked = Child({MODULE!r}, Bounds(30, 4))\n"
        "async def main():\n"
        "    for _ in range(2):\n"
        "        await asked.ask(b'ab')\n"
        "        print(asked.pid, flush=True)\n"
        "        await asyncio.to_thread(sys.stdin.readline)\n"
        "asyncio.run(main())\n"
    )
    parent = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        program,
        cwd=Path(child.__file__).parents[2],
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert parent.stdin is not None
    assert parent.stdout is not None
    pid = int(await parent.stdout.readline())
    for told in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        os.kill(pid, told)
    parent.stdin.write(b"\n")
    assert int(await parent.stdout.readline()) == pid
    parent.kill()
    await parent.communicate()
    await until(lambda: state(pid) in ("", "Z"))  # nobody may be there to see it off


def answers(*sent: bytes) -> bytes:
    """What a child says to all of this until it ends. While it makes an answer, and only then, its
    time is limited: C that hangs would not notice that nobody is there any more.
    """

    def prepare(first: bytes) -> child_serving.Answering:
        def answer(question: bytes) -> bytes:
            if question == b"bad":
                raise BadInput.at("field", "is bad")
            if question == b"mute":
                raise VoiceFailed("no voice")
            return first + question

        return answer

    said = BytesIO()
    limits: list[int] = []
    child_serving.answer_all(prepare, BytesIO(b"".join(sent)), said, limits.append)
    assert limits == [60, 0] * (len(limits) // 2)
    assert len(limits) // 2 == said.getvalue().count(DONE) + said.getvalue().count(DECLINED)
    return said.getvalue()


def test_frames_are_answered_one_by_one() -> None:
    """Until the input ends, or holds what is no frame."""
    first, ready = framed(b"1"), framed(b"")
    too_long = struct.pack(">I", FRAME_MAX + 1) + bytes(64)
    assert answers() == answers(b"\0\0") == answers(too_long) == b""
    assert answers(first) == answers(first, b"\0\0\0\5none") == answers(first, too_long) == ready
    assert answers(first, framed(b"2"), framed(b"")) == (
        ready + framed(DONE + b"12") + framed(DONE + b"1")
    )
    assert answers(first, framed(b"bad"), framed(b"mute")) == (
        ready + framed(DECLINED + b"is bad") + framed(DECLINED + b"no voice")
    )
    assert answers(first, framed(b"2"), b"\xff" * 9_000) == ready + framed(DONE + b"12")
