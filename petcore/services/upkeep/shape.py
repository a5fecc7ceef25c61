"""What a document should look like, from its TypedDict, and in which places one does not.

Types are strict: ``"60"`` and ``True`` are no integers. A field that the TypedDict does not name is
a fault although MongoDB would take it, because petcore does not keep it: the next change of the
document may drop it without a word.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, NotRequired, cast, get_args, get_origin, get_type_hints, is_typeddict

from pydantic import Field, TypeAdapter
from pydantic_core import CoreSchema, SchemaValidator, ValidationError, core_schema

_SHOWN_MAX = 60

_OWN: Mapping[str, object] = {
    "_id": Annotated[str, Field(pattern="^[A-Za-z]")],
    "version": Annotated[int, Field(ge=1)],
}
"""What every document has, more closely than its type says."""

_SAYINGS = {
    "missing": ("is missing", "petcore always writes it"),
    "extra_forbidden": ("is no field that petcore knows", "it would be dropped; take it out"),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """``field``, as a path in the document: what is ``wrong`` there, and what would be right."""

    field: str
    wrong: str
    right: str


class Shape:
    """A TypedDict as something to hold documents against."""

    def __init__(self, shape: type) -> None:
        schema = _schema(Annotated[Mapping[str, object], shape])
        self._validator = SchemaValidator(schema)

    def faults(self, document: Mapping[str, object]) -> Iterator[Fault]:
        """Each place where the document is not of this shape."""
        try:
            self._validator.validate_python(dict(document), strict=True)
        except ValidationError as error:
            for found in error.errors(include_url=False, include_context=False):
                wrong = f"is {said(found['input'])}"
                right = (
                    found["msg"].replace("Input should", "must").replace("String should", "must")
                )
                wrong, right = _SAYINGS.get(found["type"], (wrong, right))
                yield Fault(_path(found["loc"]), wrong, right)


def said(value: object) -> str:
    """The value for people, cut short."""
    text = repr(value)
    return text if len(text) <= _SHOWN_MAX else f"{text[:_SHOWN_MAX]}..."


def _path(places: tuple[int | str, ...]) -> str:
    steps = (f"[{place}]" if isinstance(place, int) else f".{place}" for place in places)
    return "".join(steps).removeprefix(".")


def _schema(annotation: object) -> CoreSchema:
    """What pydantic validates by. It reads TypedDicts by itself from Python 3.12 on only."""
    if get_origin(annotation) is NotRequired:
        return _schema(get_args(annotation)[0])
    if get_origin(annotation) is list:
        return core_schema.list_schema(_schema(get_args(annotation)[0]))
    shape = next(filter(is_typeddict, (annotation, *get_args(annotation))), None)
    if shape is None:
        return TypeAdapter(cast("type[object]", annotation)).core_schema
    hints = get_type_hints(shape, include_extras=True)
    fields = {
        name: core_schema.typed_dict_field(
            _schema(_OWN.get(name, hint)), required=get_origin(hint) is not NotRequired
        )
        for name, hint in hints.items()
    }
    return core_schema.typed_dict_schema(fields, extra_behavior="forbid")
