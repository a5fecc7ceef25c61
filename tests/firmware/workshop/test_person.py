"""What a person reads from a panel, and that the model of the panel shows what the driver sends."""

from pathlib import Path

import pytest

from firmware.drawing import text, water
from firmware.hal.canvas import create_canvas
from firmware.hal.ssd1306 import Ssd1306
from firmware.logic.scene import WATER_DROP
from firmware.workshop.models import machine, network
from firmware.workshop.models.panel import Panel
from firmware.workshop.person import LETTERS, code_on, code_picture, drawn, holds, picture_of

SCENE = (WATER_DROP, "Drink water", "Time to hydrate!", False)


@pytest.mark.parametrize(
    "code",
    ["BCDF-GHJK", "LMNP-QRST", "VWXZ-ZXWV", "MWMW-WWMM", *(f"B{x}CD-FG{x}H" for x in LETTERS[:-1])],
)
def test_a_code_is_read_in_one_row_or_two(code: str) -> None:
    """Every letter that a code may have."""
    assert code_on(code_picture(code)) == code


@pytest.mark.parametrize("code", ["", "BCDF", "BCDF-GHJKL", "1234-5678"])
def test_what_is_no_code_is_not_read_as_one(code: str) -> None:
    """Neither the pet that asks for one, nor half of it."""
    assert code_on(code_picture(code)) == ""


def test_words_are_found_where_they_stand() -> None:
    """Wherever that is, and only whole."""
    shown = drawn(lambda canvas: water.draw(canvas, SCENE, 0, 0))
    assert holds(shown, "Drink water")
    assert holds(shown, "Time to")
    assert not holds(shown, "Drink wine")
    assert not holds(drawn(lambda canvas: text.write(canvas, "xii", 0, 0)), "xiii")


def test_the_panel_shows_what_the_driver_sends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when it sends only what has changed."""
    monkeypatch.setattr(machine, "BODY", f"{tmp_path}/")
    monkeypatch.setattr(machine, "PANEL", Panel(), raising=False)
    bus = machine.I2C(0, machine.Pin(22), machine.Pin(21), 400_000)
    driver = Ssd1306(bus, None)
    canvas = create_canvas(driver.buffer)
    for words in ("water", "break", "water!"):
        canvas.fill(0)
        text.write(canvas, words, 30, 40)
        driver.flush_at_once()
        shown = (tmp_path / "panel").read_bytes()
        assert shown == bytes(driver.buffer)
        assert holds(picture_of(shown), words)
    driver.off()
    assert not any((tmp_path / "panel").read_bytes())
    with pytest.raises(OSError, match="no device"):
        bus.writeto(0x3D, b"\x00")


def test_a_finger_holds_a_pin_to_ground(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """That pin and no other."""
    monkeypatch.setattr(machine, "BODY", f"{tmp_path}/")
    pins = [machine.Pin(3), machine.Pin(33)]
    assert [pin.value() for pin in pins] == [1, 1]
    (tmp_path / "held").write_text("33")
    assert [pin.value() for pin in pins] == [1, 0]


def test_a_tone_is_heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When it is loud."""
    monkeypatch.setattr(machine, "BODY", f"{tmp_path}/")
    buzzer = machine.PWM(machine.Pin(25), freq=1_000, duty_u16=0)
    buzzer.freq(880)
    buzzer.duty_u16(32_768)
    buzzer.duty_u16(0)
    assert (tmp_path / "tones").read_text() == "880\n"


@pytest.mark.parametrize(
    ("ssid", "password", "state"),
    [
        ("house", "a-password", network.STAT_GOT_IP),
        ("house", "wrong", network.STAT_WRONG_PASSWORD),
        ("else", "a-password", network.STAT_NO_AP_FOUND),
    ],
)
def test_the_radio_joins_with_the_password_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ssid: str, password: str, state: int
) -> None:
    """And takes a moment."""
    (tmp_path / "wifi").write_text("house\na-password")
    monkeypatch.setattr(network, "BODY", f"{tmp_path}/")
    radio = network.WLAN(network.STA_IF)
    with pytest.raises(OSError, match="Not Started"):
        radio.connect(ssid, password)
    radio.active(True)
    radio.connect(ssid, password)
    joined = [radio.isconnected() for _ in range(4)]
    assert joined == [False, False, state == network.STAT_GOT_IP, state == network.STAT_GOT_IP]
    assert radio.status() == state
    assert (radio.ifconfig()[0] == "127.0.0.1") is joined[-1]
