"""The collections of the platform: devices, their pairing, and what strangers may still ask.

Secrets are kept as hashes only. ``_id``, ``version`` and the outbox come from ``Record`` and
``Deciding``; names that end in ``_ms`` or ``_us`` are integers to sort and filter by.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Annotated

from pydantic import Field

from petcore.ports.store import Collection, Index, Record
from petcore.services.outbox import OUTBOX_INDEX, Deciding, Document

_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"

UserId = Annotated[str, Field(min_length=1, max_length=128)]
Hash = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Name = Annotated[str, Field(min_length=1, max_length=64)]
Version = Annotated[str, Field(max_length=32)]


class Device(Record):
    """Something that acts for one user. ``token_hash`` is of its secret; ``firmware_version`` is
    "" until it has told; ``last_seen_at`` is at most about a minute behind.
    """

    device_id: Annotated[str, Field(pattern=f"^{_UUID}$")]
    name: Name
    user_id: UserId
    token_hash: Hash
    firmware_version: Version
    created_at: datetime
    last_seen_at: datetime | None


class Pairing(Deciding):
    """A device that asked for a code. ``device_id`` is "" until it is confirmed; until then
    ``user_id`` is what the device said, as is ``device_name``, both "" if it said nothing.
    """

    user_code: Annotated[str, Field(pattern="^[B-Z]{8}$")]
    device_code_hash: Hash
    token_hash: Hash
    device_name: Annotated[str, Field(max_length=64)]
    firmware_version: Version
    user_id: Annotated[str, Field(max_length=128)]
    device_id: Annotated[str, Field(pattern=f"^({_UUID})?$")]
    created_at: datetime
    expires_at: datetime

    expires_at_ms: int


class Spent(Record):
    """What is left to an address of what it may try. Who it is stands in ``_id``, as a hash."""

    whole_at_us: int


DEVICES: Collection[Device] = Collection(
    "devices", (Index(("name",), unique=True), Index(("user_id",)))
)
PAIRINGS: Collection[Pairing] = Collection(
    "pairings", (Index(("expires_at_ms",)), Index(("user_id",)), OUTBOX_INDEX)
)
SPENT: Collection[Spent] = Collection("spent", (Index(("whole_at_us",)),))

COLLECTIONS: tuple[Collection[Document], ...] = (DEVICES, PAIRINGS, SPENT)

IDS: Mapping[str, str] = {"devices": "device:{device_id}", "pairings": "pairing:{user_code}"}


def _of_pairing(document: Document) -> Iterator[tuple[str, object]]:
    if document.get("user_id") == "":
        yield "device_id", ""


SHAPES: Mapping[str, type] = {"devices": Device, "pairings": Pairing, "spent": Spent}

BELONGING: Mapping[str, Callable[[Document], Iterator[tuple[str, object]]]] = {
    "pairings": _of_pairing
}
"""What the rest of a document says of some of its fields."""


def device_key(device_id: str) -> str:
    """The ``_id`` of a device."""
    return IDS["devices"].format(device_id=device_id)


def pairing_key(user_code: str) -> str:
    """The ``_id`` of a pairing."""
    return IDS["pairings"].format(user_code=user_code)
