"""Copying everything from one store to another, and proving that it arrived.

Both stores are read in the order of ``_id``, side by side; what the target has already is only
compared. So nothing needs to be remembered: a copy that was cut off is continued by another one,
and a copy of what was copied writes nothing. Nothing in the target is ever deleted, and nothing
there is replaced but older versions of the same document.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal, TypeVar, cast

from pydantic_core import from_json

from petcore.errors import Duplicate, TooLarge
from petcore.ports.document_text import to_text
from petcore.ports.store import Collection, Query, Store
from petcore.services.outbox import Document
from petcore.services.upkeep.pages import pages

T = TypeVar("T")
Pair = tuple[Document | None, Document | None]

# A write waits for a network and a disk; so many wait together.
_AT_ONCE = 32


@dataclass(frozen=True, slots=True)
class Step:
    """How far one collection is: ``done`` of about ``total`` documents, ``written`` anew."""

    doing: Literal["copy", "verify"]
    collection: str
    done: int
    total: int
    written: int = 0


@dataclass(frozen=True, slots=True)
class Left:
    """A document that the copy left as it is, and why."""

    collection: str
    id: str
    cause: str


@dataclass(frozen=True, slots=True)
class Sum:
    """What a collection came to when it was read back.

    ``count`` is what the store says, ``read`` how many could be read in order; ``checksum`` is the
    SHA-256 of their texts, in which types count and the order of names does not.
    """

    count: int
    read: int
    checksum: str


@dataclass(frozen=True, slots=True)
class Proof:
    """A collection as both stores hold it after the copy."""

    collection: str
    source: Sum
    target: Sum

    @property
    def holds(self) -> bool:
        """Whether all of it is in both, the same."""
        return self.source == self.target and self.source.read == self.source.count


@dataclass(frozen=True, slots=True)
class Moved:
    """A collection of the source that has more or fewer documents than when it was proved."""

    collection: str


Event = Step | Left | Proof | Moved


async def copy(
    source: Store, target: Store, collections: Iterable[Collection[Document]]
) -> AsyncIterator[Event]:
    """Copy, telling each step and each document left alone; then read all back for the proofs.

    A proof is about the moment of its reading. What somebody writes to the source afterwards is in
    no target; at the end the documents are counted once more, which shows most of it, but no
    document that was replaced. Raises ``StoreUnavailable``; what was copied until then stays.
    """
    asked = tuple(collections)
    for collection in asked:
        async for event in _copied(source, target, collection):
            yield event
    counts: dict[str, int] = {}
    for collection in asked:
        total = await source.count(Query(collection))
        yield Step("verify", collection.name, 0, total)
        sums = await _together((summed(source, collection), summed(target, collection)))
        yield Step("verify", collection.name, total, total)
        counts[collection.name] = sums[0].count
        yield Proof(collection.name, *sums)
    for collection in asked:
        if await source.count(Query(collection)) != counts[collection.name]:
            yield Moved(collection.name)


async def summed(store: Store, collection: Collection[Document]) -> Sum:
    """Read a collection whole."""
    digest, read = sha256(), 0
    async for page in pages(store, collection):
        for document in page:
            digest.update(exact(document).encode() + b"\n")
        read += len(page)
    return Sum(await store.count(Query(collection)), read, digest.hexdigest())


def exact(document: Document) -> str:
    """The document as text: 1, 1.0 and true are three, the order of names is nothing."""
    try:
        text = to_text(document)
    except ValueError:
        # No store of petcore could keep it, so it need not compare well.
        return repr(document)
    return json.dumps(from_json(text), sort_keys=True)


async def _copied(
    source: Store, target: Store, collection: Collection[Document]
) -> AsyncIterator[Event]:
    total, done, written = await source.count(Query(collection)), 0, 0
    yield Step("copy", collection.name, done, total)
    async for pairs in _batches(_paired(source, target, collection)):
        outcomes = await _together(_settled(target, collection, *pair) for pair in pairs)
        for outcome in outcomes:
            if isinstance(outcome, Left):
                yield outcome
        done += sum(ours is not None for ours, _ in pairs)
        written += outcomes.count(True)
        yield Step("copy", collection.name, done, total, written)


async def _paired(
    source: Store, target: Store, collection: Collection[Document]
) -> AsyncIterator[Pair]:
    """Documents of both with the same ``_id``; None stands where one has none of it."""
    ours, theirs = _one_by_one(source, collection), _one_by_one(target, collection)
    our, their = await anext(ours, None), await anext(theirs, None)
    while our is not None or their is not None:
        is_ours = their is None or (our is not None and _id(our) <= _id(their))
        is_theirs = our is None or (their is not None and _id(their) <= _id(our))
        yield our if is_ours else None, their if is_theirs else None
        our = await anext(ours, None) if is_ours else our
        their = await anext(theirs, None) if is_theirs else their


async def _one_by_one(store: Store, collection: Collection[Document]) -> AsyncIterator[Document]:
    async for page in pages(store, collection):
        for document in page:
            yield document


async def _batches(pairs: AsyncIterator[Pair]) -> AsyncIterator[list[Pair]]:
    batch: list[Pair] = []
    async for pair in pairs:
        batch.append(pair)
        if len(batch) == _AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


async def _settled(
    target: Store, collection: Collection[Document], our: Document | None, their: Document | None
) -> Left | bool:
    """Whether the target got our document just now, or why it was left."""
    if our is None:
        return Left(collection.name, _id(cast("Document", their)), "is in the target only")
    if their is not None and exact(our) == exact(their):
        return False
    try:
        cause = await _written(target, collection, our, their)
    except Duplicate:
        cause = await _cause_of_duplicate(target, collection, our)
    except (TooLarge, ValueError) as error:
        cause = f"cannot be stored: {error}"
    return Left(collection.name, _id(our), cause) if cause else True


async def _written(
    target: Store, collection: Collection[Document], our: Document, their: Document | None
) -> str:
    """Why the document was not written, "" if it was."""
    if their is None:
        await target.insert(collection, our)
        return ""
    here, there = our["version"], their["version"]
    if type(here) is not int or type(there) is not int or here <= there:
        return f"differs, and the target's version {there} is not older than {here}"
    if await target.replace(collection, our, there):
        return ""
    return "was changed in the target just now"


async def _cause_of_duplicate(
    target: Store, collection: Collection[Document], our: Document
) -> str:
    stored = await target.get(collection, _id(our))
    if stored is None:
        return "a unique value of it belongs to another document of the target"
    # It may have been our own insert, whose answer was lost on the way.
    return "" if exact(stored) == exact(our) else "was stored in the target just now"


async def _together(works: Iterable[Awaitable[T]]) -> list[T]:
    """What all came to. None is left behind working when one of them fails."""
    outcomes = await asyncio.gather(*works, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome
    return cast("list[T]", outcomes)


def _id(document: Document) -> str:
    return cast("str", document["_id"])
