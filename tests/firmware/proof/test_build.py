"""What is built runs, in the VM and without its sources."""

import os
import subprocess
from pathlib import Path

import pytest

from firmware.workshop.build import HOSTS, build
from tests.firmware.vm import micropython


def run(out: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the VM far from the sources, with what was built on its path."""
    return subprocess.run(
        [micropython(), *words],
        cwd=out,
        env={**os.environ, "MICROPYPATH": f"{out / 'lib'}:.frozen"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build what the desk's host needs."""
    out = tmp_path_factory.mktemp("desk")
    build(out, also=HOSTS["desk"])
    return out


def test_the_desk_host_starts_from_compiled_files(desk: Path) -> None:
    """As far as its own words on how to use it."""
    done = run(desk, "-X", "heapsize=192k", "-m", "firmware.hal.desk")
    assert done.stdout.startswith("usage: desk SETTINGS.json"), done.stderr
    assert not list(desk.rglob("lib/**/*.py"))


def test_every_file_of_it_loads(desk: Path) -> None:
    """In one VM, without those that only a chip can load."""
    only_chip = {"esp32", "safe_mode", "start"}
    names = [
        ".".join(path.relative_to(desk / "lib").with_suffix("").parts)
        for path in sorted((desk / "lib").rglob("*.mpy"))
        if path.stem not in only_chip
    ]
    done = run(desk, "-c", "\n".join(f"import {name}" for name in names))
    assert (done.returncode, done.stderr) == (0, "")
    assert len(names) > 50


def test_a_traceback_says_where_and_in_few_words(tmp_path: Path) -> None:
    """The line, and the file as its maker knows it."""
    package = tmp_path / "sources" / "firmware" / "logic"
    package.mkdir(parents=True)
    (package / "sip.py").write_text("x = 1\n\n\ndef sip():\n    return x / 0\n")
    manifest = tmp_path / "sources" / "manifest.py"
    manifest.write_text('package("firmware")')
    build(tmp_path / "out", manifest=manifest)
    done = run(tmp_path / "out", "-c", "from firmware.logic.sip import sip\nsip()")
    assert '  File "logic/sip.py", line 5, in sip\n' in done.stderr + done.stdout
