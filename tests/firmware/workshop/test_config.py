"""Settings are asked for, merged and tried before a board is written to."""

import json
import stat
from pathlib import Path

import pytest

from firmware.hal.pins import ESP32, ESP32S3
from firmware.workshop import cable, config
from firmware.workshop.command import Exit, Failed, Refused
from firmware.workshop.config import Terminal, given_by, merged, shown

MICROPHONE = {"mic_sck": 14, "mic_ws": 13, "mic_sd": 27, "talk_button": 4}
KEPT: dict[str, object] = {
    "board": ESP32,
    "wifi_ssid": "house",
    "wifi_password": "old-password",
    "server": "http://192.168.1.10:5000",
    "device_name": "desk",
}
PORT = ["--port", "P"]


class Person:
    """Who answers at a terminal, and what was asked of him."""

    def __init__(self, *answers: str) -> None:
        """He gives these answers, one after the other."""
        self.answers = list(answers)
        self.asked: list[str] = []
        self.terminal = Terminal(self.answer, lambda asked: self.answer(f"hidden {asked}"))

    def answer(self, asked: str) -> str:
        """The next one."""
        self.asked.append(asked)
        return self.answers.pop(0)


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(config.PASSWORD_ENV, raising=False)


def given(*words: str) -> dict[str, object]:
    """What a command line gives."""
    return given_by(config._parser().parse_args([*PORT, *words]))


def test_a_new_board_is_asked_about_everything() -> None:
    """In order, the password without echo."""
    person = Person("house", "a-password", "http://10.0.0.2:5000", "desk")
    settings = merged({}, {}, ESP32S3, person.terminal)
    assert settings == {
        "board": ESP32S3,
        "wifi_ssid": "house",
        "wifi_password": "a-password",
        "server": "http://10.0.0.2:5000",
        "device_name": "desk",
    }
    assert [asked.startswith("hidden") for asked in person.asked] == [False, True, False, False]


def test_an_empty_answer_keeps_what_is_there() -> None:
    """Which is shown, but for the password."""
    person = Person("", "", "", "")
    assert merged(KEPT, {}, ESP32, person.terminal) == KEPT
    assert "[house]" in person.asked[0]
    assert "old-password" not in "".join(person.asked)


def test_what_is_given_is_not_asked_for() -> None:
    """Nor what is there already."""
    person = Person()
    settings = merged(KEPT, given("--device-name", "shelf"), ESP32, person.terminal)
    assert settings == {**KEPT, "device_name": "shelf"}


def test_another_wifi_has_another_password() -> None:
    """The old one would only keep it from joining."""
    person = Person("new-password")
    settings = merged(KEPT, given("--wifi-ssid", "office"), ESP32, person.terminal)
    assert settings == {**KEPT, "wifi_ssid": "office", "wifi_password": "new-password"}
    with pytest.raises(Refused, match=f"wifi_password is not known yet.*{config.PASSWORD_ENV}"):
        merged(KEPT, given("--wifi-ssid", "office"), ESP32, None)


def test_the_same_wifi_keeps_its_password() -> None:
    """Said again, it is no other."""
    assert merged(KEPT, given("--wifi-ssid", "house"), ESP32, None) == KEPT


def test_without_a_terminal_what_is_missing_is_named() -> None:
    """With the option that gives it."""
    with pytest.raises(Refused, match="server is not known yet; say --server"):
        merged({}, {"wifi_ssid": "house", "wifi_password": ""}, ESP32, None)


def test_pins_are_added_to_those_that_are_there() -> None:
    """Of another board they are others."""
    kept = {**KEPT, "pins": {"buzzer": 26}}
    settings = merged(kept, given("--pin", "first_button=27"), ESP32, None)
    assert settings["pins"] == {"buzzer": 26, "first_button": 27}
    other = merged(kept, given("--board", ESP32S3), ESP32S3, None)
    assert (other["board"], other["pins"]) == (ESP32S3, {})


def test_a_part_that_is_there_no_more_is_told_so() -> None:
    """Pin by pin; half a part is refused."""
    there = {"buzzer": 26, **MICROPHONE}
    gone = [word for name in MICROPHONE for word in ("--pin", f"{name}=none")]
    kept = {**KEPT, "pins": there}
    assert merged(kept, given(*gone), ESP32, None)["pins"] == {"buzzer": 26}
    assert merged(KEPT, given(*gone), ESP32, None)["pins"] == {}
    with pytest.raises(Refused, match=r"pins\.mic_sck: is needed with pins\."):
        merged(kept, given(*gone[:2]), ESP32, None)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--server", "https://10.0.0.2"], "server: must begin with http://"),
        (["--server", "10.0.0.2:5000"], "server: must begin with http://"),
        (["--device-name", " desk"], "device_name: must neither begin"),
        (["--pin", "first_button=6"], r"pins\.first_button: pin 6 of esp32 is where the flash"),
        (["--pin", "first_button"], "--pin first_button: must be NAME=NUMBER"),
        (["--pin", "door=4"], r"pins\.door: is not known"),
        (["--board", ESP32S3], "board: this is an esp32"),
        (["--pairs", "no"], "user_id: is needed, since pairs is false"),
        (["--wifi-ssid", ""], "wifi_ssid: is needed on a board"),
    ],
)
def test_what_the_pet_would_refuse_is_refused_here(words: list[str], said: str) -> None:
    """By the same file, with the name of the field."""
    with pytest.raises(Refused, match=said):
        merged(KEPT, {"wifi_password": "old-password", **given(*words)}, ESP32, None)


def test_a_password_is_read_from_a_file(tmp_path: Path) -> None:
    """Its last new line belongs to the editor, all else to the password."""
    file = tmp_path / "password"
    file.write_text(" a b \n")
    assert given("--wifi-password-file", str(file)) == {"wifi_password": " a b "}
    with pytest.raises(Refused, match=r"nowhere: No such file"):
        given("--wifi-password-file", str(tmp_path / "nowhere"))
    file.write_bytes(b"secret\xff")
    with pytest.raises(Refused, match=r"password: it is no text in UTF-8$"):
        given("--wifi-password-file", str(file))


def test_a_password_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """For whoever configures many."""
    monkeypatch.setenv(config.PASSWORD_ENV, "from-outside")
    assert given() == {"wifi_password": "from-outside"}


def test_no_option_takes_a_password() -> None:
    """Everybody on the machine reads command lines."""
    with pytest.raises(SystemExit):
        given("--wifi-password", "a-password")


def test_a_password_is_never_shown() -> None:
    """Nor whether it is long."""
    assert "old-password" not in shown(KEPT)
    assert json.loads(shown(KEPT))["wifi_ssid"] == "house"


def test_a_password_is_in_no_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """It goes through a file that nobody else may read, which is gone afterwards."""
    calls: list[tuple[str, ...]] = []
    files: list[Path] = []

    def call(port: str, *steps: str) -> str:
        calls.append(steps)
        files.append(Path(steps[steps.index("cp") + 1]))
        assert json.loads(files[0].read_text()) == KEPT
        assert stat.S_IMODE(files[0].parent.stat().st_mode) == stat.S_IRWXU
        return ""

    monkeypatch.setattr(cable, "call", call)
    config.write("P", KEPT)
    assert "old-password" not in " ".join(calls[0])
    assert not files[0].exists()


@pytest.mark.parametrize("text", [None, "", "{", "[]", "null"])
def test_settings_that_cannot_be_read_are_none(
    monkeypatch: pytest.MonkeyPatch, text: str | None
) -> None:
    """They are written anew."""
    said = json.dumps({"text": text, "machine": "Generic ESP32S3 module with ESP32S3"})
    monkeypatch.setattr(cable, "call", lambda *_: f"{said}\n")
    found = config.read("P")
    assert (found.settings, found.chip) == ({}, ESP32S3)


def test_an_answer_that_is_none_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Something else than MicroPython may be at the other end; or settings were cut in two."""
    said = json.dumps({"text": json.dumps(KEPT)})
    for answer, count in ((said, "1 line;"), (f"{said[:-9]}\n{said}", "2 lines;"), ("", "0 lines")):
        monkeypatch.setattr(cable, "call", lambda *_, answer=answer: answer)
        with pytest.raises(Failed, match=f"what no MicroPython does, in {count}") as failed:
            config.read("P")
        assert "old-password" not in str(failed.value)


def test_a_slip_of_the_pen_writes_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The board is asked, and not written to."""
    said = json.dumps({"text": json.dumps(KEPT), "machine": "Generic ESP32 module with ESP32"})
    calls: list[tuple[str, ...]] = []

    def call(port: str, *steps: str) -> str:
        calls.append(steps)
        return f"{said}\n"

    monkeypatch.setattr(cable, "call", call)
    assert config.main([*PORT, "--server", "ftp://x"]) == Exit.REFUSED
    assert "server: must begin with http://" in capsys.readouterr().err
    assert [step[0] for step in calls] == ["exec"]
