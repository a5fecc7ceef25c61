"""The figures of docs/signals.md are those that its own command finds, to the digest.

It takes half a minute: forty people live, on all cores.
"""

import argparse
import re
import shlex
from pathlib import Path

import pytest

from simulator.commands import signals
from simulator.evaluation.findings import find
from tests.sweep.days import Person, Pool

PAGE = Path(__file__).parents[2] / "docs" / "signals.md"
((COMMAND, DIGEST),) = re.findall(
    r"`petsim signals ([^`]+)`, digest `([0-9a-f]{16})`", PAGE.read_text(encoding="utf-8")
)


def people() -> tuple[Person, ...]:
    """Those whom the command lets live."""
    parser = argparse.ArgumentParser()
    signals.add_arguments(parser)
    asked = parser.parse_args(shlex.split(COMMAND))
    seeds = range(asked.seed, asked.seed + asked.seeds)
    return tuple(Person(seed, asked.sessions) for seed in seeds)


@pytest.mark.parametrize("jobs", [people()], ids=["people"])
def test_the_page_tells_what_its_command_finds(lived: Pool, jobs: tuple[Person, ...]) -> None:
    """Whoever changes what it measures refreshes the page: ``petsim signals --write docs``."""
    assert find(tuple(map(lived, jobs))).digest[:16] == DIGEST
