"""What all tests share."""

import gc
import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import settings

from tests import quiet

# The same examples on every machine and every day; `task torture` looks for new ones.
settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)
settings.load_profile("repeatable")

# Where none of thousands of commits waits for a disk. No test can tell: none cuts the power.
_MEMORY = Path("/dev/shm")  # noqa: S108  what is made there has names of its own
_ENOUGH = 2 << 30
if _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ENOUGH:
    tempfile.tempdir = str(_MEMORY)

# Programs that tests start say what they say as on any other machine: to a pipe, when they flush.
os.environ.pop("PYTHONUNBUFFERED", None)

_ON_REQUEST = ("sweep", "torture")
"""Folders whose tests take long: they run when an argument names them, never among all others."""


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave such a folder out unless it is asked for."""
    folder = collection_path.parent.name
    if folder in _ON_REQUEST and not any(folder in argument for argument in config.args):
        return True
    return None


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect without looking for garbage in between: most of what comes then stays to the end. Nor
    need anybody look through that later, again and again, for what a test has left.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, str] | None:
    """Where only what failed is of interest, nothing is said of thousands that did not."""
    if "PETCORE_TEST_TERSE" in os.environ and report.passed and report.when == "call":
        return "passed", "", "PASSED"
    return None


def pytest_configure() -> None:
    """Hear the log of all tests."""
    quiet.listen()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None, object, object]:
    """A test fails that makes the log say what it must not."""
    result = yield
    quiet.require_nothing_heard()
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Generator[None, object, object]:
    """So does one whose end does."""
    result = yield
    quiet.require_nothing_heard()
    return result
