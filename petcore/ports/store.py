"""The port of storage: small enough for memory, SQLite and MongoDB to behave alike.

One document is one consistency unit. It is inserted once and then replaced whole, by
compare-and-swap on its ``version``. There are no transactions, no partial updates, no operators:
what must change together lives in one document.

Laws for documents, because they hold on every store:

* ``_id`` is a string that starts with a letter; ``version`` is an integer.
* What is filtered or sorted is a top-level string or integer, always present, never null, and
  stands in a declared ``Index``; a ``Query`` that no index serves is refused here.
* Other values are those of ``petcore.ports.document``. Top-level field names match
  ``[a-z_][a-z0-9_]*``.
* Nothing that a store hands out or takes in is shared with it: changing it changes no store.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Generic, Protocol, TypedDict, TypeVar

Scalar = str | int


class Record(TypedDict):
    """What every stored document has."""

    _id: str
    version: int


R = TypeVar("R", bound=Mapping[str, object])
R_co = TypeVar("R_co", bound=Mapping[str, object], covariant=True)

_SCALARS = frozenset((str, int))
_NAME = re.compile(r"[a-z_][a-z0-9_]*\Z")


@dataclass(frozen=True, slots=True)
class Index:
    """Fields that are looked up together, in this order. ``unique``: no two documents agree."""

    fields: tuple[str, ...]
    unique: bool = False


@dataclass(frozen=True)
class Collection(Generic[R_co]):
    """A named set of documents of one shape, with its indexes."""

    name: str
    indexes: tuple[Index, ...] = ()

    def __post_init__(self) -> None:
        for name in (self.name, *self.indexed_fields()):
            if not _NAME.match(name):
                raise ValueError(f"{name!r} cannot name a collection or a field")

    def indexed_fields(self) -> tuple[str, ...]:
        """Every field that stands in some index, in order of first appearance."""
        return tuple(dict.fromkeys(name for index in self.indexes for name in index.fields))

    @cached_property
    def looked_up(self) -> tuple[str, ...]:
        """Every field by which a document is known: ``_id``, ``version`` and all indexed ones."""
        return "_id", "version", *self.indexed_fields()

    def index(self, equal: tuple[str, ...], order: str) -> Index:
        """The index that serves queries for what is ``equal``, in this ``order``. Raises
        ``ValueError`` if there is none.
        """
        found = self._serving.get((equal, order))
        if found is None:
            found = self._serving[equal, order] = self._find_index(equal, order)
        return found

    @cached_property
    def _serving(self) -> dict[tuple[tuple[str, ...], str], Index]:
        """The indexes that were found. Queries are of few kinds, which are asked all the time."""
        return {}

    def _find_index(self, equal: tuple[str, ...], order: str) -> Index:
        width = len(equal)
        for index in self.indexes:
            follows = order == "_id" or index.fields[width : width + 1] == (order,)
            if set(index.fields[:width]) == set(equal) and follows:
                return index
        raise ValueError(f"no index of {self.name} serves {(*equal, order)}")

    def require_scalars(self, document: Mapping[str, object]) -> None:
        """Raise ``ValueError`` unless all that is looked up is a string or an integer."""
        for name in self.looked_up:
            if type(document.get(name)) not in _SCALARS:
                raise ValueError(f"{self.name}.{name} must be a string or an integer")


@dataclass(frozen=True)
class Query(Generic[R_co]):
    """Documents whose fields equal ``equal``, with ``at_least <= order < below``.

    Sorted by ``order``, then by ``_id``; ``descending`` turns both round. Some index must begin
    with the fields of ``equal`` (in any order) and go on with ``order``; ordering by ``_id`` needs
    only the former, and no index at all when ``equal`` is empty.

    ``without`` names top-level fields that ``find`` leaves out, and does not even read: what is
    large and not asked for costs little. ``delete`` and ``count`` pass it over. What is found has
    the shape that is left, e.g. ``wanted: Query[Name] = Query(PETS, without=("diary",))``.
    """

    collection: Collection[R_co]
    equal: Mapping[str, Scalar] = field(default_factory=dict)
    order: str = "_id"
    at_least: Scalar | None = None
    below: Scalar | None = None
    descending: bool = False
    limit: int | None = None
    without: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.limit is not None and self.limit < 1:
            raise ValueError(f"limit must be at least 1, not {self.limit}")
        for name in self.without:
            if not _NAME.match(name) or name in self.collection.looked_up:
                raise ValueError(f"{self.collection.name}.{name} cannot be left out")
        self.index()

    def index(self) -> Index | None:
        """The index that serves this query; None is the one of ``_id``. Raises ValueError."""
        if not self.equal and self.order == "_id":
            return None
        return self.collection.index(tuple(self.equal), self.order)


class Store(Protocol):
    """Documents, kept. Every method but ``close`` raises ``StoreUnavailable`` when it cannot say.

    A write that raised ``StoreUnavailable`` may have been stored all the same, so every write must
    be one that can be repeated: an insert with a known ``_id``, or a replace of a known version.
    """

    async def open(self) -> None:
        """Get ready: create collections and indexes. Raises ``StartRefused`` if that cannot be."""
        ...

    async def close(self) -> None:
        """Finish what was begun and let go. Closing twice is allowed."""
        ...

    async def ping(self) -> None:
        """Return if the store can be read and written now."""
        ...

    async def get(self, collection: Collection[R], id: str) -> R | None:
        """The document with this ``_id``, or None."""
        ...

    async def insert(self, collection: Collection[R], document: R) -> None:
        """Store a new document durably. Raises ``Duplicate`` and stores nothing if it is not."""
        ...

    async def replace(self, collection: Collection[R], document: R, expected: int) -> bool:
        """Replace the document of the same ``_id`` if its version is ``expected``; say whether.

        Raises ``Duplicate`` if a unique value of it belongs to another document.
        """
        ...

    async def find(self, query: Query[R]) -> list[R]:
        """The documents the query describes, in its order, but for what it is ``without``."""
        ...

    async def delete(self, query: Query[R]) -> int:
        """Delete what ``find`` would return; say how many."""
        ...

    async def count(self, query: Query[R]) -> int:
        """How many documents ``find`` would return."""
        ...
