"""The same work on the machines of a Dask cluster, which the extra ``petcore[cluster]`` speaks to.

A world needs a process for itself: what it may not do is refused to all of the process. So workers
must have one thread each, and they must have the same code as who asks.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from importlib import import_module
from itertools import islice
from math import inf
from threading import Timer
from typing import Protocol, Self, TypeVar

from simulator.crew import Failure, told
from simulator.kernel.stopwatch import Stopwatch
from simulator.sweep.fingerprint import fingerprint

J = TypeVar("J")
R = TypeVar("R")
T_co = TypeVar("T_co", covariant=True)

_PATIENCE_S = 15
_GIVEN_UP = 75
"""The exit code of a worker whose job never ends. Its nanny starts another one."""
_AHEAD = 2
"""So many jobs wait at each worker, lest it be idle."""


class NoCluster(Exception):
    """The work cannot be done there; the message says what would do."""


class _Future(Protocol[T_co]):
    """What we need of a ``distributed.Future``."""

    status: str

    def result(self) -> T_co: ...

    def exception(self) -> Exception: ...


class _Client(Protocol):
    """What we need of a ``distributed.Client``, which says little of its types."""

    loop: object

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

    def wait_for_workers(self, n_workers: int, timeout: float) -> None: ...

    def run(self, function: Callable[[], str], *, on_error: str) -> Mapping[str, object]: ...

    def nthreads(self) -> Mapping[str, int]: ...

    def submit(self, work: Callable[[J], R], job: J, *, pure: bool) -> _Future[R]: ...


def done_by_cluster(
    address: str,
    work: Callable[[J], R],
    jobs: Iterable[J],
    seconds: float | None = None,
    patience: Callable[[J], float] = lambda _: inf,
    counted: Callable[[int], object] = lambda _: None,
) -> Iterator[tuple[int, R | Failure]]:
    """As ``done_by_all``, by the workers of the scheduler at ``address``; ``counted`` is told how
    many those are. Raises ``NoCluster``.
    """
    watch = Stopwatch()
    with _client(address) as client:
        hands = _hands(client)
        counted(hands)
        left = None if seconds is None else max(0.0, seconds - watch.seconds)
        timed = ((place, (patience(job), job)) for place, job in enumerate(jobs))
        yield from _done(client, hands, partial(_in_time, work), timed, left)


def _in_time(work: Callable[[J], R], job: tuple[float, J]) -> R:
    """Done within so many seconds. Nobody can end a job there but the whole worker."""
    seconds, what = job
    if seconds == inf:
        return work(what)
    timer = Timer(seconds, os._exit, (_GIVEN_UP,))
    timer.daemon = True
    timer.start()
    try:
        return work(what)
    finally:
        timer.cancel()


def _client(address: str) -> _Client:
    try:
        distributed = import_module("distributed")
    except ImportError:
        raise NoCluster("this needs an extra: pip install 'petcore[cluster]'") from None
    try:
        client: _Client = distributed.Client(address, timeout=_PATIENCE_S, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise NoCluster(f"no scheduler is found there ({type(error).__name__})") from None
    return client


def _hands(client: _Client) -> int:
    """How many workers there are, all of them fit for it."""
    try:
        client.wait_for_workers(1, timeout=_PATIENCE_S)
    except TimeoutError:
        raise NoCluster("the cluster has no workers") from None
    threads, codes = client.nthreads(), client.run(fingerprint, on_error="return")
    if busy := sorted(name for name, count in threads.items() if count != 1):
        raise NoCluster(f"start the workers with --nthreads 1; {busy[0]} has more")
    if other := sorted(name for name, code in codes.items() if code != fingerprint()):
        raise NoCluster(f"the worker {other[0]} has no petcore, or not this one")
    return len(threads)


def _done(
    client: _Client,
    hands: int,
    work: Callable[[J], R],
    queue: Iterator[tuple[int, J]],
    seconds: float | None,
) -> Iterator[tuple[int, R | Failure]]:
    places: dict[_Future[R], int] = {}

    def given(jobs: Iterable[tuple[int, J]]) -> list[_Future[R]]:
        """Hand over some jobs; a second one that is the same is another one."""
        futures = {client.submit(work, job, pure=False): place for place, job in jobs}
        places.update(futures)
        return list(futures)

    distributed = import_module("distributed")
    first = given(islice(queue, hands * _AHEAD))
    done = distributed.as_completed(first, loop=client.loop, timeout=seconds)
    with suppress(TimeoutError):
        for future in done:
            done.update(given(islice(queue, 1)))
            yield places.pop(future), _made(future)


def _made(future: _Future[R]) -> R | Failure:
    """What came of a job."""
    if future.status == "finished":
        return future.result()
    if future.status != "error":
        raise NoCluster("the cluster is gone; the same command goes on where this one stopped")
    error = future.exception()
    if type(error).__name__ == "KilledWorker":
        return Failure("its process died or it never ended, and so again on other workers")
    return Failure(told(error))
