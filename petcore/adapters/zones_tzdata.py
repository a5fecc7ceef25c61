"""Time zones of the pinned PyPI ``tzdata``. The only file that looks one up.

The machine's own zone files are never read: two machines must agree about every day's length.
"""

import zoneinfo
from datetime import tzinfo
from functools import cache
from importlib.resources import files

from petcore.errors import BadInput


class TzdataZones:
    """The ``Zones`` of every server, real or simulated."""

    def zone(self, name: str) -> tzinfo:
        """The zone called ``name``, spelled exactly so. Raises ``BadInput`` naming the field."""
        if name not in _known():
            raise BadInput.at("timezone", "must be an IANA time zone such as America/Vancouver")
        return _load(name)


@cache
def _known() -> frozenset[str]:
    listed = files("tzdata").joinpath("zones").read_text(encoding="utf-8")
    return frozenset(listed.split())


@cache
def _load(name: str) -> tzinfo:
    zoneinfo.reset_tzpath(to=[])
    # Not from the cache: somebody may have filled it from the machine's files before.
    return zoneinfo.ZoneInfo.no_cache(name)
