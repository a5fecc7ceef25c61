"""How much may be asked in a while: the generic cell rate algorithm (ITU-T I.371).

All that must be remembered of somebody is one number: when his allowance will be whole again.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Network, ip_address

from petcore.errors import RateLimited

_US = 1000

_NEARBY = (IPv6Network("fe80::/10"), IPv6Network("fc00::/7"))
"""Link-local and unique local addresses (RFC 4291, RFC 4193)."""
_LONGEST = 64
"""No address is longer, even with the name of an interface behind it."""
_NOBODY = ""


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

    def refusal(self, what: str, whole_at_us: int, now_ms: int) -> RateLimited:
        """What is said to whom nothing is granted now: too many of ``what``."""
        wait_s = self.retry_after_s(whole_at_us, now_ms)
        return RateLimited(f"too many {what}", self.requests, wait_s)

    def _wait_us(self, whole_at_us: int, now_ms: int) -> int:
        """Nobody waits for more than the whole limit: who seems to must have been here before the
        clock was set back. He is granted one request, and has then spent all.
        """
        wait_us = whole_at_us + self._each_us - self._longest_us - now_ms * _US
        return wait_us if 0 < wait_us <= self._longest_us else 0


def counted(address: str) -> str:
    """As whom a limit counts who asks from ``address``, in one spelling.

    Who has an IPv6 address of the internet has 2**64 of them, which are one. Those that hold in one
    network only are all its machines, so each is its own. What is no address at all is one: "".
    """
    return _counted(address) if len(address) <= _LONGEST else _NOBODY


@lru_cache(maxsize=1024)
def _counted(address: str) -> str:
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return _NOBODY
    if isinstance(parsed, IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped:  # what IPv4 looks like to who listens to both
        return str(parsed.ipv4_mapped)
    if any(parsed in network for network in _NEARBY):
        return str(parsed)
    return str(IPv6Network((parsed, 64), strict=False))
