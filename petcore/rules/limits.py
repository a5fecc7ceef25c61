"""How much may be asked in a while: the generic cell rate algorithm (ITU-T I.371).

All that must be remembered of somebody is one number: when his allowance will be whole again.
"""

from dataclasses import dataclass, field
from ipaddress import IPv6Address, IPv6Network

_US = 1000


@dataclass(frozen=True, slots=True)
class Limit:
    """``requests`` at once, and as many again evenly over ``per_ms`` milliseconds; both at least 1.

    So in any time T no more than ``requests`` + T * ``requests`` / ``per_ms`` are granted.
    """

    requests: int
    per_ms: int

    _each_us: int = field(init=False, repr=False, compare=False)
    _longest_us: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Once and not for each request."""
        each_us = -(-self.per_ms * _US // self.requests)
        object.__setattr__(self, "_each_us", each_us)
        object.__setattr__(self, "_longest_us", each_us * self.requests)

    def spend(self, whole_at_us: int, now_ms: int) -> int | None:
        """When the allowance is whole again once one request more is granted, or None if it is
        not. ``whole_at_us`` is what was answered the last time, 0 in the beginning.

        Times are microseconds since 1970.
        """
        if self._wait_us(whole_at_us, now_ms):
            return None
        now_us = now_ms * _US
        return min(max(whole_at_us, now_us) + self._each_us, now_us + self._longest_us)

    def retry_after_s(self, whole_at_us: int, now_ms: int) -> int:
        """After how many seconds the next request is granted, at least 1."""
        return max(1, -(-self._wait_us(whole_at_us, now_ms) // (_US * _US)))

    def _wait_us(self, whole_at_us: int, now_ms: int) -> int:
        """Nobody waits for more than the whole limit: who seems to must have been here before the
        clock was set back. He is granted one request, and has then spent all.
        """
        wait_us = whole_at_us + self._each_us - self._longest_us - now_ms * _US
        return wait_us if 0 < wait_us <= self._longest_us else 0


def counted(address: str) -> str:
    """As whom a limit counts who asks from ``address``: who has one address of IPv6 has 2**64 of
    them. What is no address counts as it is.
    """
    if ":" not in address:
        return address
    try:
        parsed = IPv6Address(address.partition("%")[0])
    except ValueError:
        return address
    if parsed.ipv4_mapped:  # what IPv4 looks like to who listens to both
        return str(parsed.ipv4_mapped)
    return str(IPv6Network((parsed, 64), strict=False))
