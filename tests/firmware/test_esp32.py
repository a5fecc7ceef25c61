"""The whole board on models of its parts: what a person at the desk sees, hears and presses."""

import random
from collections.abc import Callable, Iterator

import pytest

from firmware.drawing import display
from firmware.hal.buzzer import LOUD, SILENT
from firmware.hal.settings import Settings, SettingsError
from firmware.hal.ssd1306 import DIM, FULL
from tests.firmware.board.whole import (
    FIRST_BUTTON,
    SECOND_BUTTON,
    SETTINGS,
    Memory,
    WholeBoard,
    esp32,
    machine,
    network,
    start,
)

MINUTE_MS = 60_000
HOME = {"home": "password"}
# When the server of virtual lives first reminds to drink.
REMINDED_MS = 10 * MINUTE_MS


@pytest.fixture
def board_of() -> Iterator[Callable[..., WholeBoard]]:
    """Make boards; their power is taken away at the end."""
    boards: list[WholeBoard] = []

    def board_of(flash: Memory | None = None, cause: int = machine.PWRON_RESET) -> WholeBoard:
        bench, air = machine.Bench(cause=cause), network.Air(HOME)
        boards.append(WholeBoard(bench, air, flash or Memory()))
        return boards[-1]

    yield board_of
    for board in boards:
        board.kernel.close()


@pytest.fixture
def board(board_of: Callable[..., WholeBoard]) -> WholeBoard:
    """One board that has just got its power."""
    return board_of()


@pytest.fixture
def reminded(board: WholeBoard) -> WholeBoard:
    """A board whose pet has just been told to remind."""
    board.live(REMINDED_MS + 31_000)
    assert board.screen() == "WATER_DROP"
    return board


@pytest.fixture
def blind(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw nothing: for lives whose frames nobody looks at, which take long to draw here."""
    monkeypatch.setattr(display, "draw", lambda *_: None)


def frames_not_seen(board: WholeBoard) -> list[str]:
    """Those frames after whose flush the glass showed something else."""
    return [line for line in board.lines if " glass " in line and not line.endswith(" True")]


def test_a_board_joins_asks_and_shows(board: WholeBoard) -> None:
    """Power on: its panel is lit before the radio has joined, and then the server is asked."""
    board.live(400)
    assert board.is_seen()
    assert any(board.bench.panel.glass())
    assert not board.air.is_connected
    board.live(MINUTE_MS)
    assert board.screen() == "IDLE"
    assert board.link() == "-61 dBm"
    assert board.address() == "192.168.1.10:5000"
    assert "/api/water/poll" in board.asked
    assert board.bench.panel.contrast == DIM
    assert frames_not_seen(board) == []


def test_a_reminder_is_seen_heard_and_answered(reminded: WholeBoard) -> None:
    """Bright, with its tone on the PWM pin; a press of the pin is an acknowledgement."""
    assert reminded.is_seen()
    assert reminded.bench.panel.contrast == FULL
    assert reminded.bench.played[1:] == [(880, LOUD), (880, SILENT)]
    reminded.press(FIRST_BUTTON, 200)
    reminded.live(1_000)
    assert "/api/water/ack" in reminded.asked
    assert reminded.screen() == "IDLE"
    assert reminded.is_seen()
    assert frames_not_seen(reminded) == []


def test_the_second_button_shows_how_it_is(board: WholeBoard) -> None:
    """And hides it again."""
    board.live(MINUTE_MS)
    board.press(SECOND_BUTTON, 2_000)
    assert board.display.scene is not None
    assert board.display.scene[0] == "STATUS"
    assert "wifi -61 dBm" in board.display.scene[2]
    assert board.is_seen()
    board.press(SECOND_BUTTON, 100)
    assert board.screen() == "IDLE"


@pytest.mark.usefixtures("blind")
def test_a_wifi_that_drops_is_joined_again(board: WholeBoard) -> None:
    """The sign of being offline comes, and goes when the server answers again."""
    board.live(2 * MINUTE_MS)
    assert not board.is_offline()
    board.air.access_points.clear()
    board.live(4 * MINUTE_MS)
    assert board.is_offline()
    assert board.link() == ""
    asked = len(board.asked)
    board.live(MINUTE_MS)
    assert len(board.asked) == asked  # who looks a name up without a link stops all tasks
    assert any("no wifi" in line for line in board.lines)
    board.air.access_points.update(HOME)
    board.live(3 * MINUTE_MS)
    assert not board.is_offline()
    assert board.link() == "-61 dBm"


@pytest.mark.usefixtures("blind")
def test_a_link_that_lies_is_made_anew(board: WholeBoard) -> None:
    """The radio says that it is connected, and nothing arrives: in some minutes all is well."""
    board.live(2 * MINUTE_MS)
    board.air.is_lying = True
    told = len(board.air.told)
    board.live(4 * MINUTE_MS)
    assert board.is_offline()
    assert board.link() == "-61 dBm"
    board.live(8 * MINUTE_MS)
    assert board.air.told[told:][:3] == ["disconnect", "off", "on"]
    assert not board.is_offline()


@pytest.mark.usefixtures("blind")
def test_the_watchdog_is_fed_while_all_move(board: WholeBoard) -> None:
    """Often enough, on a pet that is well, offline, or without a panel."""
    board.live(MINUTE_MS)
    assert board.bench.watchdog_ms == [esp32.WATCHDOG_MS]
    for plugged, access_points in ((True, HOME), (True, {}), (False, HOME)):
        board.bench.panel.is_plugged = plugged
        board.air.access_points = dict(access_points)
        for _ in range(10):
            fed = board.bench.fed
            board.live(esp32.WATCHDOG_MS // 2)
            assert board.bench.fed > fed


@pytest.mark.usefixtures("blind")
def test_the_watchdog_starves_when_a_task_hangs(board: WholeBoard) -> None:
    """Whoever asks and is never answered stands still; the rest of the pet goes on, and the board
    is to start anew.
    """
    board.live(2 * MINUTE_MS)
    board.is_hanging = True
    board.live(12 * MINUTE_MS)
    fed = board.bench.fed
    board.live(5 * MINUTE_MS)
    assert board.bench.fed == fed
    assert any("stands still" in line for line in board.lines)


@pytest.mark.parametrize("seed", range(4))
def test_a_panel_whose_cable_comes_out_comes_back(board: WholeBoard, seed: int) -> None:
    """In the middle of any frame; the pet lives on meanwhile."""
    chance = random.Random(seed)
    board.live(MINUTE_MS)
    board.bench.panel.writes_left = chance.randrange(40)
    board.live(MINUTE_MS)
    assert any("display stumbled" in line for line in board.lines)
    fed = board.bench.fed
    board.live(MINUTE_MS)
    assert board.bench.fed > fed
    board.bench.panel.lose_power()
    board.bench.panel.writes_left = -1
    board.bench.panel.is_plugged = True
    board.live(10_000)
    assert board.is_seen()
    assert any(board.bench.panel.glass())
    assert frames_not_seen(board) == []


@pytest.mark.usefixtures("blind")
def test_a_good_life_forgives_early_boots(board_of: Callable[..., WholeBoard]) -> None:
    """A minute with a server that answers; before it the boot counts."""
    flash = Memory()
    for early in range(1, 4):
        board_of(flash).live(50_000)
        assert flash.kept("boots") == str(early)
    board_of(flash).live(2 * MINUTE_MS)
    assert flash.kept("boots") is None


@pytest.mark.usefixtures("blind")
def test_a_boot_without_a_server_is_no_good_life(board_of: Callable[..., WholeBoard]) -> None:
    """And nothing restarts a pet for being offline."""
    flash = Memory()
    board = board_of(flash)
    board.air.access_points.clear()
    board.live(20 * MINUTE_MS)
    assert flash.kept("boots") == "1"
    assert board.bench.fed > 50


def test_who_stops_it_gets_silence_and_time(reminded: WholeBoard) -> None:
    """At the prompt nobody feeds the watchdog, and no tone may go on for ever."""
    reminded.tone(440, 60_000)
    reminded.live(1_000)
    assert reminded.bench.played[-1] == (440, LOUD)
    reminded.stop()
    assert reminded.bench.played[-1] == (440, SILENT)
    assert reminded.bench.watchdog_ms == [esp32.WATCHDOG_MS, esp32.PROMPT_MS]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"board": "esp32s3"}, "board: this is an esp32"),
        ({"wifi_ssid": ""}, "wifi_ssid: is needed on a board"),
    ],
)
def test_settings_that_are_another_boards_are_refused(given: dict[str, str], words: str) -> None:
    """Its pins would be others, and it has no other network."""
    with pytest.raises(SettingsError, match=words):
        start.require_chip(Settings({**SETTINGS, **given}))
