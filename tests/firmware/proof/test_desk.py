"""The host on a desk computer, as a process: what it is told, how it ends, and that both
interpreters say the same.
"""

import re
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.firmware.chaos import FAULTS, SLOW_FAULTS, ChaosServer, Fault, chaos
from tests.firmware.desk_pet import in_cpython, in_vm, pet
from tests.serving.process import until

TIME_SCALE = 60
ODD = "".join(chr(code) for code in range(160)) + '\\"ö 加油 🌱'
WATER = "/api/water/poll"

programs = pytest.mark.parametrize("program", [in_vm, in_cpython], ids=["vm", "cpython"])


@pytest.fixture
def server() -> Iterator[ChaosServer]:
    """A server that is honest until a test says otherwise."""
    with chaos(ChaosServer()) as server:
        yield server


def polls_go_on(server: ChaosServer) -> None:
    """Wait until the pet has asked twice more."""
    before = server.api.paths[WATER]
    until(lambda: server.api.paths[WATER] >= before + 2)


def test_both_interpreters_tell_the_same_bytes(tmp_path: Path, server: ChaosServer) -> None:
    """Whatever a server wants shown."""
    server.api.title = ODD
    screens = []
    for number, program in enumerate((in_vm, in_cpython)):
        folder = tmp_path / str(number)
        folder.mkdir()
        server.api.reminders = 0
        with pet(program(), folder, server.url, time_scale=TIME_SCALE) as desk:
            desk.wait_for("WATER_DROP")
            desk.quit()
        lines = (folder / "told").read_bytes().splitlines(keepends=True)
        screens.append([line for line in lines if line.startswith(b"screen ")][:2])
    assert screens[0] == screens[1]
    assert b"WATER_DROP" in screens[0][1]


@programs
def test_who_tells_it_nothing_any_more_leaves_it_alone(
    tmp_path: Path, server: ChaosServer, program: Callable[[], list[str]]
) -> None:
    """It goes on without anybody who presses."""
    with pet(program(), tmp_path, server.url, time_scale=TIME_SCALE) as desk:
        desk.wait_for("WATER_DROP")
        assert desk.process.stdin is not None
        desk.process.stdin.close()
        polls_go_on(server)
        desk.kill()


@programs
def test_half_a_line_holds_up_nothing(
    tmp_path: Path, server: ChaosServer, program: Callable[[], list[str]]
) -> None:
    """It goes on while somebody thinks about what to type, and takes no notice of nonsense."""
    with pet(program(), tmp_path, server.url, time_scale=TIME_SCALE) as desk:
        desk.wait_for("WATER_DROP")
        stdin = desk.process.stdin
        assert stdin is not None
        for piece in (b"\xff\xfe\n\n\0\nSHORT\n", b"x" * 70_000 + b"short\n", b"sho"):
            stdin.write(piece)
            polls_go_on(server)
        assert not desk.told("press on")
        stdin.write(b"rt\r\n")
        desk.wait_for("log short press on WATER_DROP")
        desk.quit()
    assert len(desk.told("press on")) == 1


@programs
@pytest.mark.parametrize("fault", [SLOW_FAULTS["silence"], FAULTS["pieces"]])
def test_it_quits_in_the_middle_of_whatever_it_does(
    tmp_path: Path,
    server: ChaosServer,
    program: Callable[[], list[str]],
    fault: Fault,
) -> None:
    """Without a complaint, and what it held open is closed."""
    with pet(program(), tmp_path, server.url) as desk:
        server.deck = deque([fault] * 9)
        desk.wait_for('["IDLE"')
        until(lambda: server.connections > 0)
        desk.quit()


def test_memory_is_told_by_an_interpreter_that_has_a_heap_of_its_own(
    tmp_path: Path, server: ChaosServer
) -> None:
    """Its largest free block is no larger than all that is free."""
    for program, answer in ((in_vm, r"memory \d+ \d+"), (in_cpython, "memory - -")):
        with pet(program(), tmp_path, server.url, time_scale=TIME_SCALE) as desk:
            desk.tell("memory")
            line = desk.wait_for("memory ")
            assert re.fullmatch(answer, line)
            if program is in_vm:
                _, free, largest = line.split(" ")
                assert 0 < int(largest) <= int(free)
            desk.quit()


def test_seconds_are_pressed_too(tmp_path: Path, server: ChaosServer) -> None:
    """The second button shows the status of a pet that has nothing else to show."""
    server.api.title = None
    with pet(in_vm(), tmp_path, server.url, time_scale=TIME_SCALE) as desk:
        desk.wait_for('["IDLE"')
        polls_go_on(server)
        desk.tell("second")
        desk.wait_for('["STATUS"')
        assert f"server 127.0.0.1:{server.port}" in str(desk.screen[2])
        desk.quit()
