"""mpremote as it is, over a port, to a pretend board with the file system of a real one."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware.hal import boots
from firmware.logic import outbox, pairing, token
from firmware.workshop import cable, config, deploy, on_board
from firmware.workshop.command import Exit, Failed, Refused
from firmware.workshop.deploy import look, plan, steps, sums
from firmware.workshop.logs import open_line
from firmware.workshop.person import Person, before_a_board, wait_until
from firmware.workshop.pretend_board import BLOCK, BLOCKS, BOOT
from tests.firmware.vm import micropython

PATIENCE_S = 60.0
MAIN = """
import time
from firmware.voice import WORD
print("I am", WORD)
while True:
    time.sleep(1)
"""
SETTINGS: dict[str, object] = {
    "board": "esp32",
    "wifi_ssid": "house",
    "wifi_password": "a-password",
    "server": "http://127.0.0.1:5000",
    "device_name": "desk",
}


@pytest.fixture
def person(tmp_path: Path) -> Iterator[Person]:
    """Stand before an empty board."""
    micropython()
    with before_a_board(tmp_path / "board") as person:
        yield person


@pytest.fixture
def build(tmp_path: Path) -> Path:
    """Lay out a small build."""
    folder = tmp_path / "build"
    (folder / "lib" / "firmware").mkdir(parents=True)
    (folder / "main.py").write_text(MAIN)
    (folder / "lib" / "firmware" / "voice.py").write_text('WORD = "old"\n')
    (folder / "lib" / "firmware" / "other.py").write_text("OTHER = 1\n")
    return folder


def on(person: Person, code: str) -> str:
    """Run a line on the board; return what it printed."""
    return cable.call(person.port, "exec", code).strip()


def says(person: Person, words: str, times: int = 1) -> None:
    """Wait until the board has said this so many times."""
    wait_until(words, lambda: person.said().count(words) >= times, PATIENCE_S)


def test_a_build_comes_onto_a_board_and_starts(person: Person, build: Path) -> None:
    """A second time there is nothing to do, and it starts all the same."""
    first = deploy.deploy(person.port, build)
    assert first.changed[-1] == "/main.py"
    says(person, "I am old")
    again = deploy.deploy(person.port, build)
    assert (again.changed, again.removed, len(again.kept)) == ((), (), 3)
    says(person, "I am old", 2)
    assert on(person, "import os; print(sorted(os.listdir('/')))") == "['body', 'lib', 'main.py']"


def test_only_what_changed_is_copied_and_what_is_old_goes(person: Person, build: Path) -> None:
    """What the owner has put there stays, unless it would be found before ours."""
    deploy.deploy(person.port, build)
    on(person, "import os; os.mkdir('/firmware')")
    own = "'/firmware/voice.py', '/lib/mine.py', '/notes'"
    on(person, f"for name in ({own}): open(name, 'w').close()")
    (build / "lib" / "firmware" / "voice.py").write_text('WORD = "new"\n')
    (build / "lib" / "firmware" / "other.py").unlink()
    planned = deploy.deploy(person.port, build)
    assert planned.changed == ("/lib/firmware/voice.py",)
    assert planned.removed == ("/firmware/voice.py", "/lib/firmware/other.py")
    says(person, "I am new")
    left = on(person, "import os; print(sorted(os.listdir('/')), sorted(os.listdir('/lib')))")
    assert left == "['body', 'lib', 'main.py', 'notes'] ['firmware', 'mine.py']"


def test_a_main_of_somebody_else_is_kept(person: Person, build: Path) -> None:
    """Under another name; the next deploy has nothing to rename, though main.py changes."""
    on(person, "file = open('/main.py', 'w'); file.write('# mine'); file.close()")
    assert deploy.deploy(person.port, build).renamed
    says(person, "I am old")
    (build / "main.py").write_text(MAIN.replace("I am", "I became"))
    assert not deploy.deploy(person.port, build).renamed
    says(person, "I became old")
    assert on(person, "print(open('/main.py.old').read())") == "# mine"


def test_a_cable_pulled_half_way_leaves_the_old_pet(person: Person, build: Path) -> None:
    """What had arrived is not copied again."""
    deploy.deploy(person.port, build)
    says(person, "I am old")
    (build / "lib" / "firmware" / "voice.py").write_text('WORD = "new"\n')
    (build / "main.py").write_text(MAIN.replace("I am", "I became"))
    wanted, found = sums(build), look(person.port).files
    words = steps(build, wanted, plan(wanted, found))
    second = words.index("cp", words.index("cp") + 1) - 2
    cable.call(person.port, *words[:second])
    person.pull_plug()
    says(person, "I am old", 2)
    planned = deploy.deploy(person.port, build)
    assert planned.arrived == ("/lib/firmware/voice.py",)
    assert planned.copied == ("/main.py",)
    says(person, "I became new")


def test_a_file_that_arrived_broken_changes_nothing(person: Person, build: Path) -> None:
    """All are tried before the first changes its place."""
    deploy.deploy(person.port, build)
    says(person, "I am old")
    wanted = dict.fromkeys(sums(build), "0" * 64)
    words = steps(build, wanted, plan(wanted, {}))
    with pytest.raises(Failed, match="arrived broken: /petcore-next/"):
        cable.call(person.port, *words)
    person.pull_plug()
    says(person, "I am old", 2)


def test_a_full_board_is_told_before_anything_is_copied(person: Person, build: Path) -> None:
    """What is on it stays."""
    deploy.deploy(person.port, build)
    (build / "lib" / "firmware" / "huge.mpy").write_bytes(bytes(BLOCK * BLOCKS))
    with pytest.raises(Refused, match="bytes free and"):
        deploy.deploy(person.port, build)
    assert on(person, "import os; print(sorted(os.listdir('/')))") == "['body', 'lib', 'main.py']"


def test_whoever_listens_has_the_port_for_himself(person: Person, build: Path) -> None:
    """It says what to end."""
    line = open_line(person.port)
    with pytest.raises(Refused, match="in use by another program"):
        deploy.deploy(person.port, build)
    line.close()


def test_work_at_a_board_makes_it_no_failing_one(person: Person, build: Path) -> None:
    """Each deploy starts it again, and would be an early boot."""
    on(person, "import os; os.mkdir('/kept')")
    on(person, "with open('/kept/boots', 'w') as file: file.write('4')")
    deploy.deploy(person.port, build)
    assert on(person, "import os; print(os.listdir('/kept'))") == "[]"


def test_settings_are_written_and_changed_and_shown(
    person: Person, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is not said stays."""
    monkeypatch.setenv(config.PASSWORD_ENV, "a-password")
    port = ["--port", person.port]
    words = ["--wifi-ssid", "house", "--server", "http://127.0.0.1:5000", "--device-name", "desk"]
    assert config.main([*port, *words]) == Exit.DONE
    monkeypatch.delenv(config.PASSWORD_ENV)
    assert config.main([*port, "--device-name", "shelf"]) == Exit.DONE
    assert config.read(person.port).settings == {**SETTINGS, "device_name": "shelf"}
    capsys.readouterr()
    assert config.main([*port, "--show"]) == Exit.DONE
    said = capsys.readouterr().out
    assert json.loads(said)["device_name"] == "shelf"
    assert "a-password" not in said


def test_a_pairing_is_forgotten(person: Person, capsys: pytest.CaptureFixture[str]) -> None:
    """The token, the code and what is for its owner; nothing else."""
    on(person, "import os; os.mkdir('/kept')")
    on(person, "for name in ('token', 'outbox', 'mine'): open('/kept/' + name, 'w').close()")
    assert config.main(["--port", person.port, "--forget-pairing"]) == Exit.DONE
    assert capsys.readouterr().out == "forgot /kept/token\nforgot /kept/outbox\n"
    assert on(person, "import os; print(os.listdir('/kept'))") == "['mine']"


def test_the_board_reaches_nothing_of_the_computer(person: Person) -> None:
    """Its flash is all there is."""
    assert on(person, "import os; print(sorted(os.listdir('/')))") == "['body']"
    with pytest.raises(Failed, match="ENOENT"):
        on(person, f"open({__file__!r})")


def test_a_board_that_does_not_boot_reaches_nothing_either(tmp_path: Path) -> None:
    """Whatever fails, the computer's files have gone before."""
    places = {"flash": "/nowhere", "body": "/", "models": "/"}
    code = BOOT.format(cause=1, block=BLOCK, blocks=BLOCKS, up="up", **places)
    done = subprocess.run(
        [micropython(), "-i", "-c", code],
        input=f"print('reached', len(open({__file__!r}).read()))\nprint('end', 1)\n",
        cwd=tmp_path,
        env={**os.environ, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert re.search("^end 1$", done.stdout, re.MULTILINE), done.stdout
    assert not re.search("^reached", done.stdout, re.MULTILINE)


def test_snippets_know_where_the_board_keeps_things() -> None:
    """As the host of the board says."""
    kept = {f"/kept/{name}" for name in (token.KEPT, pairing.KEPT, outbox.KEPT)}
    assert set(on_board.PAIRING) == kept
    assert f"/kept/{boots.KEPT}" == on_board.BOOTS
