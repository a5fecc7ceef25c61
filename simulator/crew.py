"""Many jobs at once, each in a process of its own. Knows nothing of what is done there.

A job that raises, or never ends, or whose process dies, is told as a ``Failure`` in its place, and
the others go on. ``concurrent.futures`` would lose all of them, and could not say whose fault it
was. Nobody of the crew outlives who started it, however that one ends.
"""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from math import inf
from multiprocessing import get_context, parent_process, resource_tracker
from multiprocessing.connection import Connection, wait
from pathlib import Path
from threading import Thread
from traceback import extract_tb
from types import TracebackType
from typing import Generic, NamedTuple, Self, TypeVar

from simulator.kernel.stopwatch import Stopwatch

J = TypeVar("J")
R = TypeVar("R")

# Started anew: what a fork would take over of loops and locks, nobody knows.
_CONTEXT = get_context("spawn")


class Failure(NamedTuple):
    """What came of a job that came to nothing: why, in words."""

    words: str


def cores() -> int:
    """How many processes are worth it here."""
    return os.cpu_count() or 1


class Crew(Generic[J, R]):
    """Does ``work`` in so many ``processes``, as many as cores unless told otherwise. Work, jobs,
    and what comes of them must be picklable. A job that takes longer than ``patience`` says, in
    seconds, is a failure. Who is hired stays until the crew is left by ``with``.
    """

    def __init__(
        self,
        work: Callable[[J], R],
        processes: int | None = None,
        patience: Callable[[J], float] = lambda _: inf,
    ) -> None:
        self._work, self._patience = work, patience
        self._processes = processes or cores()
        self._idle: list[_Hand[J, R]] = []
        self._busy: list[_Hand[J, R]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        for hand in (*self._idle, *self._busy):
            hand.dismiss()

    def done(
        self, jobs: Sequence[J], seconds: float | None = None
    ) -> Iterator[tuple[int, R | Failure]]:
        """What comes of ``jobs``, as it is done: the place of the job, from 0, and what came of it.
        After so many ``seconds`` nobody waits for the rest. Who asks anew, or for other jobs, does
        not hear of those asked for before; who is still at one of them comes to the others later.
        """
        if seconds is not None and seconds <= 0:
            return
        watch = Stopwatch()
        for hand in self._busy:
            hand.place = None
        given = self._hand_out(jobs, 0)
        while given < len(jobs) or any(hand.place is not None for hand in self._busy):
            left = inf if seconds is None else seconds - watch.seconds
            if left <= 0:
                return
            for hand in _ready(self._busy, left):
                self._busy.remove(hand)
                place, done = hand.place, hand.take()
                self._idle.append(hand)
                # Before anybody hears what was done: there is work to do meanwhile.
                given = self._hand_out(jobs, given)
                if place is not None:
                    yield place, done

    def done_in_order(
        self, jobs: Sequence[J], seconds: float | None = None
    ) -> Iterator[R | Failure]:
        """The same in the order of the jobs, whoever is done first."""
        early: dict[int, R | Failure] = {}
        following = 0
        for place, done in self.done(jobs, seconds):
            early[place] = done
            while following in early:
                yield early.pop(following)
                following += 1

    def _hand_out(self, jobs: Sequence[J], given: int) -> int:
        """Let everybody have a job, as long as there are any. How many of them are given then."""
        while given < len(jobs) and len(self._busy) < self._processes:
            self._busy.append(self._given(given, jobs[given]))
            given += 1
        return given

    def _given(self, place: int, job: J) -> "_Hand[J, R]":
        """Somebody who is at that job now."""
        while self._idle:
            hand = self._idle.pop()
            if hand.give(place, job):
                return hand
            hand.dismiss()
        return _Hand(self._work, self._patience, place, job)


def done_by_all(
    work: Callable[[J], R],
    jobs: Sequence[J],
    processes: int | None = None,
    seconds: float | None = None,
    patience: Callable[[J], float] = lambda _: inf,
) -> Iterator[tuple[int, R | Failure]]:
    """What a ``Crew`` that is there for these jobs alone makes of them, as it is done."""
    with Crew(work, processes, patience) as crew:
        yield from crew.done(jobs, seconds)


def told(error: Exception) -> str:
    """An error in a line: what it is, and where it was raised."""
    frames = extract_tb(error.__traceback__)
    place = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {error}{place}"


def _ready(crew: "list[_Hand[J, R]]", seconds: float) -> "list[_Hand[J, R]]":
    """Those who are done, or for whom nobody waits any longer; nobody after so many seconds."""
    left = max(0.0, min(seconds, *(hand.left for hand in crew)))
    pipes = wait([hand.pipe for hand in crew], None if left == inf else left)
    return [hand for hand in crew if hand.pipe in pipes or hand.left <= 0]


class _Hand(Generic[J, R]):
    """A process that does one job after another."""

    def __init__(
        self, work: Callable[[J], R], patience: Callable[[J], float], place: int, job: J
    ) -> None:
        self._patience = patience
        self.place: int | None = place
        """Of its job; None if nobody wants to know any more what comes of it."""
        self.pipe, theirs = _CONTEXT.Pipe()
        self._process = _CONTEXT.Process(target=_toil, args=(theirs, work), daemon=True)
        with _spared_of_interrupts():
            self._process.start()
        theirs.close()
        self.give(place, job)

    @property
    def left(self) -> float:
        """How many seconds are left for its job."""
        return self._seconds - self._watch.seconds

    def give(self, place: int, job: J) -> bool:
        """Hand over a job; False if nobody is there any more."""
        if self._process.exitcode is not None:
            return False
        self.place = place
        self._watch, self._seconds = Stopwatch(), self._patience(job)
        # Who dies just now is found out by ``take``.
        with suppress(OSError):
            self.pipe.send(job)
        return True

    def take(self) -> R | Failure:
        """What came of the job."""
        if not self.pipe.poll():
            self._process.kill()
            self._process.join()
            return Failure(f"it never ended: given up after {self._seconds:.0f} s")
        try:
            done: R | Failure = self.pipe.recv()
        except (EOFError, OSError):
            self._process.join()
            return Failure(f"its process died ({_end(self._process.exitcode)})")
        return done

    def dismiss(self) -> None:
        """Let the process end, whatever it does."""
        self._process.kill()
        self._process.join()
        self._process.close()
        self.pipe.close()


@contextmanager
def _spared_of_interrupts() -> Iterator[None]:
    """Ctrl-C reaches all processes of a terminal; who started them says when to end. Whoever is
    started in here never hears of it, not even before ``_toil`` begins.
    """
    # It lets interrupts through when it starts, so that has to be before.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _end(code: int | None) -> str:
    """How a process ended."""
    if code is not None and code < 0:
        return signal.Signals(-code).name
    return f"exit code {code}"


def _toil(pipe: Connection, work: Callable[[J], R]) -> None:
    """What a process of the crew does, until nobody listens any more."""
    Thread(target=_end_with_parent, daemon=True).start()
    with suppress(EOFError, OSError):
        while True:
            job = pipe.recv()
            try:
                done: object = work(job)
            except Exception as error:  # noqa: BLE001 -- whatever it is, it is told
                done = Failure(told(error))
            pipe.send(done)


def _end_with_parent() -> None:
    """Who started us may have been killed; what we do is for nobody then."""
    parent = parent_process()
    assert parent is not None  # noqa: S101 -- this is a process of a crew
    wait([parent.sentinel])
    os.kill(os.getpid(), signal.SIGKILL)
