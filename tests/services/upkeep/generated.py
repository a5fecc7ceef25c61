"""Documents that hypothesis makes from the TypedDicts of the collections."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import (
    Annotated,
    Literal,
    NotRequired,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from annotated_types import Ge, Le
from hypothesis import strategies as st
from pydantic.fields import FieldInfo

from petcore.ports.store import Collection
from petcore.services.collections import BELONGING, COLLECTIONS, IDS, SHAPES
from petcore.services.fields import Uuid, UuidOrNothing
from petcore.services.outbox import OUTBOX_INDEX, Document
from petcore.services.platform.collections import Hash
from petcore.services.upkeep.check import belonging_to_all

_numbers = count(1)

_TEXTS = st.text("ab\N{LATIN SMALL LETTER E WITH ACUTE}'\"$%_", max_size=5)
_INSTANTS = st.integers(0, 4_000_000_000_000).map(
    lambda ms: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)
)
_NUMBERS = (int, float)
_PLAIN: Mapping[object, st.SearchStrategy[object]] = {
    str: _TEXTS,
    bool: st.booleans(),
    datetime: _INSTANTS,
    type(None): st.none(),
}
_UUIDS = st.uuids().map(str)
_MATCHES: Mapping[str, st.SearchStrategy[object]] = {
    get_args(Uuid)[1].metadata[0].pattern: _UUIDS,
    get_args(UuidOrNothing)[1].metadata[0].pattern: _UUIDS | st.just(""),
    get_args(Hash)[1].metadata[0].pattern: st.binary(min_size=32, max_size=32).map(bytes.hex),
}
"""What is quicker made than by the pattern."""
_ANYTHING = st.dictionaries(_TEXTS, _TEXTS | st.integers(-9, 9) | st.booleans(), max_size=2)


def documents(collection: Collection[Document], user: str) -> st.SearchStrategy[Document]:
    """Documents of a user as petcore would write them, each with ids of its own; of nobody if the
    collection is not ``PERSONAL``.
    """
    shaped = _value(SHAPES[collection.name])
    waiting: st.SearchStrategy[list[Document]] = st.just([])
    if OUTBOX_INDEX in collection.indexes:
        plain = [other for other in COLLECTIONS if OUTBOX_INDEX not in other.indexes]
        waiting = st.lists(
            st.sampled_from(plain).flatmap(lambda other: _entries(other, user)), max_size=2
        )
    return st.builds(_coherent, st.just(collection), st.just(user), shaped, waiting)


def _entries(collection: Collection[Document], user: str) -> st.SearchStrategy[Document]:
    return documents(collection, user).map(
        lambda document: {
            "collection": collection.name,
            "document": {**document, "version": 1},
            "expected": 0,
        }
    )


def _coherent(
    collection: Collection[Document], user: str, shaped: object, outbox: list[Document]
) -> Document:
    """What belongs together made so, and every id unheard of."""
    assert isinstance(shaped, dict)
    number = next(_numbers)
    id = f"00000000-0000-4000-8000-{number:012x}"
    own = {
        **dict.fromkeys(("session_id", "sample_id", "prompt_id"), id),
        # A pairing names the device that it made, if it has made one.
        "device_id": shaped.get("device_id") and id,
        "name": f"device {number}",
        "user_code": "".join(chr(ord("B") + int(digit)) for digit in f"{number:08}"),
        "user_id": user,
    }
    known = {name: value for name, value in own.items() if name in shaped}
    document = {**shaped, **known, "version": abs(number) + 1}
    if "outbox" in document:
        document["outbox"] = outbox
    if "resolved_at" in document and document["resolved_at"] is None:
        document["acknowledged"] = None
    if "timezone" in document:
        document["timezone"] = "Pacific/Auckland"
    for belonging in (belonging_to_all, BELONGING.get(collection.name)):
        if belonging:
            document |= {name: right for name, right in belonging(document) if name in document}
    form = IDS.get(collection.name, "x:{version}")
    return {**document, "_id": form.format_map(document)}


def _value(hint: object) -> st.SearchStrategy[object]:
    if is_typeddict(hint):
        assert isinstance(hint, type)
        hints = get_type_hints(hint, include_extras=True)
        made = {name: _value(inner) for name, inner in hints.items()}
        may_lack = {name for name, inner in hints.items() if get_origin(inner) is NotRequired}
        always = {name: each for name, each in made.items() if name not in may_lack}
        return st.fixed_dictionaries(always, optional={name: made[name] for name in may_lack})
    arguments, origin = get_args(hint), get_origin(hint)
    if origin in _MADE_OF:
        return _MADE_OF[origin](arguments)
    if hint in _PLAIN:
        return _PLAIN[hint]
    if hint in _NUMBERS:
        return _number(hint, ())
    return st.one_of([_value(inner) for inner in arguments])


def _annotated(arguments: tuple[object, ...]) -> st.SearchStrategy[object]:
    kind, meant = arguments[0], arguments[1]
    if not isinstance(meant, FieldInfo):
        return _value(meant)
    if kind in _NUMBERS:
        return _number(kind, tuple(meant.metadata))
    patterns = [item.pattern for item in meant.metadata if hasattr(item, "pattern")]
    if patterns:
        known = _MATCHES.get(patterns[0])
        return st.from_regex(patterns[0], fullmatch=True) if known is None else known
    return st.text("abc", min_size=1, max_size=9)


def _number(kind: object, bounds: tuple[object, ...]) -> st.SearchStrategy[object]:
    least, most = -(2**40), 2**40
    for bound in bounds:
        least = int(str(bound.ge)) if isinstance(bound, Ge) else least
        most = int(str(bound.le)) if isinstance(bound, Le) else most
    return st.floats(least, most) if kind is float else st.integers(least, most)


_MADE_OF: Mapping[object, Callable[[tuple[object, ...]], st.SearchStrategy[object]]] = {
    Annotated: _annotated,
    Literal: st.sampled_from,
    list: lambda arguments: st.lists(_value(arguments[0]), max_size=2),
    Mapping: lambda _: _ANYTHING,
}
