"""A pet on this computer in a process of its own: ``firmware.hal.desk`` in the VM or in CPython.

Whatever a test does, the process is gone when the ``with`` ends. What it tells goes to a file, so
that it never waits for a reader.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tests.firmware.vm import micropython
from tests.serving.process import ROOT, until

# From source; a VM of 64-bit words needs twice what a board does.
HEAP = "224k"


def in_vm(heap: str = HEAP) -> list[str]:
    """The VM, with a heap of that size."""
    return [micropython(), "-X", f"heapsize={heap}"]


def in_cpython() -> list[str]:
    """CPython, which takes every warning for an error."""
    return [sys.executable, "-W", "error"]


@dataclass
class DeskPet:
    """A running pet: what it is told, and what it has told so far."""

    folder: Path
    process: "subprocess.Popen[bytes]"

    def tell(self, word: str) -> None:
        """Tell it one line."""
        stream: IO[bytes] | None = self.process.stdin
        assert stream is not None
        stream.write(f"{word}\n".encode())

    @property
    def lines(self) -> list[str]:
        """Everything it has told; the last line may not be whole yet."""
        return (self.folder / "told").read_text(encoding="utf-8").split("\n")[:-1]

    def told(self, words: str) -> list[str]:
        """The lines with these words."""
        return [line for line in self.lines if words in line]

    def wait_for(self, words: str, times: int = 1) -> str:
        """The line that holds these words for the so manieth time."""
        until(lambda: len(self.told(words)) >= times or self.process.poll() is not None)
        assert len(self.told(words)) >= times, f"it ended: {self.lines[-5:]}"
        return self.told(words)[times - 1]

    def press(self) -> None:
        """Press the first button for a moment; it has been felt when this returns."""
        felt = len(self.told("short press on"))
        self.tell("short")
        self.wait_for("short press on", felt + 1)

    @property
    def screen(self) -> list[object]:
        """What it shows now."""
        shown = [line.removeprefix("screen ") for line in self.lines if line.startswith("screen ")]
        return list(json.loads(shown[-1])) if shown else ["", "", "", False]

    def free_memory(self) -> int:
        """Free bytes of its heap; 0 if it has none of its own."""
        times = len(self.told("memory ")) + 1
        self.tell("memory")
        free = self.wait_for("memory ", times).split(" ")[1]
        return 0 if free == "-" else int(free)

    def open_files(self) -> int:
        """How many files and sockets it has open."""
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))

    def kill(self) -> None:
        """Take its power away."""
        self.process.kill()
        self.process.wait()

    def quit(self) -> None:
        """Tell it to end; it must do so without complaint."""
        self.tell("quit")
        assert self.process.wait(60) == 0
        assert (self.folder / "complained").read_text(encoding="utf-8") == ""


@contextmanager
def pet(
    program: Sequence[str],
    folder: Path,
    url: str,
    *,
    time_scale: int = 1,
    where: Path = ROOT,
    sounds: Path | None = None,
    **settings: object,
) -> Iterator[DeskPet]:
    """A pet of the user audrey for the server at ``url``; it keeps what it keeps in ``folder``, and
    hears and speaks the files of ``sounds`` if there are any.
    """
    (folder / "flash").mkdir(exist_ok=True)
    given = {"server": url, "device_name": "pet-1", "user_id": "audrey", "pairs": False, **settings}
    (folder / "settings.json").write_text(json.dumps(given))
    words = ["settings.json", "flash", "--time-scale", str(time_scale)]
    words[:2] = [str(folder / name) for name in words[:2]]
    words += ["--sounds", str(sounds)] if sounds else []
    with (folder / "told").open("wb") as out, (folder / "complained").open("wb") as err:
        process = subprocess.Popen(
            [*program, "-m", "firmware.hal.desk", *words],
            cwd=where,
            env={**os.environ, "MICROPYPATH": ":.frozen", "PYTHONIOENCODING": "ascii"},
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=err,
            bufsize=0,
        )
    with process:
        try:
            yield DeskPet(folder, process)
        finally:
            process.kill()
