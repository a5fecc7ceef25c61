"""What a document may hold, whichever store keeps it.

None, bool, int of 64 bits, finite float, str, aware datetime in UTC with whole milliseconds, and
lists and dicts with string names of these, at most ``DEPTH_MAX`` deep. A store writes documents in
words of its own: ``transcribed`` walks through one, refuses what is not allowed, and asks the store
for its words.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from math import isfinite
from typing import Any, TypeVar

DEPTH_MAX = 100
"""MongoDB's limit, and below what any JSON reader takes."""

_INTEGER_END = 2**63
_ZERO = timedelta(0)

# Asking for the commonest kinds in a loop saves a call for each of them.
_PLAIN = frozenset((str, bool, type(None)))
_TEXT = frozenset((str,))

T = TypeVar("T")
Instant = Callable[[datetime], object]
Names = Callable[[dict[str, Any]], dict[str, Any]]


def as_it_is(value: T) -> T:
    """For a store whose words for something are Python's."""
    return value


def transcribed(value: Any, instant: Instant, names: Names, depth: int = 0) -> Any:
    """A copy of ``value`` with each datetime as ``instant``, each dict as ``names`` writes it.

    Raises ``ValueError`` for anything that no store could give back as it was.
    """
    kind = type(value)
    if kind is dict or kind is list:
        return _transcribed_within(value, instant, names, depth + 1)
    if isinstance(value, datetime) and _is_allowed_instant(value):
        return instant(value)
    if kind in _PLAIN or _is_allowed_number(value):
        return value
    raise ValueError(f"a document cannot hold {value!r}")


def _transcribed_within(value: Any, instant: Instant, names: Names, depth: int) -> Any:
    if depth > DEPTH_MAX:
        raise ValueError(f"a document cannot be nested more than {DEPTH_MAX} deep")
    if type(value) is list:
        return [
            item if type(item) in _PLAIN else transcribed(item, instant, names, depth)
            for item in value
        ]
    if not _TEXT.issuperset(map(type, value)):
        raise ValueError(f"a document can have only strings for names, not {list(value)}")
    return names(
        {
            name: item if type(item) in _PLAIN else transcribed(item, instant, names, depth)
            for name, item in value.items()
        }
    )


def _is_allowed_instant(value: datetime) -> bool:
    return value.utcoffset() == _ZERO and value.microsecond % 1000 == 0


def _is_allowed_number(value: Any) -> bool:
    if type(value) is int:
        return -_INTEGER_END <= value < _INTEGER_END
    return type(value) is float and isfinite(value)
