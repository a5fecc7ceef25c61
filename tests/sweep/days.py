"""What the sweep lives through, each in a process of its own: days, mornings in front of a camera,
people in front of the SDK.
"""

import io
import json
from collections.abc import Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Protocol, TypeVar

from simulator.__main__ import main
from simulator.evaluation.living import live
from simulator.evaluation.record import Life
from simulator.scenarios.reading import find
from simulator.sweep.plan import ticket_called, world_of
from simulator.world import World, run
from tests.simulator.test_camera_day import story

_FIXED_SEEDS = 1
"""So many seeds poll at fixed periods, which takes longer; the others when the server says."""

R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)


class Job(Protocol[R_co]):
    """Something that takes long, for the pool (``conftest.py``). Equal jobs are done once."""

    @property
    def seconds(self) -> int:
        """How long about: the longest are begun first."""
        ...

    def do(self) -> R_co:
        """Do it."""
        ...


class Pool(Protocol):
    """Is asked what came of a job."""

    def __call__(self, job: Job[R]) -> R:
        """Wait for it. Raises what it raised."""
        ...


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the judges said: cases by judge, and all objections with judge and instant."""

    digest: str
    cases: Mapping[str, int]
    objections: list[str]


@dataclass(frozen=True, slots=True)
class Day:
    """A day of a scenario."""

    scenario: str
    seed: int
    pets: int = 1
    talkative: bool = False
    metrics: bool = False

    @property
    def story(self) -> "Day":
        """The same without its seed, which no day of a sweep has as 0."""
        return replace(self, seed=0)

    @property
    def seconds(self) -> int:
        """At fixed periods it takes longer."""
        return (8 if self.seed <= _FIXED_SEEDS else 4) * self.pets

    def do(self) -> Verdict:
        """Live through it."""
        whole = find(self.scenario)
        polling = "fixed" if self.seed <= _FIXED_SEEDS else "next"
        device = whole.device.model_copy(update={"polling": polling})
        return judged(
            World(
                seed=self.seed,
                scenario=whole.model_copy(update={"device": device}),
                pets=self.pets,
                talkative=self.talkative,
                metrics=self.metrics,
            )
        )

    def __str__(self) -> str:
        seed = f" --seed {self.seed}" if self.seed else ""
        options = f" --pets {self.pets}" * (self.pets > 1) + " --talkative" * self.talkative
        options += " --metrics" * self.metrics
        return f"--scenario {self.scenario}{seed}{options}"


def judged(world: World) -> Verdict:
    """Live through it."""
    with TemporaryFile() as trace:
        outcome = run(world, trace)
    judges = outcome.court.judges
    return Verdict(
        outcome.digest,
        {judge.name: judge.cases for judge in judges},
        [f"{judge.name} at {o.at} ms: {o.words}" for judge in judges for o in judge.objections],
    )


@dataclass(frozen=True, slots=True)
class Swept:
    """A world of ``petsim sweep``, by its name."""

    name: str
    seconds: int = 20

    def do(self) -> Verdict:
        """Live through it."""
        return judged(world_of(ticket_called(self.name)))

    def __str__(self) -> str:
        return f"--world {self.name}"


@dataclass(frozen=True, slots=True)
class Told:
    """What a command said, and the summary that it wrote."""

    code: int
    said: str
    summary: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Morning:
    """The story in front of a camera, as the command lives it."""

    seconds: int = 60

    def do(self) -> Told:
        """Live through it."""
        with TemporaryDirectory() as folder, redirect_stdout(io.StringIO()) as said:
            code = main(["day", "--camera", "--no-report", "--out", folder])
            summary = (Path(folder) / "summary.json").read_text(encoding="utf-8")
        return Told(code, said.getvalue(), json.loads(summary))


@dataclass(frozen=True, slots=True)
class CameraMinute:
    """One minute in front of a camera; twice is not the same job, but must be the same day."""

    time: int
    seconds: int = 5

    def do(self) -> Verdict:
        """Live through it."""
        return judged(World(seed=3, scenario=story(1), camera=True))


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in front of the SDK, with so many sittings."""

    seed: int
    sittings: int
    seconds: int = 2

    def do(self) -> Life:
        """Let them live."""
        return live(self.seed, self.sittings)
