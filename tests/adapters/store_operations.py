"""Random operations on documents that hold anything, done on several stores at once.

Here: what is asked, and that all say the same. Not here: which stores; ``tests/adapters`` takes
little of it, ``tests/torture`` much.
"""

import asyncio
import random
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from petcore.errors import Duplicate
from petcore.ports.store import Collection, Index, Query, Record, Scalar, Store
from tests.adapters.store_conformance import alike
from tests.stores import fresh_store


class Thing(Record):
    """A document to be found by two fields, that holds anything."""

    owner: str
    at: int
    handle: str
    content: object
    more: object


THINGS = Collection[Thing](
    "things",
    (Index(("owner", "at")), Index(("at",)), Index(("handle",), unique=True), Index(("owner",))),
)

NAMES = (
    "a", "A", "$ref", "$id", "$db", "$date", "$$date", "$", "$a.b", "a.b", ".", "", " ", "%24",
    "%", "%25", "%00", "%2524", "\0", "a\0b", "$\0", "_id", "0", "-1", "'", '"', "\\", "é",
    "\U0001f600", "__proto__", "n" * 300,
)  # fmt: skip
"""Names within a document that some store might take for something else."""

TEXTS = (*NAMES, "2026-05-05T12:00:00Z", "true", "null", "1", '{"$date": 1}', "x" * 5_000)
NUMBERS = (
    0, 1, -1, 2**31 - 1, 2**31, -(2**31) - 1, 2**53 + 1, 2**63 - 1, -(2**63), 0.0, -0.0, 1.0, 0.1,
    1e308, 5e-324, -2.5, 1e16,
)  # fmt: skip
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
INSTANTS_MS = (0, -1, 1, 999, 1_778_000_000_123, -62_135_596_800_000, 253_402_300_799_999)


def drawn(chance: random.Random, depth: int = 0) -> object:
    """A value that the port allows, whichever."""
    kinds = (_flag, _number, _text, _instant, *((_list, _mapping) if depth < 5 else ()))
    return chance.choice(kinds)(chance, depth)


def _flag(chance: random.Random, _: int) -> object:
    return chance.choice((None, True, False))


def _number(chance: random.Random, _: int) -> object:
    some = (chance.choice(NUMBERS), chance.randrange(-(2**63), 2**63), chance.uniform(-1e9, 1e9))
    return chance.choice(some)


def _text(chance: random.Random, _: int) -> object:
    if chance.random() < 0.5:
        return chance.choice(TEXTS)
    letters = (chr(chance.choice((chance.randrange(128), 0xE9, 0x4E2D, 0x1F600))) for _ in range(8))
    return "".join(letters)


def _instant(chance: random.Random, _: int) -> object:
    ms = chance.choice((*INSTANTS_MS, chance.randrange(0, 4_000_000_000_000)))
    return _EPOCH + timedelta(milliseconds=ms)


def _list(chance: random.Random, depth: int) -> object:
    return [drawn(chance, depth + 1) for _ in range(chance.randrange(4))]


def _mapping(chance: random.Random, depth: int) -> object:
    return {chance.choice(NAMES): drawn(chance, depth + 1) for _ in range(chance.randrange(4))}


@dataclass(frozen=True, slots=True)
class Deed:
    """An operation: the name of the store's method and what it is given."""

    method: str
    given: tuple[object, ...]

    async def done_on(self, store: Store) -> object:
        """What the store answers; the class of what it raises."""
        try:
            return await getattr(store, self.method)(*self.given)
        except Duplicate:
            return Duplicate


def deed(chance: random.Random) -> Deed:
    """An operation on a world small enough for most of them to meet something."""
    kind = chance.choices(
        ("get", "insert", "replace", "find", "count", "delete"), (2, 4, 4, 3, 1, 0.4)
    )[0]
    if kind in ("find", "count", "delete"):
        return Deed(kind, (_query(chance),))
    id = f"t{chance.randrange(25)}"
    if kind == "get":
        return Deed(kind, (THINGS, id))
    version = chance.randrange(1, 4)
    thing = Thing(
        _id=id,
        version=version,
        owner=chance.choice(("ann", "bob", "é")),
        at=chance.choice((-(2**63), -1, 0, 1, 2**31, 2**53 + 1, 2**63 - 1)),
        handle=f"h{chance.randrange(30)}",
        content=drawn(chance),
        more=drawn(chance),
    )
    rest = () if kind == "insert" else (max(version - 1, 1),)
    return Deed(kind, (THINGS, thing, *rest))


_SHAPES: Sequence[tuple[tuple[str, ...], str]] = (
    ((), "_id"),
    ((), "at"),
    ((), "handle"),
    (("owner",), "at"),
    (("owner",), "_id"),
    (("handle",), "_id"),
    (("at",), "_id"),
)


_LEFT_OUT: Sequence[tuple[str, ...]] = ((), (), ("content",), ("more",), ("more", "content", "no"))


def _query(chance: random.Random) -> Query[Thing]:
    fields, order = chance.choice(_SHAPES)
    bounds = [_value(chance, order) if chance.random() < 0.4 else None for _ in range(2)]
    return Query(
        THINGS,
        {field: _value(chance, field) for field in fields},
        order,
        bounds[0],
        bounds[1],
        descending=chance.random() < 0.5,
        limit=chance.choice((None, None, 1, 3, 1_000)),
        without=chance.choice(_LEFT_OUT),
    )


def _value(chance: random.Random, field: str) -> Scalar:
    if field == "at":
        return chance.choice((-(2**63), -1, 0, 1, 2**31, 2**53 + 1))
    if field == "owner":
        return chance.choice(("ann", "bob", "é", "nobody"))
    return f"{field.strip('_')[0].replace('i', 't')}{chance.randrange(30)}"


async def agree(kinds: Sequence[str], seed: int, steps: int) -> int:
    """Do ``steps`` operations on a store of every kind and compare; say how many found something.

    Raises ``AssertionError`` that names the seed and the step.
    """
    chance, found = random.Random(seed), 0
    async with AsyncExitStack() as stack:
        stores = [stack.enter_context(fresh_store(kind)) for kind in kinds]
        for store in stores:
            await store.open()
            stack.push_async_callback(store.close)
        for step in range(steps):
            asked = deed(chance)
            ends = await asyncio.gather(*(asked.done_on(store) for store in stores))
            for kind, end in zip(kinds, ends, strict=True):
                assert alike(end, ends[0]), f"seed {seed}, step {step}: {kind} differs in {asked}"
            found += bool(ends[0])
        contents = [await store.find(Query(THINGS)) for store in stores]
        assert all(alike(content, contents[0]) for content in contents)
    return found
