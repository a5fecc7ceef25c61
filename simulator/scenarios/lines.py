"""In which line of a TOML file a field stands: the parsers that know it do not tell.

So the field is replaced by a mark, and the mark looked for in what tomlkit, which keeps the form of
a file, writes.
"""

from collections.abc import Iterable, Iterator, Sequence

import tomlkit
from tomlkit.container import Container, OutOfOrderTableProxy
from tomlkit.items import AoT, Table


def line_of(text: str, place: Sequence[str | int]) -> int:
    """In which line the field stands; where its table begins if it is missing."""
    document = tomlkit.parse(text)
    holder, key = _nearest(document, place)
    mark = "here it is"
    while mark in text:
        mark += "!"
    while key is not None:
        _put(mark, holder, key)
        before, found, _ = tomlkit.dumps(document).partition(mark)
        if found:
            return before.count("\n") + 1
        # A table without a header of its own stands where the first of its fields does.
        holder = _get(holder, key)
        key = next(iter(holder), None) if isinstance(holder, dict) else None
    return 1


def _nearest(
    document: tomlkit.TOMLDocument, place: Sequence[str | int]
) -> tuple[object, str | int | None]:
    """What holds the item at ``place``, as far as there is one, and its key in there."""
    holder: object = document
    item: object = document
    key: str | int | None = None
    for step in place:
        inner = _get(item, step)
        if inner is None:
            break
        holder, key, item = item, step, inner
    return holder, key


def _get(holder: object, key: str | int) -> object:
    """The item, or None; there is no null in TOML."""
    if isinstance(holder, dict):
        return holder.get(key)
    if isinstance(holder, list) and isinstance(key, int) and key < len(holder):
        return holder[key]
    return None


def _put(mark: str, holder: object, key: str | int) -> None:
    """Leave the mark where the item begins: behind the header of a table, else in its place."""
    item = _get(holder, key)
    if isinstance(item, AoT | Table | OutOfOrderTableProxy):
        for table in _tables(item, holder, key):
            table.comment(mark)
    elif isinstance(holder, list):
        holder[int(key)] = mark
    elif isinstance(holder, dict):
        holder[key] = mark


def _tables(item: object, holder: object, key: str | int) -> Iterator[Table]:
    """The item, the first of a list, or the parts of a table with others between them."""
    parts: Iterable[object] = item[:1] if isinstance(item, AoT) else [item]
    if isinstance(item, OutOfOrderTableProxy) and isinstance(holder, Container):
        parts = [part for name, part in holder.body if name is not None and name.key == key]
    return (part for part in parts if isinstance(part, Table))
