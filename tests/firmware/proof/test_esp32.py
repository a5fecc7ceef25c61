"""The whole board in the MicroPython VM: what runs there is what an ESP32 runs."""

import subprocess
from pathlib import Path

import pytest

from tests.firmware.board.story import tell
from tests.firmware.vm import ROOT, micropython

# From source, on a VM of 64-bit words, models and all.
HEAP = "384k"

# A board without settings falls five times and rests; its rest is shorter here.
SEVEN_BOOTS = """
from tests.firmware.board.whole import machine, main, network, safe_mode

network.lay_out(network.Air())
main.RESTART_S = 0
safe_mode.REST_S = 2
for cause in (1, 2, 3, 3, 3, 3, 5):
    bench = machine.lay_out(machine.Bench(cause=cause))
    try:
        main.main()
    except machine.Reset:
        print("reset", sum(bench.panel.glass()) > 0, bench.watchdog_ms)
"""

# What the chip's buses of sound are told, and what goes over them.
SOUND = """
from tests.firmware.board.whole import machine, sound

bench = machine.lay_out(machine.Bench())
ears, voice = sound.Sound(0, 14, 13, 27), sound.Sound(1, 18, 19, 23)
print(ears.start(), voice.start(), bench.buses[0].told, bench.buses[1].told)
bench.to_hear = bytes(range(256)) * 4
buffer = memoryview(bytearray(300))
print([ears.read(buffer) for _ in range(3)], bytes(buffer))
bench.spoken_room = 100
print([voice.write(buffer) for _ in range(2)], bench.spoken)
ears.stop()
voice.stop()
print(ears.read(buffer), voice.write(buffer), len(bench.buses))
"""

# What a board with these pins has loaded of what is for talking; but for hal/sound.py, which the
# models load.
LOADED = """
import sys
from tests.firmware.board.whole import MICROPHONE, Memory, WholeBoard, machine, network

ONLY = ("hal.talking", "hal.stream", "logic.talk", "logic.pages", "drawing.talk")
board = WholeBoard(machine.Bench(), network.Air({}), Memory(), str, PINS)
board.live(5_000)
print([name for name in ONLY if "firmware." + name in sys.modules])
"""


def run(program: str, cwd: Path) -> list[str]:
    """Run a program in the VM, in a folder; give the lines that it says."""
    done = subprocess.run(
        [micropython(), "-X", f"heapsize={HEAP}", "-c", program],
        cwd=cwd,
        env={"MICROPYPATH": f".frozen:{ROOT}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_half_an_hour_is_the_same_here_and_there(tmp_path: Path) -> None:
    """Joined, reminded, answered, unplugged, cut off, lied to: the same trace, and every frame was
    seen as it was drawn.
    """
    here: list[str] = []
    tell(here.append)
    assert run("from tests.firmware.board.story import tell; tell(print)", tmp_path) == here
    glasses = [line for line in here if " glass " in line]
    assert len(glasses) > 100
    assert all(line.endswith(" True") for line in glasses)


def test_sound_is_the_same_here_and_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A bus is polled, and gives and takes what it can."""
    exec(SOUND, {})  # noqa: S102  the same lines as there
    here = capsys.readouterr().out.splitlines()
    assert run(SOUND, tmp_path) == here
    assert [line.partition("]")[0] for line in here[1:3]] == ["[300, 212, 0", "[100, 0"]


def test_only_a_board_with_a_microphone_loads_what_it_is_for(tmp_path: Path) -> None:
    """All of it when it starts, while its memory is in one piece; the other one nothing."""
    assert run(LOADED.replace("PINS", "{}"), tmp_path) == ["[]"]
    assert run(LOADED.replace("PINS", "MICROPHONE"), tmp_path) == [
        "['hal.talking', 'hal.stream', 'logic.talk', 'logic.pages', 'drawing.talk']"
    ]


def test_a_board_that_falls_rests_and_tries_again(tmp_path: Path) -> None:
    """Its real main.py, seven times."""
    lines = run(SEVEN_BOOTS, tmp_path)
    assert [line for line in lines if line.startswith("boot after")] == [
        "boot after power on, 0 early ones before it",
        "boot after restart, 1 early ones before it",
        "boot after watchdog, 2 early ones before it",
        "boot after watchdog, 3 early ones before it",
        "boot after watchdog, 4 early ones before it",
        "boot after watchdog, 5 early ones before it",
        "boot after soft reset, 4 early ones before it",
    ]
    assert lines.count("reset True []") == 7
    assert len([line for line in lines if line.startswith("SettingsError: settings.json")]) == 6
    assert len([line for line in lines if line.startswith("safe mode: too many")]) == 1
