"""Several writes that belong together, without transactions.

One document decides. It is written first and carries the other writes in its ``outbox``; then they
are delivered, then the outbox is emptied. Each of them can be repeated harmlessly: an insert with a
known ``_id``, or a replace of a known version. So a process may die at any moment, or an answer of
the store be lost, and whoever meets the document next finishes what was begun: the next change of
it through ``Outbox.load``, or the next start through ``Outbox.settle_all``.

Who finishes it may stall, and go on when it was long finished by somebody else. So what was
inserted through an outbox and must not come back is replaced, never deleted: its ``_id`` refuses
the late insert.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypedDict, TypeVar, cast

from petcore.errors import Duplicate, StoreUnavailable
from petcore.marks import mark
from petcore.ports.store import Collection, Index, Query, Record, Store

Document = Mapping[str, object]


class Entry(TypedDict):
    """A write that waits in an outbox. ``expected`` is the version to replace, 0 to insert."""

    collection: str
    document: Document
    expected: int


class Deciding(Record):
    """A record whose change may bring other writes with it."""

    outbox: list[Entry]
    outbox_len: int


D = TypeVar("D", bound=Deciding)
D_co = TypeVar("D_co", bound=Document, covariant=True)

OUTBOX_INDEX = Index(("outbox_len",))
"""Every collection of deciding records declares this one, so that ``settle_all`` finds them."""


class Conflict(Exception):
    """Somebody else changed the deciding document first: load it again and decide anew."""


ATTEMPTS = 64
"""So often somebody decides anew what others decide meanwhile; each time one of them got on."""


def overtaken() -> StoreUnavailable:
    """The complaint of who was overtaken each time."""
    mark("overtaken too often")
    return StoreUnavailable("too many changes at the same time; try again")


@dataclass(frozen=True, slots=True)
class Write(Generic[D_co]):
    """A document to insert (``expected`` 0) or to put in place of version ``expected``."""

    collection: Collection[D_co]
    document: D_co
    expected: int = 0


class Outbox:
    """Writes deciding documents and sees to it that what they bring with them gets done."""

    def __init__(self, store: Store, collections: Iterable[Collection[Document]]) -> None:
        self._store = store
        self._by_name = {collection.name: collection for collection in collections}
        self._under_way: set[asyncio.Future[None]] = set()

    async def load(self, collection: Collection[D], id: str) -> D | None:
        """The document, or None. Raises ``Conflict`` after finishing what it still held."""
        document = await self._store.get(collection, id)
        if document is not None and document["outbox_len"]:
            mark("settled for another")
            await self._settle(collection, document)
            raise Conflict
        return document

    async def commit(self, write: Write[Document], others: Iterable[Write[Document]] = ()) -> None:
        """Do ``write`` and then ``others``. Raises ``Conflict`` with nothing done.

        Others that find themselves overtaken are dropped: their document is already there, or has
        been decided by somebody else. Once begun it is brought to its end, even if the caller is
        cancelled because its client hung up.
        """
        work = asyncio.ensure_future(self._commit(write, others))
        self._under_way.add(work)
        work.add_done_callback(self._end)
        await asyncio.shield(work)

    async def finish(self) -> None:
        """Wait for what is under way."""
        await asyncio.gather(*self._under_way, return_exceptions=True)

    def _end(self, work: asyncio.Future[None]) -> None:
        self._under_way.discard(work)
        if not work.cancelled():
            work.exception()  # heard, should nobody wait for it any more

    async def _commit(self, write: Write[Document], others: Iterable[Write[Document]]) -> None:
        entries = [_entry(other) for other in others]
        document = {**write.document, "version": write.expected + 1}
        if entries:
            document |= {"outbox": entries, "outbox_len": len(entries)}
        if not await self._try(write.collection, document, write.expected):
            raise Conflict
        if entries:
            await self._settle(write.collection, document)

    async def settle_all(self) -> int:
        """Finish what any process left half done; say how many documents held something."""
        count = 0
        for collection in self._by_name.values():
            if OUTBOX_INDEX not in collection.indexes:
                continue
            for document in await self._store.find(
                Query(collection, order="outbox_len", at_least=1)
            ):
                mark("settled at start")
                await self._settle(collection, document)
                count += 1
        return count

    async def _settle(self, collection: Collection[Document], document: Document) -> None:
        for entry in cast("list[Entry]", document["outbox"]):
            target = self._by_name[entry["collection"]]
            if not await self._try(target, entry["document"], entry["expected"]):
                mark("delivered before")
        version = cast("int", document["version"])
        emptied = {**document, "outbox": [], "outbox_len": 0, "version": version + 1}
        await self._store.replace(collection, emptied, version)

    async def _try(
        self, collection: Collection[Document], document: Document, expected: int
    ) -> bool:
        if expected:
            return await self._store.replace(collection, document, expected)
        try:
            await self._store.insert(collection, document)
        except Duplicate:
            return False
        return True


def _entry(write: Write[Document]) -> Entry:
    document = {**write.document, "version": write.expected + 1}
    return Entry(collection=write.collection.name, document=document, expected=write.expected)
