"""What is usual for a person is learned from earlier sessions, once for each session."""

from collections.abc import Mapping
from datetime import timedelta
from random import Random

import pytest

from petcore.adapters.entropy_seeded import SeededEntropy
from petcore.adapters.store_memory import MemoryStore
from petcore.adapters.zones_tzdata import TzdataZones
from petcore.ports import Ports
from petcore.ports.store import Query, R
from petcore.rules import vitals
from petcore.rules.instant import to_ms
from petcore.services.desktop_pet.baselines import Baselines, shown_as
from petcore.services.desktop_pet.collections import FOCUS_SAMPLES, id_of
from petcore.services.desktop_pet.shapes import FocusSample
from petcore.services.desktop_pet.stress import Reading
from petcore.services.idempotency import Call
from tests.services.desktop_pet.measured import CALM, begin, measure, told
from tests.services.server import NOON, Server, SetClock

CALL = Call("test")
PULSE = "cardio.pulse_rate"
EXCITED: Mapping[str, float] = {**CALM, PULSE: 84.0}
KEPT = {"estimator": vitals.VERSION, "readings": {"cardio_pulse_rate": 92.0}}
STRANGER = vitals.begin().usual[PULSE]


class CountingStore(MemoryStore):
    """Counts how often samples were looked for with what they measured, and how many at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.looks: list[int] = []

    async def find(self, query: Query[R]) -> list[R]:
        """Find and count."""
        found = await super().find(query)
        if query.collection.name == FOCUS_SAMPLES.name and not query.without:
            self.looks.append(len(found))
        return found


def baselines(store: MemoryStore) -> Baselines:
    """Of what is stored."""
    return Baselines(Ports(SetClock(), SeededEntropy(Random(1)), TzdataZones(), store))


async def keep(
    store: MemoryStore, number: int, seconds: float, raw_metrics: Mapping[str, object] = KEPT
) -> None:
    """A sample of Audrey's from so long before noon."""
    at = NOON - timedelta(seconds=seconds)
    id = f"00000000-0000-4000-8000-{number:012}"
    sample = FocusSample(
        _id=id_of(FOCUS_SAMPLES, sample_id=id),
        version=1,
        sample_id=id,
        session_id=id,
        user_id="audrey",
        captured_at=at,
        focus_score=0.5,
        stress_score=0.5,
        confidence=0.9,
        raw_metrics=raw_metrics,
        signal_source="presage",
        captured_at_ms=to_ms(at),
        is_counted=1,
    )
    await store.insert(FOCUS_SAMPLES, sample)


async def usual(store: MemoryStore) -> vitals.Usual:
    """What is a usual pulse for Audrey."""
    return (await baselines(store).begin("audrey")).usual[PULSE]


@pytest.mark.asyncio
async def test_whoever_always_has_a_fast_pulse_is_not_stressed_by_it() -> None:
    """The next session knows what the last one measured; of others it knows nothing."""
    server = Server()
    before = await measure(server, await begin(server), 60, EXCITED)
    server.clock.advance(600)
    after = await measure(server, await begin(server), 1, EXCITED)
    other = await measure(server, await begin(server, "ben"), 1, EXCITED)
    stranger, known = other["stress_score"], after["stress_score"]
    assert before["stress_score"] == stranger
    assert isinstance(stranger, float)
    assert isinstance(known, float)
    assert stranger - known > 0.1


@pytest.mark.asyncio
async def test_a_session_asks_once_and_not_for_itself() -> None:
    """With its first metrics; what it measures itself does not become usual meanwhile."""
    store = CountingStore()
    server = Server(store=store)
    id = await begin(server)
    await measure(server, id, 5)
    pet = server.services().desktop_pet
    await pet.stress.ingest_sample(Reading(id, 0.5, 0.5, None, 1.0, None, {}), CALL)
    assert store.looks == [0]
    server.clock.advance(1)
    await measure(server, await begin(server), 5)
    # The first session's six; and of them those from before this one began.
    assert store.looks == [0, 6]


@pytest.mark.asyncio
async def test_a_session_that_runs_beside_it_counts_until_it_began() -> None:
    """Samples from after the beginning are left out, whichever session they are of."""
    server = Server()
    earlier = await begin(server)
    later = await begin(server)
    await measure(server, earlier, 60, EXCITED)
    answer = await measure(server, later, 1, EXCITED)
    stranger = await measure(server, await begin(server, "ben"), 1, EXCITED)
    assert answer["stress_score"] == stranger["stress_score"]


@pytest.mark.asyncio
async def test_of_each_minute_one_sample_counts() -> None:
    """Who measures often is not known better than who measures long."""
    often, seldom = MemoryStore(), MemoryStore()
    for number in range(60):
        await keep(often, number, 0.5 + number)
        await keep(seldom, number, 60 * (0.5 + number))
    few = await usual(often)
    assert few == vitals.begin([{PULSE: 92.0}] * 1).usual[PULSE]
    assert await usual(seldom) == vitals.begin([{PULSE: 92.0}] * 60).usual[PULSE]
    assert few.familiarity > 0


@pytest.mark.asyncio
async def test_the_newest_of_a_minute_counts() -> None:
    """They are looked at from the newest on."""
    store = MemoryStore()
    for number, pulse in enumerate((100.0, 80.0)):
        kept = {**KEPT, "readings": {"cardio_pulse_rate": pulse}}
        await keep(store, number, 1 + number, kept)
    assert await usual(store) == vitals.begin([{PULSE: 100.0}]).usual[PULSE]


@pytest.mark.asyncio
async def test_not_all_is_read_and_not_at_a_time() -> None:
    """The newest 600, in portions: what others send with their samples may be large."""
    store = CountingStore()
    for number in range(700):
        await keep(store, number, 60 * number)
    assert await usual(store) == vitals.begin([{PULSE: 92.0}] * 600).usual[PULSE]
    assert store.looks == [100] * 6


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "raw_metrics",
    [
        {},
        {"readings": KEPT["readings"]},
        {**KEPT, "estimator": "petcore-vitals-0"},
        {**KEPT, "readings": None},
        {**KEPT, "readings": [["cardio_pulse_rate", 92.0]]},
        {**KEPT, "readings": {"cardio_pulse_rate": "92"}},
        {**KEPT, "readings": {"cardio_pulse_rate": None}},
        {**KEPT, "readings": {"cardio_pulse_rate": {"value": 92.0}}},
        {**KEPT, "readings": {"cardio.pulse_rate": 92.0, "pulse": 92.0}},
    ],
)
async def test_only_what_this_estimator_kept_is_believed(raw_metrics: Mapping[str, object]) -> None:
    """Samples of others, of other versions, and what anybody can send with a sample."""
    store = MemoryStore()
    await keep(store, 1, 60, raw_metrics)
    assert await usual(store) == STRANGER


@pytest.mark.asyncio
async def test_what_anybody_sends_harms_nobody_else() -> None:
    """The history is the user's own, through the operation as well."""
    server = Server()
    id = await begin(server)
    pet = server.services().desktop_pet
    forged = Reading(id, 0.5, 0.5, None, 1.0, None, KEPT)
    await pet.stress.ingest_sample(forged, CALL)
    ben = await begin(server, "ben")
    answer = await pet.metrics.ingest(told(ben, server.clock.now()), CALL)
    assert answer["sample_id"]
    sessions = (await server.stored())["focus_sessions"]
    kept = next(each["vitals"] for each in sessions if each["session_id"] == ben)
    assert isinstance(kept, dict)
    assert vitals.from_document(kept).usual[PULSE] == STRANGER


def test_names_are_kept_without_dots_and_found_again() -> None:
    """No two terms share a name there."""
    everything = dict.fromkeys(vitals.TERMS, 1.0)
    kept = shown_as(everything)
    assert len(kept) == len(everything)
    assert not [name for name in kept if "." in name]


@pytest.mark.asyncio
async def test_every_term_comes_back() -> None:
    """What a sample keeps of each reading is what the next session begins with."""
    store = MemoryStore()
    known = {name: (term.lowest + term.highest) / 2 for name, term in vitals.TERMS.items()}
    await keep(store, 1, 60, {**KEPT, "readings": shown_as(known)})
    assert await baselines(store).begin("audrey") == vitals.begin([known])
