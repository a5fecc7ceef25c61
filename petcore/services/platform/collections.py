"""The collections of the platform: devices, their pairing, and what strangers may still ask.

Secrets are kept as hashes only. ``_id``, ``version`` and the outbox come from ``Record`` and
``Deciding``; names that end in ``_ms`` or ``_us`` are integers to sort and filter by.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Annotated

from pydantic import Field

from petcore.ports.store import Collection, Index, Query, Record
from petcore.rules.pairing import NAME_MAX, USER_ID_MAX
from petcore.services.fields import UserId, Uuid, UuidOrNothing
from petcore.services.outbox import OUTBOX_INDEX, Deciding, Document

_NOBODYS_HASH = "0" * 64
"""Of this one nobody knows a secret."""

Hash = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Name = Annotated[str, Field(min_length=1, max_length=NAME_MAX)]
Version = Annotated[str, Field(max_length=32)]


class Device(Record):
    """Something that acts for one user. ``token_hash`` is of its secret; ``firmware_version`` is
    "" until it has told; ``last_seen_at`` is at most about a minute behind. A device that was
    revoked stays as ``revoked`` makes it.
    """

    device_id: Uuid
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
    device_name: Annotated[str, Field(max_length=NAME_MAX)]
    firmware_version: Version
    user_id: Annotated[str, Field(max_length=USER_ID_MAX)]
    device_id: UuidOrNothing
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


def _of_device(document: Document) -> Iterator[tuple[str, object]]:
    device_id = document.get("device_id")
    if document.get("name") == _revoked_name(device_id):
        yield "user_id", device_id
        yield "token_hash", _NOBODYS_HASH
        yield "firmware_version", ""
        yield "last_seen_at", None


def _of_pairing(document: Document) -> Iterator[tuple[str, object]]:
    if document.get("user_id") == "":
        yield "device_id", ""


SHAPES: Mapping[str, type] = {"devices": Device, "pairings": Pairing, "spent": Spent}

BELONGING: Mapping[str, Callable[[Document], Iterator[tuple[str, object]]]] = {
    "devices": _of_device,
    "pairings": _of_pairing,
}
"""What the rest of a document says of some of its fields."""


def device_key(device_id: str) -> str:
    """The ``_id`` of a device."""
    return IDS["devices"].format(device_id=device_id)


def pairing_key(user_code: str) -> str:
    """The ``_id`` of a pairing."""
    return IDS["pairings"].format(user_code=user_code)


def the_pairing(id: str) -> Query[Pairing]:
    """What finds this one only; no ``_id`` of a pairing begins with another."""
    return Query(PAIRINGS, at_least=id, below=f"{id}!")


def revoked(device: Device) -> Device:
    """What stays of a device that is revoked: its id, for ever, and nothing of its user.

    A process that stalled while it delivered the device from the outbox of its pairing may go on
    however late. It finds the ``_id`` taken and delivers nothing; were that free, the device would
    be back with its token.
    """
    device_id = device["device_id"]
    return Device(
        _id=device["_id"],
        version=device["version"],
        device_id=device_id,
        name=_revoked_name(device_id),
        user_id=device_id,
        token_hash=_NOBODYS_HASH,
        firmware_version="",
        created_at=device["created_at"],
        last_seen_at=None,
    )


def is_revoked(device: Device) -> bool:
    """Whether this is only what stays of a device."""
    return device["name"] == _revoked_name(device["device_id"])


def _revoked_name(device_id: object) -> str:
    """Unlike that of any device, as it cannot be seen (``pairing.is_name``); names are unique."""
    return f"\t{device_id}"
