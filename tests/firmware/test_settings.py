"""The settings of a pet: what may stand in them, and that a slip of the pen is told by name."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from firmware.hal.pins import DEFAULTS, LAST, REFUSED, refusal
from firmware.hal.settings import Settings, SettingsError, read_settings
from firmware.hal.virtual.board import VirtualBoard
from firmware.logic.pairing import Pairing
from firmware.logic.parts import Parts

MICROPHONE = {"mic_sck": 14, "mic_ws": 13, "mic_sd": 27, "talk_button": 4}
AMPLIFIER = {"amp_sck": 18, "amp_ws": 19, "amp_sd": 23}
LEAST = {"server": "http://192.168.1.10:5000", "device_name": "desk pet"}


def settings(**given: object) -> Settings:
    """Make settings of the least that is needed and of this."""
    return Settings({**LEAST, **given})


def without(name: str) -> dict[str, int]:
    """The pins of a microphone but for one."""
    return {other: pin for other, pin in MICROPHONE.items() if other != name}


def test_the_least_is_a_server_and_a_name() -> None:
    """Everything else has a meaning without being said."""
    least = settings()
    assert (least.host, least.port) == ("192.168.1.10", 5000)
    assert (least.board, least.pins) == ("esp32", DEFAULTS["esp32"])
    config = least.config()
    assert (config.device_id, config.pairs, config.use_next_poll) == ("desk pet", True, True)
    assert config.user_id == ""  # whoever confirms its code says whose it is


def test_the_file_says_what_the_pet_is(tmp_path: Path) -> None:
    """Every name of the file arrives."""
    given = {
        "wifi_ssid": "Zuhause 2",
        "wifi_password": "pass word",
        "server": "http://pet.example",
        "device_name": "Schreibtisch-Tier",
        "user_id": "audrey",
        "pairs": False,
        "polling": "fixed",
        "board": "esp32s3",
        "pins": {"scl": 17, "buzzer": 18},
        "camera_url": "http://192.168.1.20:81/stream",
    }
    path = tmp_path / "settings.json"
    path.write_text(json.dumps(given, ensure_ascii=False), encoding="utf-8")
    read = read_settings(str(path))
    assert (read.wifi_ssid, read.wifi_password) == ("Zuhause 2", "pass word")
    assert (read.host, read.port) == ("pet.example", 80)
    assert read.pins == {"scl": 17, "sda": 8, "first_button": 4, "second_button": 5, "buzzer": 18}
    assert read.camera_url == "http://192.168.1.20:81/stream"
    config = read.config()
    assert (config.user_id, config.device_id) == ("audrey", "Schreibtisch-Tier")
    assert (config.pairs, config.use_next_poll) == (False, False)
    assert config.camera_url == read.camera_url


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"wifi_sid": "x"}, "wifi_sid: is not known"),
        ({"server": None}, "server: is needed"),
        ({"device_name": None}, "device_name: is needed"),
        ({"server": 5000}, "server: must be text"),
        ({"pairs": "yes"}, "pairs: must be true or false"),
        ({"pairs": 1}, "pairs: must be true or false"),
        ({"pins": [22, 21]}, "pins: must be an object"),
        ({"server": "https://pet.example"}, "server: must begin with http://, since"),
        ({"server": "192.168.1.10:5000"}, "server: must begin with http://"),
        ({"server": "http://"}, "server: must name a host"),
        ({"server": "http://pet.example/api"}, "server: must end after its port"),
        ({"server": "http://pet.example:5000/api"}, "server: must end after its port"),
        ({"server": "http://pet.example:5000?x"}, "server: must end after its port"),
        ({"server": "http://me:pass@pet.example"}, "server: its port must be"),
        ({"server": "http://me@pet.example"}, "server: must name a host"),
        ({"server": "http://[::1]:5000"}, "server: must name a host"),
        ({"server": "http://p\u00e9t:5000"}, "server: must name a host"),
        ({"server": "http://pet:0"}, "server: its port must be"),
        ({"server": "http://pet:65536"}, "server: its port must be"),
        ({"server": "http://pet:"}, "server: its port must be"),
        ({"server": "http://pet:5_0"}, "server: its port must be"),
        ({"server": "http://pet:\u0661"}, "server: its port must be"),
        ({"device_name": ""}, "device_name: must have 1 to 64"),
        ({"device_name": "x" * 65}, "device_name: must have 1 to 64"),
        ({"device_name": " pet"}, "device_name: must neither begin"),
        ({"device_name": "a\tb"}, "device_name: must hold no control"),
        ({"device_name": "a\x85b"}, "device_name: must hold no control"),
        ({"user_id": "x" * 129}, "user_id: must have 1 to 128"),
        ({"pairs": False}, "user_id: is needed"),
        ({"pairs": False, "user_id": ""}, "user_id: is needed"),
        ({"user_id": " "}, "user_id: must neither begin"),
        ({"polling": "often"}, "polling: must be one of next, fixed"),
        ({"board": "esp8266"}, "board: must be one of esp32, esp32s3"),
        ({"wifi_ssid": "\u00fc" * 17}, "wifi_ssid: must have at most 32 bytes"),
        ({"wifi_password": "seven77"}, "wifi_password: must have 8 to 63"),
        ({"wifi_password": "x" * 64}, "wifi_password: must have 8 to 63"),
        ({"pins": {"led": 2}}, "pins.led: is not known; known are amp_sck, amp_sd, amp_ws, b"),
        ({"pins": {"scl": "22"}}, "pins.scl: must be a whole number"),
        ({"pins": {"scl": True}}, "pins.scl: must be a whole number"),
        ({"pins": {"scl": 21}}, "pins.sda: pin 21 is scl already"),
        ({"pins": {"first_button": 34}}, "pin 34 of esp32 can only be an input"),
        ({"pins": {"buzzer": 12}}, "pin 12 of esp32 decides at power-on"),
        ({"pins": {"buzzer": 6}}, "pin 6 of esp32 is where the flash"),
        ({"pins": {"buzzer": 1}}, "pin 1 of esp32 is the serial line"),
        ({"pins": {"buzzer": 24}}, "pin 24 of esp32 does not exist"),
        ({"pins": {"buzzer": 40}}, "pin 40 of esp32 does not exist"),
        ({"pins": {"buzzer": -1}}, "pin -1 of esp32 does not exist"),
        ({"board": "esp32s3", "pins": {"buzzer": 19}}, "pin 19 of esp32s3 is the USB line"),
        ({"board": "esp32s3", "pins": {"scl": 22}}, "pin 22 of esp32s3 does not exist"),
        ({"pins": {"mic_sck": 14}}, "pins.mic_ws: is needed with pins.mic_sck"),
        ({"pins": {**MICROPHONE, "talk_button": None}}, "pins.talk_button: must be a whole number"),
        ({"pins": without("talk_button")}, "pins.talk_button: is needed with pins.mic_sck"),
        ({"pins": AMPLIFIER}, "pins.mic_sck: is needed with pins.amp_sck"),
        ({"pins": {**MICROPHONE, "amp_ws": 19}}, "pins.amp_sck: is needed with pins.amp_ws"),
        ({"pins": {**MICROPHONE, "mic_sd": 25}}, "pins.mic_sd: pin 25 is buzzer already"),
        ({"pins": {**MICROPHONE, "mic_sd": 35}}, "pin 35 of esp32 can only be an input"),
        ({"camera_url": "192.168.1.20"}, "camera_url: must be empty or begin"),
        ({"camera_url": "http://a b"}, "camera_url: must be empty or begin"),
    ],
)
def test_a_slip_of_the_pen_is_told_by_name(given: dict[str, object], words: str) -> None:
    """Each sentence begins with the name of what is wrong."""
    with pytest.raises(SettingsError) as told:
        settings(**given)
    assert words in str(told.value)


@pytest.mark.parametrize(
    "given",
    [
        {"server": "http://pet:65535/", "device_name": "x" * 64},
        {"wifi_password": "x" * 63, "wifi_ssid": "\u00fc" * 16},
        {"wifi_password": "", "device_name": "x"},
        {"pairs": False, "user_id": "x" * 128},
        {"pins": {}},
        {"pins": {"scl": 21, "sda": 22}},
        {"pins": MICROPHONE},
        {"pins": {**AMPLIFIER, **MICROPHONE}},
    ],
)
def test_what_is_just_inside_is_taken(given: dict[str, object]) -> None:
    """Nothing is refused that a board could do."""
    settings(**given)


@pytest.mark.parametrize("board", sorted(DEFAULTS))
def test_the_pins_that_are_meant_may_be_used(board: str) -> None:
    """They pass the table of their own board, and each pin is refused for one reason at most."""
    assert [refusal(board, pin) for pin in DEFAULTS[board].values()] == [""] * 5
    assert len(set(DEFAULTS[board].values())) == 5
    refused = [pin for pins, _ in REFUSED[board] for pin in pins]
    assert len(refused) == len(set(refused))
    assert max(refused) <= LAST[board]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is no JSON"),
        ('{"server": ', "is no JSON"),
        ("[]", "settings: must be one object"),
        ('"http://"', "settings: must be one object"),
    ],
)
def test_a_file_that_is_no_settings_is_told(text: str, words: str, tmp_path: Path) -> None:
    """Half a file, as an unplugged cable leaves it, is no reason to fall."""
    path = tmp_path / "settings.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=words):
        read_settings(str(path))


def test_a_file_that_is_not_there_or_no_text_is_told(tmp_path: Path) -> None:
    """By its name."""
    path = tmp_path / "settings.json"
    with pytest.raises(SettingsError, match=r"settings\.json: cannot be read"):
        read_settings(str(path))
    path.write_bytes(b'{"server": "\xff"}')
    with pytest.raises(SettingsError, match=r"settings\.json: is no JSON"):
        read_settings(str(path))


@pytest.mark.parametrize(("user_id", "wish"), [("", None), ("audrey", "audrey")])
def test_a_pet_without_a_user_asks_for_nobody(
    board_with: Callable[[], VirtualBoard], user_id: str, wish: str | None
) -> None:
    """Whoever confirms its code must say whose it is."""
    board = board_with()
    pairing = Pairing(Parts(board, settings(user_id=user_id).config()))
    board.spawn("pairing", pairing.turn())
    board.kernel.run(1_000)
    assert [request[2]["user_id"] for request in board.server.requests] == [wish]
