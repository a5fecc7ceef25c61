"""What every store must do: one suite, run by each store's own test file.

A store's test file derives from ``StoreConformance`` and gives it a fixture ``store``, open and
empty. Here: only what the port promises. Not here: how a technology keeps it.
"""

import asyncio
import itertools
import random
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from petcore.adapters.store_memory import MemoryStore
from petcore.errors import Duplicate
from petcore.ports.store import Collection, Index, Query, Record, Store


class Pet(Record):
    """A document with something to look up."""

    owner: str
    at: int
    handle: str


class Note(Record):
    """A document that holds anything."""

    content: Any


PETS = Collection[Pet](
    "pets", (Index(("owner", "at")), Index(("at",)), Index(("handle",), unique=True))
)
NOTES = Collection[Note]("notes")
ANYTHING = Collection[dict[str, object]]("anything")


def pet(number: int, owner: str = "ann", at: int = 0, version: int = 1) -> Pet:
    """A pet with an ``_id`` and a handle of its own."""
    return Pet(_id=f"p{number}", version=version, owner=owner, at=at, handle=f"h{number}")


def ids(pets: list[Pet]) -> list[str]:
    """The ``_id`` of each, in order."""
    return [each["_id"] for each in pets]


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
_NAMES = st.one_of(_TEXTS, st.sampled_from(["$date", "$$date", "$$$date", "date", "$"]))
_INSTANTS = st.integers(-62_135_596_800_000, 253_402_300_799_999).map(
    lambda ms: _EPOCH + timedelta(milliseconds=ms)
)
_SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    _TEXTS,
    _INSTANTS,
)
VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_NAMES, inner, max_size=4),
    max_leaves=20,
)

_numbers = itertools.count()


def alike(one: object, other: object) -> bool:
    """Equal, and of the same kind all the way down: ``1``, ``True`` and ``1.0`` are three."""
    if isinstance(one, datetime):
        return one == other and isinstance(other, datetime) and other.utcoffset() == timedelta(0)
    if type(one) is not type(other):
        return False
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(alike(one[k], other[k]) for k in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(alike, one, other))
    return repr(one) == repr(other)


class StoreConformance:
    """The suite."""

    word = "order"
    """A word of SQL that names a collection."""

    steps = 1_500
    """How many random operations are compared."""

    @pytest.mark.asyncio
    async def test_ping_of_an_open_store_returns(self, store: Store) -> None:
        """An open store can be read and written."""
        await store.ping()

    @pytest.mark.asyncio
    async def test_closing_twice_is_allowed(self, store: Store) -> None:
        """The second close has nothing to do."""
        await store.close()
        await store.close()

    @pytest.mark.asyncio
    async def test_what_was_never_stored_is_none(self, store: Store) -> None:
        """A missing document is no error."""
        assert await store.get(PETS, "p1") is None

    @pytest.mark.asyncio
    @settings(
        # One store serves all examples of a run, and several stores run this: both on purpose.
        suppress_health_check=[
            HealthCheck.function_scoped_fixture,
            HealthCheck.differing_executors,
        ],
        deadline=None,
    )
    @given(content=VALUES)
    async def test_every_value_comes_back_as_it_was(self, store: Store, content: Any) -> None:
        """Every value the port allows keeps its value, its type and the order of its names."""
        note = Note(_id=f"n{next(_numbers)}", version=1, content=content)
        await store.insert(NOTES, note)
        assert alike(await store.get(NOTES, note["_id"]), note)

    @pytest.mark.asyncio
    @pytest.mark.parametrize(
        "content",
        [
            float("nan"),
            float("-inf"),
            2**63,
            b"bytes",
            (1, 2),
            {1: "a name that is no string"},
            datetime(2026, 3, 29, 1, 30),
            datetime(2026, 3, 29, 1, 30, 0, 1, tzinfo=UTC),
        ],
        ids=str,
    )
    async def test_what_no_store_could_keep_is_refused(self, store: Store, content: Any) -> None:
        """A value that would come back changed is refused, and nothing is stored."""
        with pytest.raises(ValueError, match=r"document c|not in UTC"):
            await store.insert(NOTES, Note(_id="n", version=1, content=[content]))
        assert await store.get(NOTES, "n") is None

    @pytest.mark.asyncio
    @pytest.mark.parametrize(("depth", "fits"), [(99, True), (100, False)])
    async def test_nesting_ends_at_a_hundred(self, store: Store, depth: int, fits: bool) -> None:
        """A document that could be written but not read again is refused."""
        content: Any = []
        for _ in range(depth - 1):
            content = [content]
        note = Note(_id="n", version=1, content=content)
        if fits:
            await store.insert(NOTES, note)
            assert await store.get(NOTES, "n") == note
        else:
            with pytest.raises(ValueError, match="deep"):
                await store.insert(NOTES, note)

    @pytest.mark.asyncio
    @pytest.mark.parametrize("owner", [None, 1.5, True, ["ann"]], ids=str)
    async def test_what_is_looked_up_is_a_string_or_integer(self, store: Store, owner: Any) -> None:
        """An indexed field of another kind is refused."""
        with pytest.raises(ValueError, match="owner"):
            await store.insert(PETS, pet(1, owner))

    @pytest.mark.asyncio
    async def test_a_collection_has_one_declaration(self, store: Store) -> None:
        """Two declarations of one name cannot both be right."""
        await store.insert(PETS, pet(1))
        with pytest.raises(ValueError, match="two ways"):
            await store.get(Collection[Pet]("pets"), "p1")

    @pytest.mark.asyncio
    async def test_names_may_be_words_of_sql(self, store: Store) -> None:
        """No name that the port allows means anything to the store."""
        odd = Collection[Any](self.word, (Index(("select", "document")), Index(("version",))))
        document = {"_id": "o1", "version": 3, "select": "x", "document": "y", "rowid": 1.5}
        await store.insert(odd, document)
        assert await store.find(Query(odd, {"document": "y", "select": "x"})) == [document]
        assert await store.find(Query(odd, {"version": 3})) == [document]

    @pytest.mark.asyncio
    async def test_inserting_an_id_again_is_a_duplicate(self, store: Store) -> None:
        """The first document with an ``_id`` stays."""
        await store.insert(PETS, pet(1, at=1))
        with pytest.raises(Duplicate):
            await store.insert(PETS, {**pet(1, at=2), "handle": "another"})
        assert await store.get(PETS, "p1") == pet(1, at=1)

    @pytest.mark.asyncio
    async def test_inserting_a_unique_value_again_is_a_duplicate(self, store: Store) -> None:
        """The first document with a unique value stays, and the second is not stored."""
        await store.insert(PETS, pet(1))
        with pytest.raises(Duplicate):
            await store.insert(PETS, {**pet(2), "handle": "h1"})
        assert await store.get(PETS, "p2") is None
        assert await store.count(Query(PETS)) == 1

    @pytest.mark.asyncio
    async def test_values_that_differ_after_a_nul_differ(self, store: Store) -> None:
        """Unique means unique to the last character."""
        await store.insert(PETS, {**pet(1), "handle": "a\0b"})
        await store.insert(PETS, {**pet(2), "handle": "a\0c"})
        assert ids(await store.find(Query(PETS, {"handle": "a\0c"}))) == ["p2"]

    @pytest.mark.asyncio
    async def test_replace_of_the_expected_version_replaces(self, store: Store) -> None:
        """The whole document is new, and so is what it is found by."""
        await store.insert(PETS, pet(1, "ann"))
        assert await store.replace(PETS, pet(1, "bob", version=2), 1) is True
        assert await store.get(PETS, "p1") == pet(1, "bob", version=2)
        assert await store.find(Query(PETS, {"owner": "ann"}, "at")) == []
        assert ids(await store.find(Query(PETS, {"owner": "bob"}, "at"))) == ["p1"]

    @pytest.mark.asyncio
    async def test_replace_of_another_version_changes_nothing(self, store: Store) -> None:
        """Whoever read an older version is told so."""
        await store.insert(PETS, pet(1, version=2))
        assert await store.replace(PETS, pet(1, "bob", version=2), 1) is False
        assert await store.get(PETS, "p1") == pet(1, version=2)

    @pytest.mark.asyncio
    async def test_replace_of_a_missing_document_inserts_nothing(self, store: Store) -> None:
        """There is no insert by replacing."""
        assert await store.replace(PETS, pet(1), 1) is False
        assert await store.get(PETS, "p1") is None

    @pytest.mark.asyncio
    async def test_replace_may_not_take_a_unique_value(self, store: Store) -> None:
        """Another's unique value is a duplicate, one's own is not, and one given up is free."""
        await store.insert(PETS, pet(1))
        await store.insert(PETS, pet(2))
        with pytest.raises(Duplicate):
            await store.replace(PETS, {**pet(2, version=2), "handle": "h1"}, 1)
        assert await store.get(PETS, "p2") == pet(2)
        assert await store.replace(PETS, {**pet(1, version=2), "handle": "new"}, 1)
        assert await store.replace(PETS, {**pet(2, version=2), "handle": "h1"}, 1)

    @pytest.mark.asyncio
    async def test_a_wrong_version_comes_before_a_taken_value(self, store: Store) -> None:
        """A replace that would not happen cannot be a duplicate."""
        await store.insert(PETS, pet(1))
        await store.insert(PETS, pet(2))
        assert await store.replace(PETS, {**pet(2), "handle": "h1"}, 9) is False

    @pytest.mark.asyncio
    async def test_nothing_is_shared_with_the_store(self, store: Store) -> None:
        """Changing what was handed in or out, however deep, changes nothing that is stored."""
        note = Note(_id="n", version=1, content={"list": [{"deep": 1}]})
        await store.insert(NOTES, note)
        note["content"]["list"][0]["deep"] = 2
        for _ in range(2):
            (found,) = await store.find(Query(NOTES))
            got = await store.get(NOTES, "n")
            assert got is not None
            assert got["content"] == {"list": [{"deep": 1}]}
            assert found["content"] == {"list": [{"deep": 1}]}
            got["content"]["list"][0]["deep"] = 3
            found["content"]["list"].clear()

    @pytest.mark.asyncio
    @pytest.mark.parametrize("limit", [None, 2, 3, 100])
    async def test_find_sorts_by_the_order_and_then_by_id(
        self, store: Store, limit: int | None
    ) -> None:
        """Ties are sorted by ``_id`` too, and ``descending`` turns both round."""
        for number, at in ((3, 5), (1, 5), (2, 5), (4, 1), (5, 9)):
            await store.insert(PETS, pet(number, at=at))
        await store.insert(PETS, pet(6, "bob", at=5))
        rising = ["p4", "p1", "p2", "p3", "p5"]
        query = Query(PETS, {"owner": "ann"}, "at", limit=limit)
        assert ids(await store.find(query)) == rising[:limit]
        query = Query(PETS, {"owner": "ann"}, "at", descending=True, limit=limit)
        assert ids(await store.find(query)) == rising[::-1][:limit]

    @pytest.mark.asyncio
    async def test_a_range_holds_its_beginning_and_not_its_end(self, store: Store) -> None:
        """``at_least`` is in, ``below`` is out, and a crossed range is empty."""
        for number in range(6):
            await store.insert(PETS, pet(number, at=number))
        for descending in (False, True):
            some = Query(PETS, order="at", at_least=2, below=4, descending=descending)
            assert sorted(ids(await store.find(some))) == ["p2", "p3"]
            crossed = Query(PETS, order="at", at_least=4, below=2, descending=descending)
            assert await store.find(crossed) == []

    @pytest.mark.asyncio
    async def test_a_range_of_ids_needs_no_index(self, store: Store) -> None:
        """Pages by ``_id`` work in every collection, and sort by code point."""
        for name in ("a", "Z", "é", "aa", "b", "\U0001f600", "\uffff"):
            await store.insert(NOTES, Note(_id=name, version=1, content=None))
        found = await store.find(Query(NOTES))
        assert [note["_id"] for note in found] == [
            "Z", "a", "aa", "b", "é", "\uffff", "\U0001f600",
        ]  # fmt: skip
        page = await store.find(Query(NOTES, at_least="aa", limit=2))
        assert [note["_id"] for note in page] == ["aa", "b"]

    @pytest.mark.asyncio
    async def test_order_by_id_below_a_longer_index(self, store: Store) -> None:
        """An index that goes on with another field still serves the order of ``_id``."""
        for number, at in ((1, 9), (2, 1), (3, 5)):
            await store.insert(PETS, pet(number, at=at))
        query = Query(PETS, {"owner": "ann"}, at_least="p2")
        assert ids(await store.find(query)) == ["p2", "p3"]

    @pytest.mark.asyncio
    async def test_order_by_the_middle_of_an_index(self, store: Store) -> None:
        """Ties of the order are sorted by ``_id``, not by the index's next field."""
        triples = Collection[Any]("triples", (Index(("a", "b", "c")),))
        for id, b, c in (("x", 1, 3), ("y", 1, 2), ("z", 0, 1)):
            await store.insert(triples, {"_id": id, "version": 1, "a": 1, "b": b, "c": c})
        found = await store.find(Query(triples, {"a": 1}, "b"))
        assert [each["_id"] for each in found] == ["z", "x", "y"]
        found = await store.find(Query(triples, {"a": 1}, "b", descending=True, limit=2))
        assert [each["_id"] for each in found] == ["y", "x"]

    @pytest.mark.asyncio
    @pytest.mark.parametrize("limit", [None, 1])
    async def test_what_a_query_is_without_is_not_found(
        self, store: Store, limit: int | None
    ) -> None:
        """That field is missing, at the top only; all others are as they were stored."""
        rest = {
            "content": [{"content": 1}],
            "$date": 5,
            "%": "a\0b",
            "at": _EPOCH,
            "z": [-0.0, 1e16],
        }
        stored: dict[str, object] = {
            "_id": "n",
            "version": 2**53 + 1,
            "content": [{}],
            "contents": rest,
            "b": None,
        }
        await store.insert(ANYTHING, stored)
        for without in (("content",), ("content", "b", "content"), ("b", "unknown"), ("cont",)):
            (found,) = await store.find(Query(ANYTHING, limit=limit, without=without))
            left = {name: value for name, value in stored.items() if name not in without}
            assert alike(found, left)
        assert alike(await store.get(ANYTHING, "n"), stored)

    @pytest.mark.asyncio
    async def test_deleting_and_counting_pass_over_what_a_query_is_without(
        self, store: Store
    ) -> None:
        """It says nothing of which documents are meant."""
        for number in range(4):
            await store.insert(NOTES, Note(_id=f"n{number}", version=1, content=number))
        some = Query(NOTES, limit=3, without=("content",))
        assert await store.count(some) == 3
        assert await store.delete(some) == 3
        assert await store.delete(Query(NOTES, without=("content",))) == 1

    @pytest.mark.asyncio
    @pytest.mark.parametrize("name", ["_id", "version", "owner", "at", "a.b", "$a", "", "a'b", "A"])
    async def test_what_is_looked_up_is_never_left_out(self, store: Store, name: str) -> None:
        """Nor is what cannot be a field. The refusal comes from the port."""
        with pytest.raises(ValueError, match="left out"):
            await store.find(Query(PETS, without=("handicap", name)))

    @pytest.mark.asyncio
    async def test_delete_and_count_are_of_what_find_returns(self, store: Store) -> None:
        """The limit and the order hold for all three."""
        for number in range(5):
            await store.insert(PETS, pet(number, at=number))
        newest = Query(PETS, {"owner": "ann"}, "at", at_least=1, descending=True, limit=2)
        assert await store.count(newest) == 2
        assert await store.delete(newest) == 2
        assert ids(await store.find(Query(PETS))) == ["p0", "p1", "p2"]
        assert await store.delete(Query(PETS, {"owner": "bob"})) == 0

    @pytest.mark.asyncio
    async def test_what_was_deleted_can_be_inserted_again(self, store: Store) -> None:
        """Neither the ``_id`` nor the unique value is remembered."""
        await store.insert(PETS, pet(1))
        assert await store.delete(Query(PETS, {"handle": "h1"})) == 1
        await store.insert(PETS, pet(1, "bob"))
        assert await store.get(PETS, "p1") == pet(1, "bob")

    @pytest.mark.asyncio
    async def test_a_query_that_no_index_serves_is_refused(self, store: Store) -> None:
        """The refusal comes from the port, before any store sees the query."""
        for equal, order in (({"owner": "ann"}, "handle"), ({"at": 1}, "owner"), ({"x": 1}, "_id")):
            with pytest.raises(ValueError, match="no index"):
                await store.find(Query(PETS, cast("Any", equal), order))

    @pytest.mark.asyncio
    async def test_concurrent_increments_lose_nothing(self, store: Store) -> None:
        """Compare-and-swap: whoever comes second tries again, and every step counts."""
        await store.insert(PETS, pet(1))

        async def increment() -> None:
            while True:
                now = await store.get(PETS, "p1")
                assert now is not None
                later = pet(1, at=now["at"] + 1, version=now["version"] + 1)
                if await store.replace(PETS, later, now["version"]):
                    return

        await asyncio.gather(*(increment() for _ in range(20)))
        assert await store.get(PETS, "p1") == pet(1, at=20, version=21)

    @pytest.mark.asyncio
    async def test_a_race_for_a_unique_value_has_one_winner(self, store: Store) -> None:
        """All others get ``Duplicate``, and only the winner is stored."""
        runners = [Pet({**pet(number), "handle": "same"}) for number in range(30)]
        ends = await asyncio.gather(
            *(store.insert(PETS, each) for each in runners), return_exceptions=True
        )
        assert sorted(type(end).__name__ for end in ends) == ["Duplicate"] * 29 + ["NoneType"]
        assert ids(await store.find(Query(PETS))) == [runners[ends.index(None)]["_id"]]

    @pytest.mark.asyncio
    async def test_a_failure_leaves_its_neighbours_alone(self, store: Store) -> None:
        """Of writes at the same time, each has its own result."""
        await store.insert(PETS, pet(0))
        ends = await asyncio.gather(
            store.insert(PETS, pet(1)),
            store.insert(PETS, pet(0)),
            store.replace(PETS, pet(0, "bob", version=2), 1),
            store.replace(PETS, pet(0, "eve", version=2), 1),
            store.insert(PETS, pet(2)),
            return_exceptions=True,
        )
        assert isinstance(ends[1], Duplicate)
        assert [ends[0], ends[4]] == [None, None]
        assert {ends[2], ends[3]} == {True, False}
        assert ids(await store.find(Query(PETS))) == ["p0", "p1", "p2"]

    @pytest.mark.asyncio
    @pytest.mark.parametrize("seed", [1, 2, 3])
    async def test_random_operations_agree_everywhere(self, store: Store, seed: int) -> None:
        """The store, the one in memory and a naive list say the same, however often asked."""
        chance = random.Random(seed)
        memory, naive = MemoryStore(), NaiveStore()
        for step in range(self.steps):
            what, *arguments = _operation(chance)
            ends = [await _end(each, what, arguments) for each in (store, memory, naive)]
            assert ends[0] == ends[1] == ends[2], f"seed {seed}, step {step}: {what} {arguments}"


class NaiveStore:
    """A list of documents, read from beginning to end: too simple to be wrong."""

    def __init__(self) -> None:
        self._pets: list[Pet] = []

    async def get(self, _: Collection[Pet], id: str) -> Pet | None:
        """The document with this ``_id``, or None."""
        return next((each for each in self._pets if each["_id"] == id), None)

    async def insert(self, _: Collection[Pet], document: Pet) -> None:
        """Append, unless the ``_id`` or the handle is there."""
        for each in self._pets:
            if each["_id"] == document["_id"] or each["handle"] == document["handle"]:
                raise Duplicate("naive")
        self._pets.append(document)

    async def replace(self, _: Collection[Pet], document: Pet, expected: int) -> bool:
        """Put the document in the place of the one there."""
        old = await self.get(PETS, document["_id"])
        if old is None or old["version"] != expected:
            return False
        if any(e["handle"] == document["handle"] for e in self._pets if e is not old):
            raise Duplicate("naive")
        self._pets[self._pets.index(old)] = document
        return True

    async def find(self, query: Query[Pet]) -> list[Pet]:
        """Look at every document, then sort."""
        found = [each for each in self._pets if _fits(cast("dict[str, Any]", each), query)]
        found.sort(key=lambda e: (e[query.order], e["_id"]), reverse=query.descending)  # type: ignore[literal-required]
        return found[: query.limit]

    async def delete(self, query: Query[Pet]) -> int:
        """Keep the others."""
        gone = await self.find(query)
        self._pets = [each for each in self._pets if each not in gone]
        return len(gone)

    async def count(self, query: Query[Pet]) -> int:
        """Find and count."""
        return len(await self.find(query))


def _fits(document: dict[str, Any], query: Query[Pet]) -> bool:
    value = document[query.order]
    return (
        all(document[name] == wanted for name, wanted in query.equal.items())
        and (query.at_least is None or query.at_least <= value)
        and (query.below is None or value < query.below)
    )


def _operation(chance: random.Random) -> tuple[Any, ...]:
    """One operation on a small world, so that most of them meet something."""
    what = chance.choice(["get", "insert", "insert", "replace", "replace", "find", "count"])
    if what in ("find", "count"):
        # Deleting is rare, so that there is something to find.
        query = _query(chance)
        return ("delete" if chance.random() < 0.1 else what), query
    id = f"p{chance.randrange(40)}"
    if what == "get":
        return what, PETS, id
    owner, handle = chance.choice(["ann", "bob"]), f"h{chance.randrange(40)}"
    version = chance.randrange(1, 4)
    document = Pet(_id=id, version=version, owner=owner, at=chance.randrange(-5, 6), handle=handle)
    return (what, PETS, document) if what == "insert" else (what, PETS, document, version - 1 or 1)


def _query(chance: random.Random) -> Query[Pet]:
    owner, handle = chance.choice(["ann", "bob"]), f"h{chance.randrange(40)}"
    shapes: list[tuple[dict[str, Any], str]] = [
        ({}, "_id"), ({}, "at"), ({}, "handle"), ({"owner": owner}, "at"),
        ({"owner": owner}, "_id"), ({"handle": handle}, "_id"), ({"at": 0}, "_id"),
    ]  # fmt: skip
    equal, order = chance.choice(shapes)
    bounds: list[str | int | None] = [None, None]
    for place in (0, 1):
        if chance.random() < 0.4:
            number = chance.randrange(40)
            bounds[place] = number // 4 - 5 if order == "at" else f"{order.strip('_')[0]}{number}"
            bounds[place] = f"p{number}" if order == "_id" else bounds[place]
    limit = chance.choice([None, 1, 3])
    down = chance.random() < 0.5
    return Query(PETS, equal, order, bounds[0], bounds[1], descending=down, limit=limit)


async def _end(store: Any, what: str, arguments: list[Any]) -> object:
    try:
        return await getattr(store, what)(*arguments)
    except Duplicate:
        return Duplicate
