"""Documents of the SQLite store as JSON text, exactly.

Here: the one place that knows how an instant is written. Everything that the port allows comes
back equal and of the same type; everything else is refused with ValueError.

An instant is written ``{"$date": <milliseconds since 1970>}``. A dictionary of the user's that
looks like one gets another ``$`` in front (``{"$$date": ...}``), and so does one that looks like
that, so reading takes one ``$`` away and nothing is ambiguous.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic_core import from_json, to_json

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ZERO = timedelta(0)

# MongoDB's limit. It matters here because to_json writes deeper than from_json reads.
_DEEPEST = 100

_PLAIN = frozenset((str, bool, type(None)))
_TEXT = frozenset((str,))
_NESTING = frozenset((dict, list))


def to_text(document: Any) -> str:
    """The document as JSON."""
    return to_json(_plain(document)).decode()


def from_text(text: str) -> Any:
    """The document that ``to_text`` wrote."""
    plain = from_json(text)
    return _restored(plain) if '"$' in text else plain


def _plain(value: Any, depth: int = 0) -> Any:
    """The value in the words of JSON alone."""
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is int and -(2**63) <= value < 2**63:
        return value
    # Infinity less itself is not zero, and NaN is nothing at all.
    if kind is float and value - value == 0:
        return value
    if kind is dict or kind is list:
        return _plain_within(value, depth + 1)
    if isinstance(value, datetime):
        return {"$date": _milliseconds(value)}
    raise ValueError(f"a document cannot hold {value!r}")


def _plain_within(value: Any, depth: int) -> Any:
    # Asking for the commonest kinds here saves a call for each of them.
    if depth > _DEEPEST:
        raise ValueError(f"a document cannot be nested more than {_DEEPEST} deep")
    if type(value) is list:
        return [item if type(item) in _PLAIN else _plain(item, depth) for item in value]
    if not _TEXT.issuperset(map(type, value)):
        raise ValueError(f"a document can have only strings for names, not {list(value)}")
    return _escaped({k: v if type(v) in _PLAIN else _plain(v, depth) for k, v in value.items()})


def _milliseconds(instant: datetime) -> int:
    if instant.utcoffset() != _ZERO or instant.microsecond % 1000:
        raise ValueError(f"{instant!r} is not in UTC and whole milliseconds")
    since = instant - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1000 + since.microseconds // 1000


def _escaped(mapping: dict[str, Any]) -> dict[str, Any]:
    if len(mapping) == 1:
        for name, item in mapping.items():
            if _looks_like_date(name):
                return {"$" + name: item}
    return mapping


def _restored(value: Any) -> Any:
    """The value that ``_plain`` was given."""
    kind = type(value)
    if kind is list:
        return [_restored(item) for item in value]
    if kind is not dict:
        return value
    if len(value) == 1:
        for name, item in value.items():
            if name == "$date":
                return _EPOCH + timedelta(milliseconds=item)
            if _looks_like_date(name):
                return {name[1:]: _restored(item)}
    return {k: _restored(v) if type(v) in _NESTING else v for k, v in value.items()}


def _looks_like_date(name: str) -> bool:
    return name.startswith("$") and name.lstrip("$") == "date"
