"""The port of time zones."""

from datetime import tzinfo
from typing import Protocol


class Zones(Protocol):
    """Knows the IANA time zones of the pinned ``tzdata``, never those of the machine."""

    def zone(self, name: str) -> tzinfo:
        """The zone called ``name``, e.g. ``America/Vancouver``. Raises ``BadInput`` if unknown."""
        ...
