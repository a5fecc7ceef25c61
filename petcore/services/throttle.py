"""How often each of many may ask, counted in the memory of a process.

Not here: who they are, and what is rare and must be counted exactly (``Allowance``).
"""

import logging
from collections import OrderedDict

from petcore.rules.limits import Limit
from petcore.services.recent import keep

_US = 1000

_log = logging.getLogger("petcore.door")


class Throttle:
    """``limit`` holds for each name; None holds nobody back. Names of one ``kind`` ("device") are
    counted by one throttle, so that none can be taken for one of another kind.
    """

    def __init__(self, kind: str, limit: Limit | None) -> None:
        self._kind = kind
        self._limit = limit
        self._whole_at_us: OrderedDict[str, int] = OrderedDict()
        self._told: OrderedDict[str, None] = OrderedDict()
        self._latest_ms = 0
        self._set_back_ms = 0

    def spend(self, name: str, now_ms: int) -> None:
        """Grant one request more. Raises ``RateLimited``; the first time it is logged, and not
        again until the allowance was whole once. ``now_ms`` is read off the clock just now.
        """
        if self._limit is None:
            return
        now_ms = self._own_time(now_ms)
        before = self._whole_at_us.get(name, 0)
        after = self._limit.spend(before, now_ms)
        # Who is refused was here, too: otherwise others could make him forgotten.
        keep(self._whole_at_us, name, before if after is None else after)
        if after is None:
            self._tell(name)
            raise self._limit.refusal("requests", before, now_ms)
        if self._told and before <= now_ms * _US:
            self._told.pop(name, None)

    def _own_time(self, now_ms: int) -> int:
        """Milliseconds that are never set back: else he who has asked shortly before a clock is,
        would be taken for one who has asked too often, until the clock has caught up.
        """
        self._set_back_ms = max(self._set_back_ms, self._latest_ms - now_ms)
        self._latest_ms = now_ms + self._set_back_ms
        return self._latest_ms

    def _tell(self, name: str) -> None:
        if name not in self._told:
            _log.warning("%s %s asks too often", self._kind, name or "unknown")
        keep(self._told, name, None)
