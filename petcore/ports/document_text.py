"""Documents as JSON text, exactly.

Here: the one place that knows how an instant is written in text. Everything that the port allows
comes back equal and of the same type; everything else is refused with ValueError.

An instant is written ``{"$date": <milliseconds since 1970>}``. A dictionary of the user's that
looks like one gets another ``$`` in front (``{"$$date": ...}``), and so does one that looks like
that, so reading takes one ``$`` away and nothing is ambiguous.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic_core import from_json, to_json

from petcore.ports.document import transcribed

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NESTING = frozenset((dict, list))


def to_text(document: Any) -> str:
    """The document as JSON."""
    return to_json(transcribed(document, _date, _escaped)).decode()


def from_text(text: str) -> Any:
    """The document that ``to_text`` wrote."""
    plain = from_json(text)
    return _restored(plain) if '"$' in text else plain


def _date(instant: datetime) -> dict[str, int]:
    since = instant - _EPOCH
    ms = (since.days * 86_400 + since.seconds) * 1000 + since.microseconds // 1000
    return {"$date": ms}


def _escaped(mapping: dict[str, Any]) -> dict[str, Any]:
    if len(mapping) == 1:
        for name, item in mapping.items():
            if _looks_like_date(name):
                return {"$" + name: item}
    return mapping


def _restored(value: Any) -> Any:
    """The value that was written."""
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
