"""A store that is overheard does what it should, and the trace knows of each sample."""

import asyncio
import json

import pytest

from petcore.adapters.store_memory import MemoryStore
from petcore.errors import Duplicate
from petcore.ports.store import Collection, Query, Record
from simulator.kernel.overheard import OverheardStore
from tests.simulator.stages import scene


class Said(Record):
    """Something with a score."""

    score: float


SAMPLES: Collection[Said] = Collection("focus_samples")
OTHERS: Collection[Said] = Collection("other_things")


def test_a_sample_is_told_when_it_is_stored() -> None:
    """Once, and nothing else is; one that is there already is refused and not told."""
    with scene() as empty:
        store = OverheardStore(MemoryStore(), empty.stage.trace)
        said = Said(_id="a", version=1, score=0.5)

        async def keep() -> None:
            await store.open()
            await store.ping()
            await store.insert(OTHERS, said)
            await store.insert(SAMPLES, said)
            with pytest.raises(Duplicate):
                await store.insert(SAMPLES, said)
            assert await store.replace(SAMPLES, Said(_id="a", version=2, score=0.6), 1)
            found = await store.get(SAMPLES, "a")
            assert found is not None
            assert found["score"] == 0.6
            assert await store.count(Query(SAMPLES)) == 1
            assert len(await store.find(Query(OTHERS))) == 1
            assert await store.delete(Query(SAMPLES)) == 1
            await store.close()

        asyncio.run(keep())
        (told,) = empty.events()
        assert told["kind"] == "measured"
        assert json.loads(str(told["document"])) == said
