"""Talking in the MicroPython VM, on real sockets: half a minute up and half a minute down, byte by
byte; every fault; a whole pet in the heap of a board's kind, and its polls meanwhile.
"""

import json
import subprocess
import sys
from collections import deque
from collections.abc import Callable
from pathlib import Path

import pytest

from firmware.workshop.build import build
from tests.firmware import talk_sounds
from tests.firmware.chaos import chaos, deck
from tests.firmware.desk_pet import DeskPet, in_cpython, in_vm, pet
from tests.firmware.talk_outcomes import GOOD, OUTCOMES
from tests.firmware.talk_server import (
    FAULTS,
    HEARD,
    SLOW_FAULTS,
    TEXTS,
    Fault,
    TalkServer,
    honest,
    wav_head,
)
from tests.firmware.talk_sounds import SECOND_HEARD, SECOND_SPOKEN
from tests.firmware.test_talking import checksum_of_speech, sound_heard
from tests.firmware.vm import ROOT
from tests.serving.process import serving, until

TENTHS = 2
# Some faults end only then; what is no fault never takes as long.
HEAR_MS, PATIENT_MS = 3_000, 60_000
# More than any fault needs that comes to an end by itself.
LOOKS = 5_000
HALF_A_MINUTE = 30
# Well below what a pet listens to: where its time runs fast, a moment of this machine is a second.
LONG = 20
ACK = "/api/water/ack"
STREAM = "POST /api/chat/stream"
# In no line of a pet that lives well.
TROUBLE = ("stumbled", "emory left", "MemoryError")

programs = pytest.mark.parametrize("program", [in_vm, in_cpython], ids=["vm", "cpython"])


def said_by(
    program: list[str], talks: list[Fault], hear_ms: int, *, tenths: int, seconds_up: float = 0
) -> list[list[object]]:
    """What each of these exchanges came to in a process of its own."""
    server = TalkServer(talks=deque(talks))
    with chaos(server):
        numbers = map(str, (server.port, len(talks), tenths, hear_ms, LOOKS))
        done = subprocess.run(
            [*program, "tests/firmware/proof/talking.py", *numbers],
            cwd=ROOT,
            env={"MICROPYPATH": f"{ROOT}:.frozen", "PYTHONPATH": str(ROOT)},
            capture_output=True,
            check=False,
        )
    assert (done.returncode, done.stderr) == (0, b"")
    assert server.complaints == []
    assert server.sounds == [sound_heard(int(seconds_up * SECOND_HEARD))] * bool(seconds_up)
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_every_fault_comes_to_the_same_in_the_vm() -> None:
    """As the table says, which holds in CPython, too."""
    every_fault = {**FAULTS, **SLOW_FAULTS}
    names = sorted(OUTCOMES)
    said = said_by(in_vm(), [every_fault[name] for name in names], HEAR_MS, tenths=TENTHS)
    for name, (outcome, told, spoken, checksum) in zip(names, said, strict=True):
        assert (outcome, told, spoken) == OUTCOMES[name], name
        assert checksum == checksum_of_speech(int(str(spoken))), name


@programs
def test_half_a_minute_goes_up_and_down(program: Callable[[], list[str]]) -> None:
    """Not a byte is lost, whatever the microphone gives and the amplifier takes at once."""
    talks = [honest(HALF_A_MINUTE)]
    ((outcome, told, spoken, checksum),) = said_by(
        program(), talks, PATIENT_MS, tenths=10 * HALF_A_MINUTE, seconds_up=HALF_A_MINUTE
    )
    assert outcome == GOOD
    assert isinstance(told, list)
    assert ["heard", HEARD] in told
    assert spoken == HALF_A_MINUTE * SECOND_SPOKEN
    assert checksum == checksum_of_speech(HALF_A_MINUTE * SECOND_SPOKEN)


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a build that holds the host on a computer besides what goes onto a board."""
    out = tmp_path_factory.mktemp("desk")
    build(out, also=["firmware.hal.desk", "firmware.hal.desk_sounds"])
    return out / "lib"


@pytest.fixture
def sounds(tmp_path: Path) -> Path:
    """A folder with something to say: a long thing and a short one."""
    folder = tmp_path / "sounds"
    folder.mkdir()
    for name, seconds in (("long.wav", LONG), ("short.wav", 1)):
        (folder / name).write_bytes(wav_head(16_000) + sound_heard(seconds * SECOND_HEARD))
    return folder


def spoken_in(folder: Path) -> bytes:
    """What the pet has spoken last."""
    return (folder / "spoken.wav").read_bytes().removeprefix(wav_head(22_050))


def begun(desk: DeskPet) -> int:
    """How often it has begun to listen; who is refused at once may never have been seen to."""
    words = ('["TALK","listening"', "log talk refused", f"log no answer to {STREAM}")
    return sum(len(desk.told(word)) for word in words)


def talk(desk: DeskPet, name: str) -> None:
    """Say something, and wait until all has been said about it."""
    before = begun(desk)
    desk.tell(f"talk {name}")
    until(lambda: begun(desk) > before)
    until(lambda: desk.screen[0] not in ("TALK", "MESSAGE"))


def trouble(desk: DeskPet) -> list[str]:
    """The lines that a pet that lives well does not log."""
    return [line for line in desk.lines if any(word in line for word in TROUBLE)]


# Compiled as for a board; a VM of 64-bit words needs 1.5 times the bytes of one.
TALKING_HEAP = "200k"


def test_a_whole_pet_talks_in_a_small_heap(tmp_path: Path, compiled: Path, sounds: Path) -> None:
    """A long thing said and half a minute answered, several times; it polls meanwhile, and no
    reminder is lost.
    """
    server = TalkServer(talks=deque([honest(HALF_A_MINUTE)] * 3))
    with (
        chaos(server),
        pet(
            in_vm(TALKING_HEAP),
            tmp_path,
            server.url,
            time_scale=20,
            where=compiled,
            sounds=sounds,
        ) as desk,
    ):
        desk.wait_for('["WATER_DROP"')
        for times in (1, 2, 3):
            polls = server.api.paths["/api/water/poll"]
            talk(desk, "long.wav")
            assert server.api.paths["/api/water/poll"] > polls
            assert server.sounds == [sound_heard(LONG * SECOND_HEARD)] * times
            assert len(spoken_in(sounds)) == HALF_A_MINUTE * SECOND_SPOKEN
        until(lambda: desk.screen[0] == "WATER_DROP")
        desk.press()
        desk.wait_for(f"delivered: {ACK}")
        assert len(desk.told("".join(TEXTS))) == 3
        assert trouble(desk) == []
        desk.quit()
    assert server.complaints == []
    assert len({wish["key"] for wish in server.wishes}) == 3


@pytest.mark.parametrize("is_vm", [True, False], ids=["vm", "cpython"])
def test_a_pet_goes_on_whatever_becomes_of_what_it_is_told(
    tmp_path: Path, sounds: Path, compiled: Path, is_vm: bool
) -> None:
    """Every fault of both tables, one after the other, and honest answers among them: it says each
    time why it is not answered, acknowledges what it is reminded of, and loses no socket.
    """
    names = sorted({*OUTCOMES, *FAULTS} - {"bad_gateway"})
    server = TalkServer(seed=1, talks=deque(FAULTS[name] for name in names if name in FAULTS))
    with (
        chaos(server),
        pet(
            in_vm(TALKING_HEAP) if is_vm else in_cpython(),
            tmp_path,
            server.url,
            time_scale=20,
            where=compiled if is_vm else ROOT,
            sounds=sounds,
        ) as desk,
    ):
        desk.wait_for('["WATER_DROP"')
        open_files = desk.open_files()
        server.deck = deck(1, 1, 0)
        while server.talks:
            talk(desk, "short.wav")
            if desk.screen[0] == "WATER_DROP":
                desk.press()
        talk(desk, "short.wav")
        assert server.sounds[-1] == sound_heard(SECOND_HEARD)
        assert len(spoken_in(sounds)) == SECOND_SPOKEN // 2 // 2 * 2
        until(lambda: not server.deck)
        desk.wait_for(f"delivered: {ACK}", len(server.api.keys(ACK)))
        until(lambda: desk.open_files() <= open_files)
        assert trouble(desk) == []
        desk.quit()
    assert server.complaints == []
    assert len(wav_head(1)) == talk_sounds.HEAD_LEN


def silence(seconds: int) -> bytes:
    """A WAV of nothing."""
    return wav_head(16_000) + bytes(seconds * SECOND_HEARD)


@pytest.mark.parametrize("is_vm", [True, False], ids=["vm", "cpython"])
def test_a_pet_talks_with_a_real_server(
    tmp_path: Path, sounds: Path, compiled: Path, is_vm: bool
) -> None:
    """What it says arrives there as a recording; of nothing but silence it is told that it is."""
    (sounds / "silence.wav").write_bytes(silence(2))
    program = in_vm(TALKING_HEAP) if is_vm else in_cpython()
    where = compiled if is_vm else ROOT
    with (
        serving(tmp_path, store="memory:", log_level="error") as server,
        pet(program, tmp_path, server.url, where=where, sounds=sounds) as desk,
    ):
        desk.wait_for('["IDLE"')
        talk(desk, "silence.wav")
        assert desk.told("log talk refused: 400")
        assert desk.told('["MESSAGE","","I heard no words')
        assert trouble(desk) == []
        desk.quit()


def test_the_programs_are_of_this_interpreter() -> None:
    """So that what is compared is not one and the same."""
    assert in_cpython()[0] == sys.executable != in_vm()[0]
