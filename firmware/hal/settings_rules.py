# What may stand in settings.json, and what is meant where nothing stands. Strict, so that a slip of
# the pen is told at once and not by a pet that stays dark. A board loads it only while it reads its
# settings (start.py). Does not belong here: what comes of them (settings.py).

from firmware.hal.pins import AMPLIFIER, DEFAULTS, ESP32, MICROPHONE, WANTED, refusal
from firmware.hal.settings import POLLING, SettingsError

# Every name, with what is meant without it.
NAMES: dict = {
    "wifi_ssid": "",
    "wifi_password": "",
    "server": None,
    "device_name": None,
    "user_id": "",
    "pairs": True,
    "polling": "next",
    "board": ESP32,
    "pins": {},
    "camera_url": "",
}
TYPES = {str: "text", bool: "true or false", dict: "an object"}

SCHEME = "http://"
HTTP_PORT = 80
PORT_MAX = 65_535
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
HOST_LETTERS = LETTERS + "0123456789.-"
HOST_LEN_MAX = 253
SSID_BYTES_MAX = 32
PASSWORD_LEN_MIN = 8
PASSWORD_LEN_MAX = 63
DEVICE_NAME_LEN_MAX = 64
USER_ID_LEN_MAX = 128
CAMERA_LEN_MAX = 128


# What every name stands for, under the names of Settings.
def checked(given: dict) -> dict:
    values = _complete(given)
    host, port = _server(values["server"])
    board = _one_of("board", values["board"], tuple(sorted(DEFAULTS)))
    return {
        "wifi_ssid": _ssid(values["wifi_ssid"]),
        "wifi_password": _password(values["wifi_password"]),
        "host": host,
        "port": port,
        "device_name": _label("device_name", values["device_name"], DEVICE_NAME_LEN_MAX),
        "pairs": values["pairs"],
        "user_id": _user(values["user_id"], is_needed=not values["pairs"]),
        "polling": _one_of("polling", values["polling"], POLLING),
        "board": board,
        "pins": _pins(board, values["pins"]),
        "camera_url": _camera(values["camera_url"]),
    }


def _complete(given: dict) -> dict:
    if not isinstance(given, dict):
        raise SettingsError("settings: must be one object")
    for name in given:
        if name not in NAMES:
            raise SettingsError(f"{name}: is not known; known are {', '.join(sorted(NAMES))}")
    return {name: _typed(name, given.get(name), NAMES[name]) for name in NAMES}


# The type of what is meant without it is the type that it must have.
def _typed(name: str, value, default):
    if value is None:
        value = default
    if value is None:
        raise SettingsError(f"{name}: is needed")
    wanted = str if default is None else type(default)
    if type(value) is not wanted:
        raise SettingsError(f"{name}: must be {TYPES[wanted]}")
    return value


def _one_of(name: str, value: str, known: tuple) -> str:
    if value not in known:
        raise SettingsError(f"{name}: must be one of {', '.join(known)}")
    return value


def _has_control(text: str) -> bool:
    return any(letter < " " or "\x7f" <= letter <= "\x9f" for letter in text)


# What the server takes as a name: legible, and nothing before or behind it.
def _label(name: str, value: str, len_max: int) -> str:
    if not 1 <= len(value) <= len_max:
        raise SettingsError(f"{name}: must have 1 to {len_max} characters")
    if _has_control(value):
        raise SettingsError(f"{name}: must hold no control characters")
    if value != value.strip():
        raise SettingsError(f"{name}: must neither begin nor end with a space")
    return value


# Of a pet that pairs it is a wish, and may be empty: whose it becomes says who confirms its code.
def _user(value: str, *, is_needed: bool) -> str:
    if value:
        return _label("user_id", value, USER_ID_LEN_MAX)
    if is_needed:
        raise SettingsError("user_id: is needed, since pairs is false")
    return value


# Empty on a computer, which has a network already.
def _ssid(value: str) -> str:
    if len(value.encode()) > SSID_BYTES_MAX:
        raise SettingsError(f"wifi_ssid: must have at most {SSID_BYTES_MAX} bytes")
    return value


# Empty for a Wi-Fi without one.
def _password(value: str) -> str:
    if value and not PASSWORD_LEN_MIN <= len(value) <= PASSWORD_LEN_MAX:
        raise SettingsError(
            f"wifi_password: must have {PASSWORD_LEN_MIN} to {PASSWORD_LEN_MAX} characters"
        )
    return value


# Host and port. TLS would take as much memory as the rest of the pet: it speaks HTTP on the network
# of the house, and who wants TLS beyond that puts a proxy before the server.
def _server(url: str) -> tuple:
    if url.startswith("https://"):
        raise SettingsError("server: must begin with http://, since a pet speaks no TLS")
    if not url.startswith(SCHEME):
        raise SettingsError("server: must begin with http://")
    host, colon, port = url[len(SCHEME) :].rstrip("/").partition(":")
    if "/" in host or "/" in port or "?" in url or "#" in url:
        raise SettingsError("server: must end after its port, without a path")
    if not 1 <= len(host) <= HOST_LEN_MAX or any(letter not in HOST_LETTERS for letter in host):
        raise SettingsError("server: must name a host, as in http://192.168.1.10:5000")
    return host, _port(port) if colon else HTTP_PORT


def _port(text: str) -> int:
    is_number = 1 <= len(text) <= len(str(PORT_MAX)) and all(
        digit in "0123456789" for digit in text
    )
    if not is_number or not 1 <= int(text) <= PORT_MAX:
        raise SettingsError(f"server: its port must be a number from 1 to {PORT_MAX}")
    return int(text)


def _pins(board: str, given: dict) -> dict:
    pins = dict(DEFAULTS[board])
    for name, pin in given.items():
        if name not in pins and name not in MICROPHONE + AMPLIFIER:
            known = ", ".join(sorted(tuple(DEFAULTS[board]) + MICROPHONE + AMPLIFIER))
            raise SettingsError(f"pins.{name}: is not known; known are {known}")
        if type(pin) is not int:
            raise SettingsError(f"pins.{name}: must be a whole number")
        pins[name] = pin
    used: dict = {}
    for name in sorted(pins):
        reason = refusal(board, pins[name])
        if reason:
            raise SettingsError(f"pins.{name}: pin {pins[name]} of {board} {reason}")
        if pins[name] in used:
            raise SettingsError(f"pins.{name}: pin {pins[name]} is {used[pins[name]]} already")
        used[pins[name]] = name
    _require_whole(pins)
    return pins


def _require_whole(pins: dict) -> None:
    for there, wanted in WANTED:
        for name in there:
            for other in wanted:
                if name in pins and other not in pins:
                    raise SettingsError(f"pins.{other}: is needed with pins.{name}")


def _camera(url: str) -> str:
    is_address = url.startswith((SCHEME, "https://")) and " " not in url and not _has_control(url)
    if url and (not is_address or len(url) > CAMERA_LEN_MAX):
        raise SettingsError("camera_url: must be empty or begin with http://")
    return url
