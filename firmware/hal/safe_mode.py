# Safe mode: what a board does whose pet fell again and again. It says so on its panel, joins the
# Wi-Fi, leaves the prompt to whoever stops it there, and after a rest it tries again, so that a
# house full of pets heals by itself when what ailed them has gone. Knows as little as possible of
# what may be broken: no tasks, no watchdog, no logic.

import time

import machine
import network

from firmware.hal.canvas import create_canvas
from firmware.hal.pins import DEFAULTS, chip_here
from firmware.hal.settings import SettingsError, read_settings
from firmware.hal.ssd1306 import Ssd1306

REST_S = 600
LINE_HEIGHT = 12
LINE_LETTERS = 16
LINES = 5
MINUTE_S = 60
I2C_HZ = 400_000


# Restarts the board in the end.
def rest(settings_path: str, cause: str) -> None:
    print("safe mode: too many early boots; Ctrl-C gives the prompt")  # noqa: T201
    pins, wlan = DEFAULTS[chip_here()], None
    try:
        settings = read_settings(settings_path)
        pins = settings.pins
        wlan = _join(settings.wifi_ssid, settings.wifi_password)
    except (SettingsError, OSError, RuntimeError) as failure:
        print(f"safe mode: {failure}")  # noqa: T201
    for left_s in range(REST_S, 0, -1):
        show(pins, ("SAFE MODE", cause, _address(wlan), f"again in {_minutes(left_s)}"))
        time.sleep(1)
    machine.reset()


# The name of what went wrong, and its first words. Where the panel hangs may be what is wrong.
def show_failure(failure: Exception) -> None:
    text = str(failure)
    starts = range(0, (LINES - 1) * LINE_LETTERS, LINE_LETTERS)
    words = [text[start : start + LINE_LETTERS] for start in starts]
    show(DEFAULTS[chip_here()], (type(failure).__name__, words[0], words[1], words[2], words[3]))


# Lines on the panel, if there is one.
def show(pins: dict, lines: tuple) -> None:
    scl, sda = machine.Pin(pins["scl"]), machine.Pin(pins["sda"])
    panel = Ssd1306(machine.I2C(0, scl=scl, sda=sda, freq=I2C_HZ), None)
    canvas = create_canvas(panel.buffer)
    for number, line in enumerate(lines):
        canvas.text(line[:LINE_LETTERS], 0, number * LINE_HEIGHT, 1)
    try:
        panel.flush_at_once()
    except OSError as failure:
        print(f"no panel: {failure}")  # noqa: T201


# The chip goes on trying by itself.
def _join(ssid: str, password: str):
    wlan = network.WLAN(network.STA_IF)
    wlan.active(True)
    wlan.connect(ssid, password)
    return wlan


def _address(wlan) -> str:
    return wlan.ifconfig()[0] if wlan is not None and wlan.isconnected() else "no wifi"


def _minutes(left_s: int) -> str:
    return f"{left_s} s" if left_s < MINUTE_S else f"{left_s // MINUTE_S} min"
