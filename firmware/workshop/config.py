"""``task firmware:config``: write the settings of a pet onto its board.

What is not said stays as it is there; what has never been said is asked for, at a terminal. All of
it is tried before anything is written, so that a slip of the pen is told here and not by a pet that
stays dark. A password is read from a file, from the environment or without echo, never from the
command line, where others of this machine can see it.

Not here: what may stand in settings (``firmware/hal/settings.py``).
"""

import getpass
import hashlib
import json
import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from firmware.hal.pins import DEFAULTS, ESP32, ESP32S3
from firmware.hal.settings import POLLING, Settings, SettingsError
from firmware.workshop import cable, command, on_board
from firmware.workshop.command import Refused

PASSWORD_ENV = "PETCORE_WIFI_PASSWORD"  # noqa: S105
PIN_HELP = "where a part hangs; NAME=none takes one away that a board need not have"
# What must be said, in the order in which it is asked for, and the question.
NEEDED = {
    "wifi_ssid": "name of the Wi-Fi",
    "wifi_password": "its password",
    "server": "server, such as http://192.168.1.10:5000",
    "device_name": "name of the pet",
}


@dataclass(frozen=True, slots=True)
class Terminal:
    """How people are asked; ``ask_secret`` shows nothing of the answer."""

    ask: Callable[[str], str]
    ask_secret: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class OnBoard:
    """What the board says: its settings, and which chip it is."""

    settings: dict[str, object]
    chip: str


def read(port: str) -> OnBoard:
    """Ask a board; it stands still afterwards until it is reset. Raises ``Refused``, ``Failed``."""
    said = cable.call(port, "exec", on_board.READ.format(path=on_board.SETTINGS))
    try:
        answer = json.loads(said.strip().splitlines()[-1])
        chip = ESP32S3 if "ESP32S3" in answer["machine"] else ESP32
        return OnBoard(_settings_of(answer["text"]), chip)
    except (ValueError, TypeError, KeyError, IndexError) as error:
        raise cable.no_answer(port, said) from error


def _settings_of(text: str | None) -> dict[str, object]:
    """Settings that cannot be read are none."""
    try:
        found = json.loads(text or "{}")
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {}


def merged(
    kept: Mapping[str, object], given: Mapping[str, object], chip: str, terminal: Terminal | None
) -> dict[str, object]:
    """The settings to write: what is given, else what is kept, else what is asked for. With nothing
    given all is asked for, and an empty answer keeps what there is. Raises ``Refused``.
    """
    settings = {"board": chip, **kept, **given}
    if settings["board"] != kept.get("board", chip):
        settings["pins"] = _wired(given)
    elif "pins" in given:
        settings["pins"] = _wired(kept, given)
    if given.get("wifi_ssid", kept.get("wifi_ssid")) != kept.get("wifi_ssid"):
        settings.pop("wifi_password", None)
        settings.update({name: given[name] for name in ("wifi_password",) if name in given})
    for name, question in NEEDED.items():
        if name in given or (given and settings.get(name) is not None):
            continue
        if terminal is None:
            if settings.get(name) is None:
                raise Refused(f"{name} is not known yet; say {_option(name)}")
            continue
        settings[name] = _asked(terminal, name, question, settings.get(name))
    _require_valid(settings, chip)
    return settings


def _wired(*settings: Mapping[str, object]) -> dict[str, object]:
    """The pins of these settings, the later ones counting; none of a part that is there no more."""
    pins = {name: pin for one in settings for name, pin in _pins(one).items()}
    return {name: pin for name, pin in pins.items() if pin is not None}


def _pins(settings: Mapping[str, object]) -> dict[str, object]:
    pins = settings.get("pins")
    return pins if isinstance(pins, dict) else {}


def _option(name: str) -> str:
    if name == "wifi_password":
        return f"--wifi-password-file FILE, or set {PASSWORD_ENV}"
    return f"--{name.replace('_', '-')}"


def _asked(terminal: Terminal, name: str, question: str, kept: object) -> object:
    if name == "wifi_password":
        empty = "Enter keeps the one there is" if kept else "Enter if it has none"
        return terminal.ask_secret(f"{question} (not shown; {empty}): ") or kept or ""
    shown = f" [{kept}]" if kept else ""
    return terminal.ask(f"{question}{shown}: ").strip() or kept


def _require_valid(settings: Mapping[str, object], chip: str) -> None:
    """Raise ``Refused`` for what the pet would refuse when it starts."""
    try:
        Settings(dict(settings))
    except SettingsError as wrong:
        raise Refused(str(wrong)) from wrong
    if not settings.get("wifi_ssid"):
        raise Refused("wifi_ssid: is needed on a board")
    if settings["board"] != chip:
        raise Refused(f"board: this is an {chip}")


def shown(settings: Mapping[str, object]) -> str:
    """The settings for people to read, without the password."""
    masked = {
        name: "(kept to itself)" if name == "wifi_password" and value else value
        for name, value in settings.items()
    }
    return json.dumps(masked, indent=2, sort_keys=True, ensure_ascii=False)


def write(port: str, settings: Mapping[str, object], *, then: Sequence[str] = ()) -> None:
    """Put settings onto a board, the old ones or the new ones at any moment, do what ``then``
    says, and start it. Raises ``Refused``, ``Failed``.
    """
    text = json.dumps(settings, sort_keys=True).encode()
    move = (f"{on_board.SETTINGS}.new", on_board.SETTINGS, hashlib.sha256(text).hexdigest())
    switch = on_board.SWITCH.format(moves=[move], removed=[], emptied=[])
    with TemporaryDirectory() as folder:  # into which nobody else may look
        file = Path(folder, "settings.json")
        file.write_bytes(text)
        copy = ["exec", on_board.GIVE_TIME, "+", "fs", "cp", str(file), f":{move[0]}"]
        forget = forgetting((on_board.BOOTS,))
        cable.call(port, *copy, "+", "exec", switch, "+", *then, *forget, *cable.RESET)


def forgetting(paths: Sequence[str]) -> list[str]:
    """What mpremote is told so that the board forgets these, something else following."""
    return ["exec", on_board.FORGET.format(paths=paths), "+"]


def given_by(asked: Namespace) -> dict[str, object]:
    """The settings that the command line, a file and the environment give. Raises ``Refused``."""
    texts = ("wifi_ssid", "server", "device_name", "user_id", "board", "polling", "camera_url")
    given: dict[str, object] = {
        name: getattr(asked, name) for name in texts if getattr(asked, name) is not None
    }
    if asked.pairs is not None:
        given["pairs"] = asked.pairs == "yes"
    if asked.pin:
        given["pins"] = dict(_pin(text) for text in asked.pin)
    password = _password(asked.wifi_password_file)
    if password is not None:
        given["wifi_password"] = password
    return given


def _pin(text: str) -> tuple[str, int | None]:
    """A name and a number; none for a part that is there no more."""
    name, _, number = text.partition("=")
    if number == "none":
        return name, None
    if not number.isdecimal():
        raise Refused(f"--pin {text}: must be NAME=NUMBER, such as first_button=4")
    return name, int(number)


def _password(file: Path | None) -> str | None:
    if file is None:
        return os.environ.get(PASSWORD_ENV)
    try:
        return file.read_text(encoding="utf-8").rstrip("\r\n")
    except OSError as error:
        raise Refused(f"--wifi-password-file {file}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise Refused(f"--wifi-password-file {file}: it is no text in UTF-8") from error


def _execute(asked: Namespace) -> None:
    given = given_by(asked)
    found = read(asked.port)
    if asked.show:
        cable.call(asked.port, *cable.RESET)
        print(shown(found.settings))
        return
    forget = forgetting(on_board.PAIRING) if asked.forget_pairing else []
    if asked.forget_pairing and not given:
        print(cable.call(asked.port, *forget, *cable.RESET).strip() or "there was no pairing")
        return
    terminal = Terminal(input, getpass.getpass) if sys.stdin.isatty() else None
    settings = merged(found.settings, given, found.chip, terminal)
    write(asked.port, settings, then=forget)
    print(shown(settings))
    print("written; the board starts anew")


def _parser() -> ArgumentParser:
    parser = command.command_line("config", "Write the settings of a pet onto its board.")
    parser.add_argument("--port", required=True, help="such as /dev/ttyUSB0")
    parser.add_argument("--wifi-ssid", metavar="NAME")
    parser.add_argument(
        "--wifi-password-file",
        type=Path,
        metavar="FILE",
        help=f"its text is the password; so is what {PASSWORD_ENV} says",
    )
    parser.add_argument("--server", metavar="URL", help="such as http://192.168.1.10:5000")
    parser.add_argument("--device-name", metavar="NAME")
    parser.add_argument("--user-id", metavar="USER")
    parser.add_argument("--pairs", choices=("yes", "no"), help="whether it wants a token")
    parser.add_argument("--polling", choices=POLLING)
    parser.add_argument("--board", choices=sorted(DEFAULTS), help="(default what it says it is)")
    parser.add_argument("--camera-url", metavar="URL")
    parser.add_argument("--pin", action="append", metavar="NAME=NUMBER", help=PIN_HELP)
    parser.add_argument("--show", action="store_true", help="print what is there, and no more")
    parser.add_argument("--forget-pairing", action="store_true", help="let it ask for a code again")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Ask, write, say what was written, and return the exit code."""
    return command.run(_parser(), _execute, arguments)


if __name__ == "__main__":
    sys.exit(main())
