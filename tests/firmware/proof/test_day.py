"""A day of a pet on CPython and in the MicroPython VM: the same bytes, and the same points."""

import re
from pathlib import Path

import pytest

from firmware.hal.virtual.day import board_maker, run
from firmware.logic import scene
from firmware.workshop.build import build
from tests.firmware.vm import said_by

# From source, with the compiler in it; what a board needs, test_heap asks.
HEAP = "320k"
SCREENS = {scene.IDLE, scene.MESSAGE, scene.POMODORO_TIMER, scene.BREAK_PROMPT, scene.WATER_DROP}


@pytest.fixture(scope="module")
def day() -> list[str]:
    """Give the trace of a day on this interpreter, drawn in some of its lives."""
    lines: list[str] = []
    run(lines.append, board_maker(["partly"]))
    return lines


def test_the_day_on_micropython_is_byte_for_byte_the_day_here(day: list[str]) -> None:
    """All that is asked, answered, shown, sounded, logged and drawn."""
    there = said_by("firmware.hal.virtual.day", "partly", heap=HEAP)
    assert there.splitlines()[-1] == day[-1]
    assert there == "".join(f"{line}\n" for line in day)


def test_the_day_as_it_is_built_is_that_day(day: list[str], tmp_path: Path) -> None:
    """Compacting changes nothing that anybody could see."""
    build(tmp_path / "board", also=["firmware.hal.virtual.day"])
    there = said_by("firmware.hal.virtual.day", "partly", heap=HEAP, compiled=tmp_path / "board")
    assert there.splitlines() == day


def test_every_screen_was_drawn(day: list[str]) -> None:
    """With and without a server to hear."""
    drawn: set[tuple[str, str]] = set()
    shown, frames = ("", ""), 0
    for line in day:
        if re.match(r"\d+ show ", line):
            shown = (line.split('"')[1], line.rsplit(" ", 1)[-1])
        elif re.fullmatch(r"\d+ frame [0-9a-f]{8}", line):
            drawn.add(shown)
            frames += 1
    assert {(screen, "False") for screen in (*SCREENS, scene.STATUS)} <= drawn
    assert (scene.IDLE, "True") in drawn
    assert frames > 5_000
