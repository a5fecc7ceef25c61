"""Servers that a bench asks: started, filled, and looked at from outside.

What is read of a process comes from ``/proc``; where there is none, it is 0.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from types import MappingProxyType

from tests.bench.filling import POLL_PATH

_ESTABLISHED = "01"
_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs."""

    port: int
    pid: int


@contextmanager
def served(module: Sequence[str], settings: Mapping[str, str] = _NOTHING) -> Iterator[Server]:
    """A server that lives as long as the context. ``settings`` are variables of its own."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("PETCORE_")}
    environment = {**inherited, **settings}
    with subprocess.Popen(
        [sys.executable, "-m", *module], stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            assert process.stdout is not None
            ready = re.search(r"http://127\.0\.0\.1:(\d+)", process.stdout.readline())
            assert ready is not None, f"{module[0]} did not start"
            yield Server(int(ready[1]), process.pid)
        finally:
            process.terminate()


def petcore(store: str, *flags: str) -> list[str]:
    """The command that serves petcore on ``store``."""
    return ["petcore", "serve", "--port", "0", "--store", store, "--log-level", "warning", *flags]


def remind(port: int, user: str) -> None:
    """Have the user reminded, so that no later poll is due."""
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    wish = {"user_id": user, "start_time": "00:00", "end_time": "23:59", "interval_min": 1440}
    json_type = {"Content-Type": "application/json"}
    connection.request("POST", "/api/water/schedule", json.dumps(wish), json_type)
    assert connection.getresponse().read()
    connection.request("GET", f"{POLL_PATH}?user_id={user}")
    assert json.loads(connection.getresponse().read())["reason"] == "due"
    connection.close()


def processor_us(pid: int) -> float:
    """Microseconds of processor time that a process has used, without its children."""
    fields = _told(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK") * 1e6


def resident_mb(pid: int) -> float:
    """Megabytes of memory that a process and its children hold; what they share counts for each."""
    held = re.search(r"VmRSS:\s+(\d+) kB", _told(f"/proc/{pid}/status"))
    own = int(held[1]) / 1024 if held else 0.0
    children = _told(f"/proc/{pid}/task/{pid}/children").split()
    return own + sum(resident_mb(int(child)) for child in children)


def connections(port: int) -> int:
    """How many connections to ``port`` of this machine are open."""
    lines = (line.split() for line in _told("/proc/net/tcp").splitlines()[1:])
    ours = f":{port:04X}"
    return sum(line[1].endswith(ours) and line[3] == _ESTABLISHED for line in lines)


def _told(path: str) -> str:
    try:
        return Path(path).read_text(encoding="ascii")
    except OSError:
        return ""
