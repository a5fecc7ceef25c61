"""Documents as MongoDB takes them. Here: names. Not here: a driver, or anything that waits.

Every value of the port is one of BSON's. Not so every name: MongoDB refuses a NUL in it, and its
drivers take ``{"$ref": ...}`` for something else. Names that begin with ``$`` or hold a NUL are
spelled with ``%`` and the number of that letter, and so is a ``%``.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import cast

from petcore.ports.document import as_it_is, transcribed

_PLAIN = frozenset((str, bool, int, float, datetime, type(None)))
_STRANGE = frozenset("$%\0")


def written(document: Mapping[str, object]) -> dict[str, object]:
    """A copy of what the port allows, for the driver to keep; ValueError for anything else."""
    return cast("dict[str, object]", transcribed(document, as_it_is, _spelled))


def read(value: object) -> object:
    """What ``written`` was given, or a part of it, made in its place of what the driver decoded."""
    if type(value) is dict:
        for name, item in value.items():
            if type(item) not in _PLAIN:
                value[name] = read(item)
        if "%" in "".join(value):
            _respell(value)
    elif type(value) is list:
        for place, item in enumerate(value):
            if type(item) not in _PLAIN:
                value[place] = read(item)
    elif isinstance(value, int):
        # The drivers have a type of their own for large integers.
        return int(value)
    return value


def _spelled(mapping: dict[str, object]) -> dict[str, object]:
    if _STRANGE.isdisjoint("".join(mapping)):
        return mapping
    return {_spell(name): value for name, value in mapping.items()}


def _spell(name: str) -> str:
    spelled = name.replace("%", "%25").replace("\0", "%00")
    return f"%24{spelled[1:]}" if spelled.startswith("$") else spelled


def _respell(mapping: dict[str, object]) -> None:
    # In its place, because copying all that was read would cost more than the rest of reading it.
    items = list(mapping.items())
    mapping.clear()
    for name, value in items:
        mapping[name.replace("%00", "\0").replace("%24", "$").replace("%25", "%")] = value
