"""Exchanges of HTTP in the MicroPython VM, on real sockets."""

import json
import subprocess
from collections import deque

from tests.firmware.chaos import FAULTS, SLOW_FAULTS, ChaosServer, chaos
from tests.firmware.desk_pet import in_vm
from tests.firmware.outcomes import BY_CHANCE, OUTCOMES
from tests.serving.process import ROOT

# Bytes between which there is room for as many.
PIECE = 160
TIMEOUT_MS = 2_000


def said_in_vm(program: str, *numbers: int) -> str:
    """What a program of this folder says in the VM, which must not complain."""
    done = subprocess.run(
        [*in_vm(), f"tests/firmware/proof/{program}.py", *map(str, numbers)],
        cwd=ROOT,
        env={"MICROPYPATH": f"{ROOT}:.frozen"},
        capture_output=True,
        check=True,
    )
    assert done.stderr == b""
    return done.stdout.decode()


def test_every_fault_comes_to_the_same_in_the_vm() -> None:
    """As the table says, which holds in CPython, too."""
    # Who is away is away for the next one as well.
    names = sorted({*FAULTS, *SLOW_FAULTS} - BY_CHANCE - {"refuse"})
    every_fault = {**FAULTS, **SLOW_FAULTS}
    with chaos(ChaosServer(deque(every_fault[name] for name in names))) as server:
        lines = said_in_vm("exchanging", server.port, len(names), TIMEOUT_MS).splitlines()
    outcomes = dict(zip(names, map(json.loads, lines), strict=True))
    assert outcomes == {name: json.loads(json.dumps(OUTCOMES[name])) for name in names}


def test_an_exchange_needs_no_large_piece_of_memory() -> None:
    """A heap that is old has none, though half of it is free."""
    exchanges = 20
    with chaos(ChaosServer()) as server:
        said = said_in_vm("in_pieces", server.port, PIECE, exchanges)
    largest, free, answered = (int(word) for word in said.split())
    assert answered == exchanges
    assert largest < 2 * PIECE < free
