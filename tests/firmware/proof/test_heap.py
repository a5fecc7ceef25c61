"""A day of a pet that draws, from compiled files, in a heap of a board's kind."""

from pathlib import Path

import pytest

from firmware.workshop.build import build
from tests.firmware.vm import said_by

# A VM of 64-bit words needs 1.5 times the bytes of a board's; a quarter of what lives here is the
# virtual world. Whoever makes the pet larger meets this number, and `task bench -- firmware`.
HEAP = "160k"
TOO_SMALL = "96k"
DAY = "firmware.hal.virtual.day"


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a build that holds a virtual day besides what goes onto a board."""
    out = tmp_path_factory.mktemp("board")
    build(out, also=[DAY])
    return out


def test_a_day_with_all_its_frames_fits(compiled: Path) -> None:
    """Nothing is refused for want of memory, neither at the start nor in pieces later."""
    lines = said_by(DAY, "drawn", "frugal", heap=HEAP, compiled=compiled).splitlines()
    assert "power 6" in lines[-1]
    assert [line for line in lines if "stumbled" in line or "MemoryError" in line] == []
    assert len([line for line in lines if " frame " in line]) > 30_000


def test_a_heap_that_is_too_small_is_noticed(compiled: Path) -> None:
    """So that the test above can fail."""
    with pytest.raises(AssertionError, match="MemoryError"):
        said_by(DAY, "drawn", "frugal", heap=TOO_SMALL, compiled=compiled)
