"""The page for who solders says what the code refuses, and wires what it takes unless told."""

import re

import pytest

from firmware.hal.pins import (
    AMPLIFIER,
    DEFAULTS,
    ESP32,
    ESP32S3,
    LAST,
    MICROPHONE,
    REFUSED,
    refusal,
)
from firmware.hal.settings import Settings
from tests.firmware.vm import ROOT

PAGE = (ROOT / "docs" / "hardware.md").read_text(encoding="utf-8")
ROWS = {
    "decide at power-on how the chip starts": ("strapping",),
    "inputs only, without pull-up": ("only be an input",),
    "flash and memory": ("flash is connected", "memory connected"),
    "the line it is programmed by": ("programmed by",),
}
WIRES = {"SCL": "scl", "SDA": "sda", "first": "first_button", "second": "second_button"}
COLUMN = {ESP32: 0, ESP32S3: 1}


def pins_in(words: str) -> set[int]:
    """Give the numbers of a cell such as "1, 4 to 6"."""
    pins: set[int] = set()
    for first, last in re.findall(r"(\d+)(?: to (\d+))?", words):
        pins |= set(range(int(first), int(last or first) + 1))
    return pins


def cell(row: str, board: str) -> set[int]:
    """Give the pins of a row of the page's table."""
    found = re.search(rf"^\| {row} \| (.*) \| (.*) \|$", PAGE, re.MULTILINE)
    assert found is not None, row
    return pins_in(found[COLUMN[board] + 1])


@pytest.mark.parametrize("board", [ESP32, ESP32S3])
def test_what_is_good_for_everything_is_refused_nowhere(board: str) -> None:
    """All of it, and nothing else."""
    free = {pin for pin in range(LAST[board] + 1) if not refusal(board, pin)}
    assert cell("good for everything", board) == free


@pytest.mark.parametrize("board", [ESP32, ESP32S3])
@pytest.mark.parametrize("row", ROWS)
def test_each_row_is_what_is_refused_for_its_reason(board: str, row: str) -> None:
    """As the code groups them."""
    refused = {
        pin
        for pins, reason in REFUSED[board]
        for pin in pins
        if any(words in reason for words in ROWS[row])
    }
    assert cell(row, board) == refused


@pytest.mark.parametrize("board", [ESP32, ESP32S3])
def test_the_wires_go_where_the_settings_say(board: str) -> None:
    """Both figures in one drawing: that of the ESP32 inside, that of the other one beside it."""
    lines = {
        words: line
        for words in (*WIRES, "buzzer")
        for line in PAGE.splitlines()
        if words in line and "GPIO" in line and "┤" in line
    }
    drawn = {
        WIRES.get(words, words): int(re.findall(r"GPIO (\d+)", line)[COLUMN[board]])
        for words, line in lines.items()
    }
    assert drawn == DEFAULTS[board]


@pytest.mark.parametrize("board", [ESP32, ESP32S3])
def test_the_wires_of_a_voice_are_pins_that_are_free(board: str) -> None:
    """Beside all the others; and what is to be typed for an ESP32 names the same ones."""
    rows = re.findall(r"^\|.*\| `(\w+)` \| GPIO (\d+) \| GPIO (\d+) \|$", PAGE, re.MULTILINE)
    pins = {name: int(numbers[COLUMN[board]]) for name, *numbers in rows}
    assert pins.keys() == {*MICROPHONE, *AMPLIFIER}
    given = {"server": "http://pet.lan", "device_name": "pet", "board": board, "pins": pins}
    assert Settings(given).pins == {**DEFAULTS[board], **pins}
    if board == ESP32:
        typed = re.findall(r"--pin ((?:mic|amp|talk)_\w+)=(\d+)", PAGE)
        assert {name: int(number) for name, number in typed} == pins
