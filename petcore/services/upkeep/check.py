"""Holding every stored document against the schema map, and against itself.

Here: what belongs together in a document, between documents, and in an outbox. The shapes come
from the TypedDicts (``shape``). Nothing here trusts a document to be what it should be.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from petcore.errors import BadInput
from petcore.ports.document import as_it_is, transcribed
from petcore.ports.store import Collection, Query, Store
from petcore.ports.zones import Zones
from petcore.rules.instant import to_ms
from petcore.services.outbox import Document
from petcore.services.upkeep.pages import pages
from petcore.services.upkeep.shape import Fault, Shape, said

Belonging = Callable[[Document], Iterable[tuple[str, object]]]


@dataclass(frozen=True, slots=True)
class Complaint:
    """A fault of the document ``id``; "" is the collection as a whole."""

    collection: str
    id: str
    fault: Fault


@dataclass(frozen=True, slots=True)
class Looked:
    """How far a collection is: ``done`` of about ``total`` documents."""

    collection: str
    done: int
    total: int


class Checker:
    """Knows what each collection's documents should be, all by the collection's name: ``shapes``
    are TypedDicts, ``ids`` the forms of an ``_id`` by which petcore looks for a document, and
    ``belonging`` what the rest of a document says of its fields beyond ``belonging_to_all``.
    """

    def __init__(
        self,
        shapes: Mapping[str, type],
        ids: Mapping[str, str],
        belonging: Mapping[str, Belonging],
        zones: Zones,
    ) -> None:
        self._shapes = {name: Shape(shape) for name, shape in shapes.items()}
        self._ids = ids
        self._belonging = belonging
        self._zones = zones

    async def check(
        self, store: Store, collections: Iterable[Collection[Document]]
    ) -> AsyncIterator[Complaint | Looked]:
        """All that is wrong, and how far the check is. Raises ``StoreUnavailable``."""
        for collection in collections:
            async for event in self._look(store, collection):
                yield event

    def faults(self, name: str, document: Document) -> Iterator[Fault]:
        """What is wrong with one document of the collection ``name``."""
        shaped = list(self._shapes[name].faults(document))
        yield from shaped
        told = {fault.field for fault in shaped}
        yield from _unstorable(document, told)
        yield from self._misnamed(name, document)
        yield from self._apart(name, document, told)
        yield from self._nowhere(document)
        yield from self._waiting(document)

    async def _look(
        self, store: Store, collection: Collection[Document]
    ) -> AsyncIterator[Complaint | Looked]:
        total, done = await store.count(Query(collection)), 0
        owners = _Owners(collection)
        yield Looked(collection.name, done, total)
        async for page in pages(store, collection):
            for document in page:
                for fault in (*self.faults(collection.name, document), *owners.faults(document)):
                    yield Complaint(collection.name, str(document["_id"]), fault)
            done += len(page)
            yield Looked(collection.name, done, total)
        if unreached := await store.count(Query(collection)) - done:
            wrong = f"of {done + unreached} documents {unreached} cannot be reached in order"
            right = "must be a string that begins with a letter (or a server writes just now)"
            yield Complaint(collection.name, "", Fault("_id", wrong, right))

    def _misnamed(self, name: str, document: Document) -> Iterator[Fault]:
        form = self._ids.get(name)
        try:
            right = form.format_map(document) if form else document["_id"]
        except KeyError:
            return
        if document.get("_id") != right:
            yield Fault("_id", "is not what petcore looks for", f"must be {said(right)}")

    def _apart(self, name: str, document: Document, told: set[str]) -> Iterator[Fault]:
        """What should say the same in one document, and does not; not what is told of already."""
        belonging = self._belonging.get(name)
        own = belonging(document) if belonging else ()
        for field, right in (*belonging_to_all(document), *own):
            if field in document and field not in told and document[field] != right:
                wrong = f"is {said(document[field])}"
                yield Fault(field, wrong, f"must be {right!r}, as the rest says")

    def _nowhere(self, document: Document) -> Iterator[Fault]:
        """A time zone that nobody knows would fail every poll."""
        name = document.get("timezone")
        if isinstance(name, str):
            try:
                self._zones.zone(name)
            except BadInput as error:
                yield Fault("timezone", f"is {said(name)}", error.details[0].msg)

    def _waiting(self, document: Document) -> Iterator[Fault]:
        """What waits in the outbox will be stored as it is."""
        outbox = document.get("outbox")
        for number, entry in enumerate(outbox if isinstance(outbox, list) else ()):
            waiting = entry.get("document") if isinstance(entry, dict) else None
            if isinstance(waiting, dict):
                for fault in self._entry_faults(entry, waiting):
                    yield Fault(f"outbox[{number}].{fault.field}", fault.wrong, fault.right)

    def _entry_faults(self, entry: Document, document: Document) -> Iterator[Fault]:
        name, expected = entry.get("collection"), entry.get("expected")
        if not isinstance(name, str) or name not in self._shapes:
            yield Fault("collection", f"is {said(name)}", "must be a collection of petcore")
            return
        for fault in self.faults(name, document):
            yield Fault(f"document.{fault.field}", fault.wrong, fault.right)
        version = document.get("version")
        if isinstance(expected, int) and isinstance(version, int) and version != expected + 1:
            right = f"must be {expected + 1}, what follows expected"
            yield Fault("document.version", f"is {version}", right)


class _Owners:
    """Whose the values of unique indexes are."""

    def __init__(self, collection: Collection[Document]) -> None:
        unique = [index.fields for index in collection.indexes if index.unique]
        self._owners: Mapping[tuple[str, ...], dict[str, str]] = {fields: {} for fields in unique}

    def faults(self, document: Document) -> Iterator[Fault]:
        """Each unique value that another document has, too."""
        for fields, owners in self._owners.items():
            values = repr([document.get(field) for field in fields])
            owner = owners.setdefault(values, str(document["_id"]))
            if owner != document["_id"]:
                right = f"must be its own, but is that of {said(owner)}, too"
                yield Fault(", ".join(fields), f"is {said(document.get(fields[0]))}", right)


def _unstorable(document: Document, told: set[str]) -> Iterator[Fault]:
    """What no store of petcore could keep as it is, in places that are not told of already."""
    for name, value in document.items():
        if name in told:
            continue
        try:
            transcribed(value, as_it_is, as_it_is)
        except ValueError as error:
            yield Fault(name, f"is {said(value)}", f"petcore could not store it: {error}")


def belonging_to_all(document: Document) -> Iterator[tuple[str, object]]:
    """What every document says twice: a date and its milliseconds, an outbox and its length."""
    for name, value in document.items():
        if isinstance(value, datetime) and value.tzinfo:
            yield f"{name}_ms", to_ms(value)
    outbox = document.get("outbox")
    if isinstance(outbox, list):
        yield "outbox_len", len(outbox)
