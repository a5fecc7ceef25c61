"""What a pet on a desk computer says, and what it is told."""

import json
from pathlib import Path

import pytest

from firmware.hal.desk import SCALE_FLAG, USAGE, WRONG_USE, Desk, main, read_flag, read_scale
from firmware.hal.desk_lines import tell, written
from firmware.hal.settings import Settings

SETTINGS = {"server": "http://127.0.0.1:1", "device_name": "pet-1", "user_id": "audrey"}
ODD = "".join(chr(code) for code in range(256)) + '\\\\"\\n ö 加油 🌱\u2028'


@pytest.mark.parametrize(
    "scene",
    [
        ("WATER_DROP", "Drink water", "Time to hydrate!", False),
        ("POMODORO_TIMER", "focus", 25, True),
        ("MESSAGE", "", ODD, False),
        ("STATUS", "Status", "wifi -61 dBm\nversion 1.0.0", False),
    ],
)
def test_a_scene_is_one_line_of_json(scene: tuple[object, ...]) -> None:
    """It says what the scene says, whatever is in it."""
    line = written(scene)
    assert tuple(json.loads(line)) == scene
    assert len(line.splitlines()) <= 1 or scene[0] == "MESSAGE"
    assert not any(letter < " " for letter in line)


def test_the_form_of_a_scene_is_fixed() -> None:
    """Without a space that nobody needs, letters as they are."""
    assert written(("A", "ö", 3, True)) == '["A","ö",3,true]'


def test_what_is_told_is_one_line(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    """No log can pass for a screen."""
    tell('log a\nscreen ["IDLE","","",false]\r\n\0ö')
    assert capsysbinary.readouterr().out == 'log a screen ["IDLE","","",false]   ö\n'.encode()


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["settings.json"],
        ["settings.json", "flash", "more"],
        ["settings.json", "flash", SCALE_FLAG],
        ["settings.json", "flash", SCALE_FLAG, "0"],
        ["settings.json", "flash", SCALE_FLAG, "-1"],
        ["settings.json", "flash", SCALE_FLAG, "fast"],
    ],
)
def test_wrong_use_is_told(
    arguments: list[str], capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    """And nothing else happens."""
    assert main(arguments) == WRONG_USE
    assert capsysbinary.readouterr().out == f"{USAGE}\n".encode()


@pytest.mark.parametrize(
    ("arguments", "scale"),
    [(["a", "b"], 1), ([SCALE_FLAG, "60", "a", "b"], 60), (["a", "b", SCALE_FLAG, "2"], 2)],
)
def test_the_scale_may_stand_anywhere(arguments: list[str], scale: int) -> None:
    """Time is real without it."""
    assert read_scale(arguments) == (["a", "b"], scale)


@pytest.mark.parametrize(
    ("arguments", "rest", "said"),
    [
        (["a", "b"], ["a", "b"], None),
        (["--sounds", "c", "a", "b"], ["a", "b"], "c"),
        (["a", "b", "--sounds"], ["a", "b"], ""),
    ],
)
def test_a_flag_is_read_wherever_it_stands(
    arguments: list[str], rest: list[str], said: str | None
) -> None:
    """With what stands behind it."""
    assert read_flag(arguments, "--sounds") == (rest, said)


def test_wrong_settings_are_told(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    """With the name of what is wrong."""
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({**SETTINGS, "server": "ftp://here"}))
    assert main([str(path), str(tmp_path)]) == WRONG_USE
    assert capsysbinary.readouterr().out == b"server: must begin with http://\n"


def test_a_desk_has_an_address_a_link_and_a_flash(tmp_path: Path) -> None:
    """What its status shows, and what outlasts its power."""
    desk = Desk(Settings({**SETTINGS}), str(tmp_path))
    assert desk.address() == "127.0.0.1:1"
    assert desk.link() == "wired"
    desk.keep("token", "a b")
    assert Desk(Settings({**SETTINGS}), str(tmp_path)).kept("token") == "a b"
