"""All that a store of petcore holds: the tables of every document and of the platform in one."""

from collections.abc import Callable, Iterator, Mapping

from petcore.ports.store import Collection
from petcore.services.desktop_pet import collections as desktop_pet
from petcore.services.idempotency import IDEMPOTENCY_KEYS, KeptAnswer
from petcore.services.outbox import Document
from petcore.services.platform import collections as platform

COLLECTIONS: tuple[Collection[Document], ...] = (
    *desktop_pet.COLLECTIONS,
    *platform.COLLECTIONS,
    IDEMPOTENCY_KEYS,
)

PERSONAL: tuple[Collection[Document], ...] = tuple(
    collection for collection in COLLECTIONS if "user_id" in collection.indexed_fields()
)
"""Those whose documents belong to a user."""

IDS: Mapping[str, str] = {**desktop_pet.IDS, **platform.IDS}
"""How a document is found again by what it says; in the other collections nobody looks for one."""

SHAPES: Mapping[str, type] = {
    **desktop_pet.SHAPES,
    **platform.SHAPES,
    IDEMPOTENCY_KEYS.name: KeptAnswer,
}
"""What the documents of each collection look like."""

BELONGING: Mapping[str, Callable[[Document], Iterator[tuple[str, object]]]] = {
    **desktop_pet.BELONGING,
    **platform.BELONGING,
}
"""What the rest of a document says of some of its fields."""
