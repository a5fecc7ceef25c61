"""One pool for all that the sweep lives through: as many processes as there are cores, and none of
them waits for another. It begins before the first test, with what takes longest.
"""

import multiprocessing
import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from typing import cast

import pytest

from tests.sweep.days import Job, Pool, R


class _Lived:
    """Everything that is being done."""

    def __init__(self, pool: ProcessPoolExecutor, jobs: Iterable[Job[object]]) -> None:
        in_order = sorted(dict.fromkeys(jobs), key=lambda job: -job.seconds)
        self._futures: dict[Job[object], Future[object]] = {
            job: pool.submit(job.do) for job in in_order
        }

    def __call__(self, job: Job[R]) -> R:
        return cast("R", self._futures[job].result())


@pytest.fixture(scope="session", autouse=True, name="lived")
def _lived(request: pytest.FixtureRequest) -> Iterator[Pool]:
    """What comes of jobs: of those that stand in the tables of the tests that were chosen."""
    spawn = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(os.cpu_count(), mp_context=spawn)
    yield _Lived(pool, _jobs(request.session.items))
    pool.shutdown(cancel_futures=True)


def _jobs(items: Sequence[pytest.Item]) -> Iterator[Job[object]]:
    for item in items:
        callspec = getattr(item, "callspec", None)
        if callspec is not None:
            yield from callspec.params.get("jobs", ())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What lives in this process goes first, while the pool is busy."""
    items.sort(key=lambda item: item.path.name != "test_talkative.py")


def pytest_report_collectionfinish(items: Sequence[pytest.Item]) -> str:
    """Tell which seeds chance has picked."""
    fresh = [item.name for item in items if "fresh" in item.name]
    return f"picked by chance: {', '.join(fresh)}" if fresh else ""
