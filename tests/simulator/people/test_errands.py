"""Every operation is asked for, and nonsense is what the contract forbids or does not know."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from random import Random
from typing import cast
from urllib.parse import parse_qsl

import orjson
import pytest
import yaml

from simulator.invariants.contract import operation
from simulator.invariants.exchanges import Exchange
from simulator.kernel.fate import Fate
from simulator.network.link import Network
from simulator.people.errands import ERRANDS, NONSENSE, OTHERWISE, Errand, Wish, drawn
from simulator.people.notebook import Done, Notebook
from simulator.people.programs import Programs
from simulator.scenarios.reading import find
from simulator.shrinking.parts import plainest
from simulator.world import World, run
from tests.simulator.people.rooms import CALM, HOUR_MS
from tests.simulator.stages import Echo, Scene, scene

CONTRACTS = Path(__file__).parents[3] / "contracts"
_BY_OTHERS = {"DELETE /api/chat/memory"}
"""What students erase themselves."""
_UNSAID = {"a schedule on Mars", "the status of a session", "sends noise", "a sample of never"}
"""What no schema can forbid."""


def wishes(errand: Errand) -> list[Wish]:
    """What it comes to for somebody who knows of nothing, and for somebody who has read a lot."""
    empty, full = Notebook("ada", ()), Notebook("ada", ())
    times = {"start_time": "08:00", "end_time": "22:00", "interval_min": 60, "enabled": True}
    full.read({"timezone": "UTC", **times})
    for kind in ("session", "pomodoro", "prompt"):
        full.write(kind, "4fd31b3c-7b3d-4cce-90cf-c7c63e16d9eb")
    full.write("code", f"pair_BCDFGHJK_{'x' * 43}")
    return [errand.make(notebook, Random(seed)) for notebook in (empty, full) for seed in (1, 2)]


def posted() -> list[Wish]:
    """All that makes sense and can be asked otherwise."""
    all_of_them = [wish for errand in ERRANDS for wish in wishes(errand)]
    return [wish for wish in all_of_them if wish.method == "POST" and wish.target in OTHERWISE]


def asked_otherwise(wish: Wish) -> Wish:
    """What a program asks for that has had this done by the key "a", and knows of other things."""
    notebook = Notebook("ada", ())
    for kind in ("session", "pomodoro"):
        notebook.write(kind, "5a1d7d41-3c0f-4d58-9c89-cf7a4c0e5b11")
    assert wish.body is not None
    notebook.keep(Done(wish.target, wish.body, "a", 0))
    (errand,) = (each for each in ERRANDS if each.name == "asks otherwise with an old key")
    return errand.make(notebook, Random(1))


def exchange(wish: Wish) -> Exchange:
    """It as the judge of the contract sees it."""
    path, _, query = wish.target.partition("?")
    body = {} if wish.body is None else orjson.loads(orjson.dumps(wish.body))
    return Exchange(
        id=1,
        who="app/ada",
        at=0,
        operation=f"{wish.method} {path}",
        asked=body or dict(parse_qsl(query)),
        headers={} if wish.body is None else {"content-type": "application/json"},
        status=200,
        answer={},
        answer_headers={},
        asked_at=0,
    )


def faults(errand: Errand) -> list[str]:
    """What the contract has against it each time; "" is nothing."""
    found = []
    for wish in wishes(errand):
        asked = exchange(wish)
        promised = operation(asked.operation)
        found.append("unknown" if promised is None else promised.fault_of_request(asked))
    return found


def documented() -> Iterator[str]:
    """Every operation of the two contracts."""
    for name in ("desktop_pet", "platform"):
        contract = yaml.load((CONTRACTS / f"{name}.openapi.yaml").read_bytes(), yaml.CSafeLoader)
        for path, item in cast("Mapping[str, Mapping[str, object]]", contract["paths"]).items():
            yield from (f"{method.upper()} {path}" for method in item if method != "parameters")


def test_every_operation_is_asked_for() -> None:
    """All of the API document, the extensions, and the platform's own."""
    asked = {exchange(wish).operation for errand in ERRANDS for wish in wishes(errand)}
    for template in documented():
        prefix = template.partition("{")[0]
        assert template in _BY_OTHERS or any(name.startswith(prefix) for name in asked), template


@pytest.mark.parametrize("errand", ERRANDS, ids=lambda errand: errand.name)
def test_what_makes_sense_keeps_to_the_contract(errand: Errand) -> None:
    """Whatever the program knows; a code of pairing is no id, so it has to know that."""
    knows_all = faults(errand)[2:]
    assert set(knows_all if errand.name == "collects a token" else faults(errand)) == {""}


@pytest.mark.parametrize("errand", NONSENSE, ids=lambda errand: errand.name)
def test_what_makes_none_does_not(errand: Errand) -> None:
    """So a server that did it would break the contract."""
    assert "" not in faults(errand) or errand.name in _UNSAID


def test_what_is_asked_with_an_old_key_is_another_request() -> None:
    """At the same path, as the contract wants it; each row of the table is reached."""
    assert {wish.target for wish in posted()} == OTHERWISE.keys()
    for wish in posted():
        other = asked_otherwise(wish)
        assert (other.method, other.target, other.key) == ("POST", wish.target, "a")
        assert other.body != wish.body
        promised = operation(f"POST {wish.target}")
        assert promised is not None
        assert promised.fault_of_request(exchange(other)) == ""


def test_an_old_key_is_forgotten_before_the_server_forgets_it() -> None:
    """What was done later is remembered, and no more than some of it."""
    notebook = Notebook("ada", ())
    for at in range(20):
        notebook.keep(Done("/api/water/schedule", {}, f"key {at}", at))
    known = [notebook.done(Random(seed)) for seed in range(200)]
    assert {done.at for done in known if done is not None} == {*range(12, 20)}
    notebook.forget_done(19)
    assert notebook.done(Random(1)) == Done("/api/water/schedule", {}, "key 19", 19)
    notebook.forget_done(20)
    assert notebook.done(Random(1)) is None


def test_rows_are_drawn_by_their_weight_where_they_fit() -> None:
    """None of those that do not fit there, and all others."""
    chance = Random(1)
    names = [drawn(ERRANDS, frozenset({"locked"}), chance).name for _ in range(4_000)]
    assert {"pairs", "collects a token"}.isdisjoint(names)
    assert len(set(names)) == len(ERRANDS) - 2
    assert names.count("reads the schedule") > 2 * names.count("saves the schedule of then")


@contextmanager
def running(only: list[str] | None = None, often: int = 100) -> Iterator[Scene]:
    """A student's programs for a day, before a server that answers nothing of use."""
    with scene() as empty:
        network = Network(Echo(), empty.stage, CALM)
        programs = Programs(network, Notebook("ada", ()), "pet_token", frozenset())
        programs.begin(Fate(empty.stage, only), often)
        empty.stage.loop.run_for(24 * HOUR_MS)
        yield empty


def test_errands_come_all_day_with_and_without_sense() -> None:
    """Each bears the token, and is a misfortune with a name."""
    with running() as empty:
        asked, fates = empty.events("request"), empty.events("fault")
        assert 60 < len(fates) == len(asked) < 140
        senders = [str(event["who"]) for event in asked]
        assert 0.1 < senders.count("clumsy/ada") / len(senders) < 0.4
        assert set(senders) == {"clumsy/ada", "app/ada"}
        assert all("authorization" in cast("dict[str, str]", e["headers"]) for e in asked)


def test_keys_come_again_with_other_requests() -> None:
    """To the same path, for half a day from when it was first done; what makes no sense has keys of
    its own.
    """
    asked: defaultdict[tuple[object, object, str], dict[str, int]] = defaultdict(dict)
    with running(often=500) as empty:
        for event in empty.events("request"):
            key = cast("dict[str, str]", event["headers"]).get("idempotency-key", "")
            bodies = asked[event["who"], event["path"], key]
            bodies.setdefault(str(event["body"]), cast("int", event["at"]))
    again = {place: [*bodies.values()] for place, bodies in asked.items() if place[2]}
    again = {place: ats for place, ats in again.items() if len(ats) > 1}
    assert len(again) > 4
    assert {who for who, _, _ in again} == {"app/ada"}
    spans = [max(ats) - min(ats) for ats in again.values()]
    assert HOUR_MS < max(spans) <= 12 * HOUR_MS + 90_000


def test_what_is_asked_with_an_old_key_is_refused() -> None:
    """In a world where programs ask all the time, and no judge objects."""
    told = find("ordinary").model_copy(update={"hours": 4})
    world = plainest(World(seed=1, scenario=told))
    people = world.faults.people.model_copy(update={"errands": 1000})
    faults = world.faults.model_copy(update={"people": people})
    outcome = run(world.model_copy(update={"faults": faults}), BytesIO())
    assert outcome.counts["mark bound elsewhere"] > 1
    assert [judge.objections for judge in outcome.court.judges if judge.objections] == []


def test_an_errand_that_is_spared_leaves_the_others_as_they_were() -> None:
    """What one of them asks for depends on the moment alone."""
    with running() as all_of_them, running(["errand:app/ada:7"]) as one:
        (sole,) = one.events("request")
        seventh = all_of_them.events("request")[6]
        assert {**sole, "id": 0} == {**seventh, "id": 0}


def test_a_session_that_was_ended_is_forgotten() -> None:
    """The last one is kept, so that something comes too late."""
    notebook = Notebook("ada", ())
    for id in ("one", "two"):
        notebook.write("session", id)
    notebook.strike("session", "one")
    notebook.strike("session", "three")
    notebook.strike("session", "two")
    assert {notebook.own_session(Random(seed)) for seed in range(9)} == {"two"}


def test_a_pulse_is_that_of_its_session() -> None:
    """Whoever is sure of it posts the same each time."""
    (feels,) = [errand for errand in ERRANDS if errand.name == "feels a pulse"]
    notebook = Notebook("ada", ())
    notebook.write("session", "4fd31b3c-7b3d-4cce-90cf-c7c63e16d9eb")
    felt = set()
    for seed in range(20):
        posted = orjson.loads(orjson.dumps(feels.make(notebook, Random(seed)).body))
        pulse = posted["metrics"]["cardio"]["pulse_rate"]
        felt.add((pulse["value"], pulse["stable"]))
    assert len(felt) == 2
    assert {is_sure for _, is_sure in felt} == {True, False}
