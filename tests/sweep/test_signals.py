"""The figures of docs/signals.md are those that its own command finds, to the digest.

It takes half a minute: forty people live, on all cores.
"""

import json
import re
import shlex
from pathlib import Path

import pytest

from simulator.__main__ import main

PAGE = Path(__file__).parents[2] / "docs" / "signals.md"
MEASURED = re.compile(r"`petsim (signals [^`]+)`, digest `([0-9a-f]{16})`")


def test_the_page_tells_what_its_command_finds(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever changes what it measures refreshes the page: ``petsim signals --write docs``."""
    ((command, digest),) = MEASURED.findall(PAGE.read_text(encoding="utf-8"))
    main([*shlex.split(command), "--json"])
    found = json.loads(capsys.readouterr().out)["digest"]
    assert found[:16] == digest
