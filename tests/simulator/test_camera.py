"""``petsim camera``: what it serves, what it says, and how it ends."""

import json
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from simulator.__main__ import main
from simulator.standins.camera import FAULTS, GROUPS
from tests.serving.process import Serving, serving

ROOT = Path(__file__).parents[2]
LINES = 21
"""So many say what to do."""
SERVER = "http://127.0.0.1:5000"


@contextmanager
def camera(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """The command in a process of its own, on any free port."""
    command = [sys.executable, "-m", "simulator", "camera", "--port", "0", *arguments]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def line(process: subprocess.Popen[str]) -> str:
    """The next line that it says."""
    assert process.stdout is not None
    return process.stdout.readline()


def test_it_shows_pictures_says_what_to_do_and_ends_by_ctrl_c() -> None:
    """One picture after the other, at the URL that it names."""
    with camera("--fps", "30") as process:
        first = line(process)
        url = first.removeprefix("a camera is at ").strip()
        told = "".join(line(process) for _ in range(LINES - 1))
        assert told.count(url) == 1
        assert "PETCORE_CAMERA_HOSTS=127.0.0.1 uv run petcore serve\n" in told
        with urlopen(url, timeout=60) as answer:  # noqa: S310 -- it is our own
            assert answer.headers["Content-Type"].startswith("multipart/x-mixed-replace")
            begun = answer.read(40_000)
        assert begun.count(b"\xff\xd8\xff") >= 2
        process.send_signal(signal.SIGINT)
        said, complained = process.communicate(timeout=60)
        assert process.returncode == 0
        assert said.endswith("the camera is off\n")
        assert complained == ""


def curl(command: str, running: Serving) -> bytes:
    """What is answered to a printed command that asks a server at its usual address."""
    words = shlex.split(command.replace(SERVER, running.url))
    assert words.pop(0) == "curl"
    (url,) = [word for word in words if word.startswith("http://")]
    given = dict(pairwise(words))
    body = given["-d"].encode() if "-d" in given else None
    headers = dict([given["-H"].split(": ")])
    with urlopen(Request(url, body, headers), timeout=60) as answer:  # noqa: S310 -- it is our own
        return bytes(answer.read())


def test_what_it_says_works(tmp_path: Path) -> None:
    """Each printed command, in this order, at a server with the printed setting; the address for
    the browser shows pictures, also to a browser that says who it is.
    """
    setting = {"PETCORE_CAMERA_HOSTS": "127.0.0.1"}
    with serving(tmp_path, environment=setting) as running, camera() as process:
        told = "".join(line(process) for _ in range(LINES))
        lines = [each.strip() for each in told.replace("\\\n", "").splitlines()]
        commands = [each for each in lines if each.startswith("curl")]
        save, latest, test, start = (curl(command, running) for command in commands)
        assert json.loads(save)["source"]["source_type"] == "esp32"
        assert latest.startswith(b"\xff\xd8\xff")
        assert json.loads(test)["sighting"]["face"]
        assert json.loads(start)["session"]["status"] == "active"
        (shown,) = [each for each in lines if each.startswith(SERVER)]
        typed = {"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate", "Accept": "text/html,*/*"}
        page = Request(shown.replace(SERVER, running.url), headers=typed)  # noqa: S310
        with urlopen(page, timeout=60) as answer:  # noqa: S310
            assert answer.read(40_000).count(b"\xff\xd8\xff") >= 1


def test_all_faults_are_listed_by_when_they_come(capsys: pytest.CaptureFixture[str]) -> None:
    """Each once, in its group, with a word of what it is; a program gets them as JSON."""
    assert [name for faults in GROUPS.values() for name in faults] == list(FAULTS)
    assert main(["camera", "--faults"]) == 0
    said = capsys.readouterr().out
    for when, faults in GROUPS.items():
        assert f"{when}:\n" in said
        for name, what in faults.items():
            assert f"{name} " in said
            assert f" {what}\n" in said
    assert main(["camera", "--faults", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        when: dict(faults) for when, faults in GROUPS.items()
    }


def test_the_help_does_not_list_them(capsys: pytest.CaptureFixture[str]) -> None:
    """It says how they are listed."""
    with pytest.raises(SystemExit):
        main(["camera", "--help"])
    said = capsys.readouterr().out
    assert "--faults" in said
    assert "moved_to_metadata" not in said


@pytest.mark.parametrize("command", [["camera"], ["day", "--camera", "--hours", "1"]])
def test_without_opencv_it_says_so(
    command: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """And leaves what an earlier run left."""
    monkeypatch.setattr("simulator.commands.camera.find_spec", {"numpy": object()}.get)
    monkeypatch.chdir(tmp_path)
    assert main(command) == 2
    assert "this machine has no OpenCV: " in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_it_fails_as_it_is_told_to(capsys: pytest.CaptureFixture[str]) -> None:
    """And a program gets its URL as JSON. Another camera cannot be where this one is."""
    with camera("--fault", "not_found", "--json") as process:
        told = json.loads("".join(line(process) for _ in range(6)))
        assert told["fault"] == "not_found"
        with pytest.raises(Exception, match="404"), urlopen(told["url"], timeout=60):  # noqa: S310
            pass
        port = told["url"].split(":")[2].partition("/")[0]
        assert main(["camera", "--port", port]) == 2
        assert f"cannot listen at 127.0.0.1:{port}: " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("asked", "complaint"),
    [
        (["--port", "70000"], "--port must be 0 to 65535"),
        (["--fps", "0"], "--fps must be 1 to 60"),
        (["--bpm", "nan"], "--bpm must be 40 to 180"),
        (["--seed", "-1"], "--seed must be at least 0"),
    ],
)
def test_what_cannot_be_is_refused(
    asked: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the name of the option."""
    assert main(["camera", *asked]) == 2
    assert complaint in capsys.readouterr().err


def test_an_unknown_fault_is_answered_by_all_that_are_known(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """So that nobody has to look them up."""
    with pytest.raises(SystemExit):
        main(["camera", "--fault", "nothing_like_it"])
    said = capsys.readouterr().err
    assert [name for name in FAULTS if name not in said] == []
