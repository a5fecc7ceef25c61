"""How a board starts: it counts, becomes a pet or rests, and tells what goes wrong."""

import json
import sys
import time
from pathlib import Path

import pytest

from firmware import hal
from firmware.hal.boots import EARLY_BOOTS_MAX
from firmware.hal.canvas import create_canvas
from firmware.hal.flash import Flash
from firmware.hal.pins import DEFAULTS, ESP32
from firmware.hal.settings import Settings
from tests.firmware.board.whole import SETTINGS, esp32, machine, main, network, safe_mode, start

HOME = {"home": "password"}


def drawn(*lines: str) -> bytes:
    """The glass with these lines of text, as safe mode writes them."""
    buffer = bytearray(1024)
    canvas = create_canvas(buffer)
    for number, line in enumerate(lines):
        canvas.text(line, 0, number * safe_mode.LINE_HEIGHT, 1)
    return bytes(buffer)


class Desk:
    """A board that runs its real main.py in a folder, as often as its power comes."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """With settings, and a clock that does not wait."""
        self.bench = machine.lay_out(machine.Bench())
        self.air = network.lay_out(network.Air(HOME))
        self.slept: list[float] = []
        self.glasses: list[bytes] = []
        self.flash = Flash(str(folder / "kept"))
        self.lives: list[int] = []
        monkeypatch.chdir(folder)
        monkeypatch.setattr(time, "sleep", self._sleep)
        (folder / "settings.json").write_text(json.dumps(SETTINGS), encoding="utf-8")

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.glasses.append(self.bench.panel.glass())

    def boot(self) -> None:
        """Boot and live until the board resets itself."""
        self.bench.panel.lose_power()
        network.WLAN(network.STA_IF).active(False)
        self.slept.clear()
        self.glasses.clear()
        with pytest.raises(machine.Reset):
            main.main()


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A board on a desk."""
    return Desk(tmp_path, monkeypatch)


def fail(settings: Settings, flash: Flash, boots: object) -> None:
    """Live as a broken pet does."""
    raise ValueError("a broken version that nobody tried")


def test_after_five_early_boots_it_rests_and_then_tries_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says so on its panel, joins the Wi-Fi, and after ten minutes there is one try."""
    monkeypatch.setattr(esp32, "live", fail)
    for _ in range(EARLY_BOOTS_MAX):
        desk.boot()
        assert desk.slept == [main.RESTART_S]
    for _ in range(2):
        desk.boot()
        assert desk.slept == [1] * safe_mode.REST_S
        assert desk.glasses[0] == drawn("SAFE MODE", "power on", "no wifi", "again in 10 min")
        assert desk.glasses[-1] == drawn("SAFE MODE", "power on", "192.168.1.77", "again in 1 s")
        assert desk.bench.watchdog_ms == []
        desk.boot()
        assert desk.slept == [main.RESTART_S]
    desk.boot()
    monkeypatch.setattr(esp32, "live", lambda *found: found[-1].end_well())
    desk.boot()
    assert desk.flash.kept("boots") is None


def test_a_rest_needs_neither_panel_nor_settings_nor_radio(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is broken, it tries again in the end."""
    desk.flash.folder = "kept"
    Path("kept").mkdir()
    desk.flash.keep("boots", "5")
    Path("settings.json").write_text("{", encoding="utf-8")
    desk.bench.panel.is_plugged = False
    desk.air.is_refusing = True
    desk.boot()
    assert len(desk.slept) == safe_mode.REST_S
    desk.flash.keep("boots", "5")
    Path("settings.json").write_text(json.dumps(SETTINGS), encoding="utf-8")
    desk.boot()
    assert len(desk.slept) == safe_mode.REST_S


def test_what_fails_at_the_start_is_told(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """At the cable and on the panel; then the board starts again."""
    monkeypatch.setattr(esp32, "live", fail)
    desk.boot()
    assert desk.glasses == [drawn("ValueError", "a broken version", " that nobody tri", "ed", "")]
    assert "a broken version that nobody tried" in capsys.readouterr().out


def test_what_fails_at_the_start_without_a_panel_is_told(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """At the cable."""
    monkeypatch.setattr(esp32, "live", fail)
    desk.bench.panel.is_plugged = False
    desk.boot()
    assert desk.slept == [main.RESTART_S]
    assert "a broken version that nobody tried" in capsys.readouterr().out


def test_who_stops_it_gets_the_prompt(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C in a pet that lives, or that rests: nothing restarts, and the watchdog waits."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    async def live_and_stop(board: esp32.Esp32Board) -> None:
        board.watchdog = machine.WDT(timeout=esp32.WATCHDOG_MS)
        stop()

    monkeypatch.setattr(esp32.Esp32Board, "run", live_and_stop)
    with pytest.raises(KeyboardInterrupt):
        main.main()
    assert desk.slept == []
    assert desk.bench.watchdog_ms == [esp32.WATCHDOG_MS, esp32.PROMPT_MS]
    desk.flash.keep("boots", "5")
    monkeypatch.setattr(time, "sleep", stop)
    with pytest.raises(KeyboardInterrupt):
        main.main()


def test_the_board_counts_before_it_loads(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pet that kills the board while it is loaded is counted, too."""
    counted: list[str | None] = []
    monkeypatch.setattr(esp32, "live", lambda *_: counted.append(desk.flash.kept("boots")))
    desk.boot()
    assert counted == ["1"]


def test_what_only_reads_the_settings_goes_before_the_pet_comes(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A board has no room for both."""
    there: list[bool] = []

    def look(settings: Settings, _flash: Flash, _boots: object) -> None:
        there.append(settings.pins == DEFAULTS[ESP32])
        there.extend(f"firmware.hal.{name}" in sys.modules for name in start.READERS)
        there.extend(hasattr(hal, name) for name in start.READERS)

    monkeypatch.setattr(esp32, "live", look)
    desk.boot()
    assert there == [True, False, False, False, False]
