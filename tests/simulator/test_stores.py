"""A day is the same on every store, to the last byte of its trace."""

import io
import json
import time
from functools import cache
from pathlib import Path
from queue import Queue
from threading import Thread

import pytest

from petcore.adapters.store_memory import MemoryStore
from petcore.errors import StoreUnavailable
from petcore.ports.store import Collection, Query, R, Store
from simulator.__main__ import main
from simulator.kernel.tripwires import Tripped, tripwires
from simulator.scenarios.reading import find
from simulator.world import Outcome, World, run
from tests.stores import KINDS, fresh_store

SHORT = ["day", "--hours", "10", "--polling", "next", "--no-report", "--quiet"]
NOBODY = "mongodb://petcore:secret@127.0.0.1:1/pets?timeoutMS=200"


class Forgetful(MemoryStore):
    """Finds all break prompts but the last."""

    async def find(self, query: Query[R]) -> list[R]:
        """What the query describes, or so it says."""
        found = await super().find(query)
        return found[:-1] if query.collection.name == "break_prompts" else found


class Lost(MemoryStore):
    """Can be reached until there is a water schedule."""

    async def insert(self, collection: Collection[R], document: R) -> None:
        """Store it, unless it is no longer there."""
        if collection.name == "water_schedules":
            raise StoreUnavailable("it is gone")
        await super().insert(collection, document)


def half_a_day(store: Store | None = None, hours: int = 12) -> Outcome:
    """At noon, every judge has seen a case."""
    ordinary = find("ordinary")
    device = ordinary.device.model_copy(update={"polling": "next"})
    scenario = ordinary.model_copy(update={"hours": hours, "device": device})
    return run(World(seed=1, scenario=scenario), io.BytesIO(), store=store)


@cache
def in_memory() -> Outcome:
    """The day that all stores are compared with."""
    return half_a_day()


@pytest.mark.parametrize("kind", KINDS)
def test_a_day_is_the_same_on_every_store(kind: str) -> None:
    """Each judge saw cases and none objects; the trace, with all that is stored, is the same."""
    if kind == "memory":
        outcome = in_memory()
    else:
        with fresh_store(kind) as store:
            outcome = half_a_day(store)
    for judge in outcome.court.judges:
        assert judge.cases, judge.name
        assert judge.objections == [], judge.name
    assert outcome.digest == in_memory().digest


def test_a_store_that_forgets_makes_another_day() -> None:
    """The comparison can fail, and a judge says why."""
    outcome = half_a_day(Forgetful())
    assert outcome.digest != in_memory().digest
    assert not outcome.court.is_content


def test_what_a_store_raises_arrives_in_the_world() -> None:
    """The server answers as it would anywhere, and the judge of 5xx objects."""
    outcome = half_a_day(Lost(), hours=10)
    assert [judge.name for judge in outcome.court.judges if judge.objections] == ["no server error"]


def test_the_tripwires_are_those_of_the_world_alone() -> None:
    """A thread that was there before has real time; the world has not, even beside it."""
    wanted, got = Queue[None](), Queue[float]()

    def tell_time() -> None:
        wanted.get()
        got.put(time.monotonic())

    thread = Thread(target=tell_time, daemon=True)
    thread.start()
    with tripwires():
        wanted.put(None)
        assert got.get() > 0
    thread.join()
    with pytest.raises(Tripped, match=r"time\.monotonic"), tripwires():
        time.monotonic()


def test_petsim_lives_a_day_on_a_store_of_ones_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The digest is that of memory, so `petsim replay` needs no store. Once more is refused, and
    leaves what is there alone.
    """
    uri, out = f"sqlite:///{tmp_path / 'day.db'}", tmp_path / "day"
    assert main([*SHORT, "--out", str(tmp_path / "memory")]) == 3
    assert main([*SHORT, "--out", str(out), "--store", uri]) == 3
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    known = json.loads((tmp_path / "memory" / "summary.json").read_text(encoding="utf-8"))
    assert summary["digest"] == known["digest"]
    assert main(["replay", "--quiet", str(out)]) == 0
    before = {path: path.read_bytes() for path in out.iterdir()}
    capsys.readouterr()
    assert main([*SHORT, "--out", str(out), "--store", uri]) == 2
    refusal = "petsim: the store holds water_schedules already; a world needs an empty one\n"
    assert capsys.readouterr().err == refusal
    assert {path: path.read_bytes() for path in out.iterdir()} == before


@pytest.mark.parametrize("uri", ["redis://localhost", NOBODY])
def test_a_store_that_cannot_be_used_is_named(
    uri: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With its address, without its password."""
    assert main([*SHORT, "--out", str(tmp_path), "--store", uri]) == 2
    said = capsys.readouterr().err
    assert said.startswith("petsim: --store")
    assert uri.rpartition("@")[2].partition("/")[0] in said
    assert "secret" not in said
