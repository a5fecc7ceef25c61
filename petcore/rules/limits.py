"""How much may be asked in a while: the generic cell rate algorithm (ITU-T I.371).

All that must be remembered of somebody is one number: when his allowance will be whole again.
"""

from dataclasses import dataclass

_US = 1000


@dataclass(frozen=True, slots=True)
class Limit:
    """``requests`` at once, and as many again evenly over ``per_ms`` milliseconds."""

    requests: int
    per_ms: int

    @property
    def _each_us(self) -> int:
        return -(-self.per_ms * _US // self.requests)

    def spend(self, whole_at_us: int, now_ms: int) -> int | None:
        """When the allowance is whole again once one request more is granted, or None if it is
        not. ``whole_at_us`` is what was answered the last time, 0 in the beginning.

        Times are microseconds since 1970. A clock that was set back does not shut anybody out for
        longer than the limit itself could.
        """
        now_us = now_ms * _US
        longest_us = self._each_us * self.requests
        whole_us = min(max(whole_at_us, now_us), now_us + longest_us) + self._each_us
        return whole_us if whole_us - now_us <= longest_us else None

    def retry_after_s(self, whole_at_us: int, now_ms: int) -> int:
        """After how many seconds the next request is granted, at least 1."""
        now_us = now_ms * _US
        longest_us = self._each_us * self.requests
        whole_us = min(whole_at_us, now_us + longest_us) + self._each_us
        return max(1, -(-(whole_us - now_us - longest_us) // (_US * _US)))
