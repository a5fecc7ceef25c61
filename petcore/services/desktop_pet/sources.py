"""Which camera a user prefers (P18, P19)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from petcore.errors import BadInput, NotFound
from petcore.ports import Ports
from petcore.ports.camera import Recording, Source, Stream, Webcam
from petcore.rules.desktop_pet import video
from petcore.services.desktop_pet.collections import VIDEO_SOURCES, id_of
from petcore.services.desktop_pet.shapes import SourceType, VideoSource
from petcore.services.idempotency import Answer, Call, Decision, Once, Plan
from petcore.services.outbox import Outbox, Write

NEEDED: Mapping[SourceType, Literal["esp32_stream_url", "recording"]] = MappingProxyType(
    {"esp32": "esp32_stream_url", "recording": "recording"}
)
"""The field that a source of a type takes; a webcam takes none."""


@dataclass(frozen=True, slots=True)
class SourceWish:
    """A source to prefer. A stream needs its URL, a recording its name; what else is given is kept
    for who asks for another ``source_type`` than the preferred one.
    """

    user_id: str
    source_type: SourceType
    esp32_stream_url: str | None
    webcam_index: int
    recording: str | None


class Sources:
    """The preferred sources of all users. Streams are in private networks, or at ``hosts``."""

    def __init__(self, ports: Ports, outbox: Outbox, once: Once, hosts: Collection[str]) -> None:
        self._ports = ports
        self._outbox = outbox
        self._once = once
        self._hosts = hosts

    async def save(self, wish: SourceWish, call: Call) -> Answer:
        """P18: store the preferred source; what was stored before is replaced. Raises ``BadInput``
        for a stream that may not be asked.
        """
        self._require_usable(wish)
        id = _key(wish.user_id)

        async def find() -> tuple[str, VideoSource | None]:
            return wish.user_id, await self._outbox.load(VIDEO_SOURCES, id)

        async def decide(stored: VideoSource | None) -> Decision:
            source = _stored(wish)
            write = Write(VIDEO_SOURCES, source, stored["version"] if stored else 0)
            return Decision({"ok": True, "source": _shown(source)}, write)

        return await self._once.run(call, Plan(id, find, decide))

    async def get(self, user_id: str) -> Answer:
        """P19: the preferred source. Raises ``NotFound``."""
        source = await self.find(user_id)
        if source is None:
            raise NotFound("user_id: no video source is stored")
        return _shown(source)

    async def find(self, user_id: str) -> VideoSource | None:
        """The source as it is stored, None if there is none."""
        return await self._ports.store.get(VIDEO_SOURCES, _key(user_id))

    def _require_usable(self, wish: SourceWish) -> None:
        url, needed = wish.esp32_stream_url, NEEDED.get(wish.source_type)
        if needed is not None and not getattr(wish, needed):
            raise BadInput.at(needed, f"must be given for the source_type {wish.source_type}")
        refused = video.refused_url(url, self._hosts) if url else None
        if refused is not None:
            raise BadInput.at("esp32_stream_url", refused)


def _key(user_id: str) -> str:
    return id_of(VIDEO_SOURCES, user_id=user_id)


def _stored(wish: SourceWish) -> VideoSource:
    return VideoSource(
        _id=_key(wish.user_id),
        version=1,
        outbox=[],
        outbox_len=0,
        user_id=wish.user_id,
        source_type=wish.source_type,
        esp32_stream_url=wish.esp32_stream_url or "",
        webcam_index=wish.webcam_index,
        recording=wish.recording or "",
    )


def _shown(source: VideoSource) -> Answer:
    return {
        "user_id": source["user_id"],
        "source_type": source["source_type"],
        "esp32_stream_url": source["esp32_stream_url"] or None,
        "webcam_index": source["webcam_index"],
        "recording": source["recording"] or None,
    }


def preferred(stored: VideoSource | None) -> SourceType:
    """From where pictures come if nobody says more."""
    return stored["source_type"] if stored else "webcam"


def source_of(
    stored: VideoSource | None, chosen: SourceType, webcam_index: int | None = None
) -> Source:
    """The source of the ``chosen`` type. Raises ``BadInput`` if the stored one lacks what that
    takes.
    """
    if chosen == "webcam":
        stored_index = stored["webcam_index"] if stored else 0
        return Webcam(stored_index if webcam_index is None else webcam_index)
    needed = NEEDED[chosen]
    named = stored[needed] if stored else ""
    if not named:
        raise BadInput.at("source_type", f"{chosen} takes a stored source that has its {needed}")
    return Stream(named) if chosen == "esp32" else Recording(named)
