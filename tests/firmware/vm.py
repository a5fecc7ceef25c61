"""The MicroPython VM, for tests that run the firmware in it."""

import platform
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLATFORMS = {("linux", "x86_64"), ("darwin", "arm64")}


def micropython() -> str:
    """Find the VM; a platform for which nobody builds one does without, aloud."""
    here = (sys.platform, platform.machine())
    if here not in PLATFORMS:
        pytest.skip(f"absent here: no MicroPython VM is built for {here[0]} on {here[1]}")
    found = shutil.which("micropython", path=sysconfig.get_path("scripts"))
    assert found is not None, "the MicroPython VM is not installed"
    return found


def said_by(
    module: str, *words: str, heap: str, compiled: Path | None = None, timeout_s: int = 240
) -> str:
    """Run a module in a VM with a heap of that size, from source or as a build has ``compiled`` it.

    What it writes is all that it may say.
    """
    command = [micropython(), "-X", f"heapsize={heap}", "-m", module, *words]
    done = subprocess.run(
        command,
        cwd=compiled or ROOT,
        env={"MICROPYPATH": f"{compiled}/lib" if compiled else ""},
        capture_output=True,
        check=False,
        timeout=timeout_s,
    )
    complaint = done.stderr or done.stdout[-2_000:]
    assert (done.returncode, done.stderr) == (0, b""), complaint.decode()
    return done.stdout.decode()
