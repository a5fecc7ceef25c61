"""One hour of a pet in virtual time: the same on every VM, and right."""

import os
import re
import subprocess
import sys
from itertools import pairwise

import pytest

from firmware.hal.virtual.hour import run
from tests.firmware.vm import ROOT, said_by

# From source, with the compiler in it; what a board needs, test_heap asks.
HEAP = "256k"


@pytest.fixture(scope="module")
def hour() -> list[str]:
    """Give the log of an hour on this interpreter."""
    lines: list[str] = []
    run(lines.append)
    return lines


def after(hour: list[str], moment_ms: int, words: str) -> int:
    """Give the first moment at or after this one whose line holds the words."""
    for line in hour:
        if re.match(r"\d{8} ", line) and int(line[:8]) >= moment_ms and words in line:
            return int(line[:8])
    raise AssertionError(f"nothing holds {words!r} after {moment_ms}")


def calls(hour: list[str], path: str) -> list[tuple[int, str]]:
    """Give the moment and the key of every call of a path."""
    words = [line.split(" ") for line in hour if " call " in line]
    return [(int(line[0]), line[4]) for line in words if line[3].split("?")[0] == path]


def test_the_hour_on_micropython_is_byte_for_byte_the_hour_here(hour: list[str]) -> None:
    """Two languages' worth of differences, and not one in the log."""
    there = said_by("firmware.hal.virtual.hour", heap=HEAP)
    assert there == "".join(f"{line}\n" for line in hour)


@pytest.mark.parametrize("hash_seed", ["0", "1"])
def test_the_hour_does_not_depend_on_the_hash_seed(hour: list[str], hash_seed: str) -> None:
    """Run as a program, it ends in the same checksum."""
    done = subprocess.run(
        [sys.executable, "-m", "firmware.hal.virtual.hour"],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.decode().splitlines()[-1] == hour[-1]


def test_the_log_ends_with_its_checksum(hour: list[str]) -> None:
    """The checksum is the last line, and no task stumbled before it."""
    assert re.fullmatch(r".*, checksum [0-9a-f]{8}", hour[-1])
    assert not [line for line in hour if "stumbled" in line]


def test_every_reminder_is_shown_in_spite_of_lost_answers(hour: list[str]) -> None:
    """Five are given in an hour, the first with its answer lost and asked for again by its key."""
    glasses = [re.findall(r"Glass (\d)", line)[0] for line in hour if '"WATER_DROP"' in line]
    assert sorted(set(glasses)) == ["1", "2", "3", "4", "5"]
    lost = [key for at, key in calls(hour, "/api/water/poll") if 600_000 <= at < 624_000]
    assert len(lost) > 1
    assert len(set(lost)) == 1


def test_an_acknowledgement_whose_answer_was_lost_is_repeated(hour: list[str]) -> None:
    """It arrives twice, with one key, so that the server can take it once."""
    acks = [key for at, key in calls(hour, "/api/water/ack") if 640_000 <= at < 660_000]
    assert len(acks) == 2
    assert len(set(acks)) == 1


def test_a_refused_acknowledgement_is_dropped(hour: list[str]) -> None:
    """Once asked, once refused, never again."""
    after(hour, 1_850_000, "dropped after 404: /api/water/ack")
    assert len([at for at, _ in calls(hour, "/api/water/ack") if 1_850_000 <= at < 2_400_000]) == 1


def test_two_presses_in_a_cut_start_one_session(hour: list[str]) -> None:
    """The start arrives after the cut, and its session is on the screen at once."""
    started = after(hour, 960_000, "delivered: /api/breaks/pomodoro/start")
    assert started >= 1_080_000
    assert len({key for at, key in calls(hour, "/api/breaks/pomodoro/start") if at < started}) == 2
    assert after(hour, started, "POMODORO_TIMER") - started < 500


def test_a_dismissed_prompt_stays_away_while_its_answer_is_under_way(hour: list[str]) -> None:
    """The server goes on offering it to the polls; the screen does not."""
    pressed = after(hour, 1_200_000, "long press on BREAK_PROMPT")
    delivered = after(hour, pressed, "delivered: /api/breaks/prompt/ack")
    between = [line for line in hour[:-1] if pressed < int(line[:8]) <= delivered]
    assert [line for line in between if "show_prompt: true" in line]
    assert not [line for line in between if ' show "BREAK_PROMPT"' in line]


def test_a_cut_shows_offline_and_its_end_clears_it(hour: list[str]) -> None:
    """Within seconds of the cut, and at the first good poll after it."""
    assert after(hour, 780_000, "| True") < 800_000
    assert after(hour, 1_080_000, "| False") < 1_140_000


def test_a_session_that_ends_is_celebrated(hour: list[str]) -> None:
    """The completed phase is a message, and then nothing runs."""
    said = after(hour, 61_000, "Well done!")
    assert after(hour, said, 'show "IDLE"') - said <= 10_000


@pytest.mark.parametrize("path", ["/api/water/poll", "/api/breaks/prompt/poll"])
def test_no_wait_is_busy(hour: list[str], path: str) -> None:
    """Whatever goes wrong, a second lies between two polls of one path."""
    moments = [at for at, _ in calls(hour, path)]
    assert min(later - at for at, later in pairwise(moments)) >= 1_000
