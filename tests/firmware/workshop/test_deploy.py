"""What a deploy decides before it touches a board."""

import json
from itertools import groupby
from pathlib import Path

import pytest

from firmware.workshop import cable, deploy
from firmware.workshop.command import Exit, Failed, Refused
from firmware.workshop.deploy import NEXT, Found, folders_of, plan, require_room, steps, sums, told

WANTED = {"/lib/firmware/a.mpy": "1", "/lib/firmware/b.mpy": "2", "/main.py": "3"}


SAID: dict[str, object] = {
    "files": {},
    "first_line": "",
    "free": 1_000_000,
    "block": 4096,
    "platform": "esp32",
    "machine": "Generic ESP32 module with ESP32",
    "version": "1.28.0",
    "mpy": 6,
}


def said_with(changes: dict[str, object]) -> str:
    """What a board says, apart from these."""
    return json.dumps({**SAID, **changes})


def test_an_empty_board_gets_everything_and_main_last() -> None:
    """Until then what it starts is the old one."""
    planned = plan({"/main.py": "3", **WANTED}, {})
    assert planned.changed == ("/lib/firmware/a.mpy", "/lib/firmware/b.mpy", "/main.py")
    assert (planned.kept, planned.removed, planned.arrived) == ((), (), ())


def test_only_what_differs_is_copied() -> None:
    """And what no build makes any more goes."""
    there = {**WANTED, "/lib/firmware/b.mpy": "old", "/lib/firmware/gone.mpy": "9"}
    planned = plan(WANTED, there)
    assert planned.copied == ("/lib/firmware/b.mpy",)
    assert planned.removed == ("/lib/firmware/gone.mpy",)
    assert planned.kept == ("/lib/firmware/a.mpy", "/main.py")


def test_what_would_be_found_before_ours_goes() -> None:
    """A folder at the root, and source beside what is compiled."""
    shadows = {"/firmware/b.py": "9", "/lib/firmware/a.py": "9"}
    assert plan(WANTED, {**WANTED, **shadows}).removed == tuple(sorted(shadows))


@pytest.mark.parametrize("path", ["/lib/firmware/notes.txt", "/main.py.old"])
def test_what_no_deploy_put_there_stays(path: str) -> None:
    """It is in nobody's way."""
    assert plan(WANTED, {**WANTED, path: "9"}).is_nothing


@pytest.mark.parametrize("path", ["/firmware/notes.txt", "/firmware/mine.py", "/firmware/b.txt"])
def test_what_no_deploy_put_there_and_is_in_the_way_is_named(path: str) -> None:
    """A folder of that name hides the pet; whoever made it shall say what becomes of it."""
    with pytest.raises(Refused, match=f"{path} on the board is not the pet's.*fs rm -r :/firmware"):
        plan(WANTED, {**WANTED, path: "9"})


def test_a_main_of_somebody_else_gets_another_name(tmp_path: Path) -> None:
    """Just before ours takes its place, if it is still the same."""
    planned = plan(WANTED, {"/main.py": "9"}, is_ours=False)
    words = " ".join(steps(tmp_path, WANTED, planned))
    assert "('/main.py', '/main.py.old', '9'), ('/petcore-next/main.py', '/main.py', '3')]" in words
    assert told(planned)[-2:] == [
        "renamed  /main.py, which was not the pet's, to /main.py.old",
        "kept     0 files",
    ]


def test_a_second_main_of_somebody_else_is_refused() -> None:
    """The first one, too, may be dear to him."""
    with pytest.raises(Refused, match=r"neither /main\.py nor /main\.py\.old"):
        plan(WANTED, {"/main.py": "9", "/main.py.old": "8"}, is_ours=False)


def test_an_older_main_of_ours_is_replaced() -> None:
    """An earlier deploy put it there."""
    planned = plan(WANTED, {"/main.py": "9", "/main.py.old": "8"}, is_ours=True)
    assert (planned.renamed, planned.removed) == ("", ())


def test_what_waits_and_nobody_wants_is_forgotten_and_told() -> None:
    """Also when nothing else is to be done."""
    planned = plan(WANTED, {**WANTED, f"{NEXT}/lib/firmware/a.mpy": "1"})
    assert not planned.is_nothing
    assert told(planned) == [f"forgot   {NEXT}/lib/firmware/a.mpy", "kept     3 files"]


def test_what_arrived_before_the_cable_was_pulled_is_not_copied_again() -> None:
    """If it is still what is wanted."""
    waiting = {"/petcore-next/lib/firmware/a.mpy": "1", "/petcore-next/main.py": "stale"}
    planned = plan(WANTED, waiting)
    assert planned.arrived == ("/lib/firmware/a.mpy",)
    assert planned.copied == ("/lib/firmware/b.mpy", "/main.py")
    assert planned.removed == ()


def test_files_are_copied_beside_and_change_places_at_the_end(tmp_path: Path) -> None:
    """No file of the pet that runs is written over before all have arrived."""
    planned = plan(WANTED, {"/petcore-next/old.mpy": "9"})
    words = steps(tmp_path, WANTED, planned)
    apart = [list(step) for is_end, step in groupby(words, "+".__eq__) if not is_end]
    copies = [step[3] for step in apart if step[:2] == ["fs", "cp"]]
    assert copies == [f":/petcore-next{path}" for path in planned.changed]
    switch = apart[-3][1]
    assert "moves = [('/petcore-next/lib/firmware/a.mpy', '/lib/firmware/a.mpy', '1')" in switch
    assert switch.index("'/petcore-next/lib/firmware/b.mpy'") < switch.index(
        "'/petcore-next/main.py'"
    )
    assert "for path in ['/petcore-next/old.mpy']" in switch
    assert apart[-1] == list(cable.RESET)


def test_folders_come_before_what_stands_in_them() -> None:
    """As they must be made."""
    made = folders_of([f"{NEXT}/lib/firmware/a.mpy", "/lib/firmware/a.mpy", "/main.py"])
    assert made == ["/lib", "/lib/firmware", NEXT, f"{NEXT}/lib", f"{NEXT}/lib/firmware"]


def test_a_build_is_known_by_its_sums(tmp_path: Path) -> None:
    """By the paths that it has on the board."""
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "a.mpy").write_bytes(b"")
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert sums(tmp_path) == {"/lib/a.mpy": empty}


@pytest.mark.parametrize(("size", "fits"), [(4096, True), (4097, False)])
def test_there_must_be_room_beside_the_old_files(tmp_path: Path, size: int, fits: bool) -> None:
    """A block of a file system is the least that a file takes; some it needs itself."""
    (tmp_path / "main.py").write_bytes(b"x" * size)
    planned = plan({"/main.py": "3"}, {})
    board = Found(**json.loads(said_with({"free": 5 * 4096})))
    if fits:
        require_room(tmp_path, planned, board)
    else:
        with pytest.raises(Refused, match="20,480 bytes free and 24,576 are needed"):
            require_room(tmp_path, planned, board)


def test_what_is_there_already_needs_no_room(tmp_path: Path) -> None:
    """A board that is full stays as it is."""
    board = Found(**json.loads(said_with({"free": 0})))
    require_room(tmp_path, plan(WANTED, WANTED), board)


def test_what_was_done_is_told() -> None:
    """File by file, or in a word."""
    assert told(plan(WANTED, WANTED)) == ["nothing changed, 3 files"]
    assert told(plan(WANTED, {"/main.py": "3", "/lib/firmware/old.mpy": "1"})) == [
        "copied   /lib/firmware/a.mpy",
        "copied   /lib/firmware/b.mpy",
        "removed  /lib/firmware/old.mpy",
        "kept     1 files",
    ]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"platform": "rp2", "machine": "Raspberry Pi Pico"}, "is a Raspberry Pi Pico"),
        ({"mpy": 5}, r"MicroPython 1\.28\.0 .* cannot read"),
        ({"version": "1.27.9"}, r"has MicroPython 1\.27\.9, .* needs 1\.28 or later"),
        ({"version": "0.99.0"}, r"needs 1\.28 or later"),
    ],
)
def test_a_board_that_could_not_run_it_is_refused(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, object], said: str
) -> None:
    """Before anything is written."""
    monkeypatch.setattr(cable, "call", lambda *_: f"{said_with(changes)}\n")
    with pytest.raises(Refused, match=said):
        deploy.look("/dev/somewhere")


@pytest.mark.parametrize("version", ["1.28.0", "1.100.2", "2.0.0"])
def test_a_board_that_can_run_it_is_not(monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    """Parts of a version are numbers."""
    monkeypatch.setattr(cable, "call", lambda *_: f"{said_with({'version': version})}\n")
    assert deploy.look("/dev/somewhere").version == version


def test_an_answer_that_is_none_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Something else than MicroPython may be at the other end; what it said is its own affair."""
    monkeypatch.setattr(cable, "call", lambda *_: "hello\nyou\n")
    with pytest.raises(Failed, match=r"what no MicroPython does, in 2 lines; flash") as failed:
        deploy.look("/dev/somewhere")
    assert "hello" not in str(failed.value)


def test_a_port_must_be_named(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The task passes an empty word on when nobody said PORT=."""
    assert deploy.main(["--port", "", "--out", str(tmp_path / "out")]) == Exit.REFUSED
    assert "PORT=/dev/ttyUSB0" in capsys.readouterr().err
