"""A pet that reconnects for weeks loses neither memory nor sockets."""

import subprocess
from pathlib import Path

from tests.firmware.chaos import FAULTS, ChaosServer, chaos, deck
from tests.firmware.vm import micropython
from tests.serving.process import ROOT

EXCHANGES = 100_000
LOOKS = 10
HONEST_PER_FAULT = 9
SLOW_COPIES = 20
HEAP = "96k"
# Bytes: a cell or two more or less is in use just then.
GROWTH_MAX = 256
PROGRAM = "tests/torture/reconnecting.py"


def test_a_hundred_thousand_connections_leave_nothing_behind() -> None:
    """Every tenth meets a fault. The heap has as much room at the end as after the first tenth, and
    no more than the socket of one exchange is ever open.
    """
    copies = EXCHANGES // (len(FAULTS) * (HONEST_PER_FAULT + 1))
    server = ChaosServer(deck(1, copies, SLOW_COPIES, HONEST_PER_FAULT))
    every = EXCHANGES // LOOKS
    looks = []
    with chaos(server):
        words = [str(word) for word in (server.port, EXCHANGES, every)]
        command = [micropython(), "-X", f"heapsize={HEAP}", PROGRAM, *words]
        with subprocess.Popen(
            command, cwd=ROOT, env={"MICROPYPATH": f"{ROOT}:.frozen"}, stdout=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            open_files = []
            for line in process.stdout:
                looks.append([int(word) for word in line.split()])
                open_files.append(len(list(Path(f"/proc/{process.pid}/fd").iterdir())))
        assert process.returncode == 0
    assert [number for number, _, _ in looks] == [every * look for look in range(1, LOOKS + 1)]
    # While the server is away, many are refused in a moment.
    assert EXCHANGES // 2 < looks[-1][1] < EXCHANGES
    free = [free for _, _, free in looks]
    assert min(free[1:]) >= free[0] - GROWTH_MAX
    # Beside those of the last look, at which it may have ended.
    assert max(open_files[1:-1]) <= open_files[0] + 1
