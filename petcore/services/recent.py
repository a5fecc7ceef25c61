"""What a process remembers of others: a bounded number of them, those who came last."""

from collections import OrderedDict
from typing import TypeVar

KNOWN_MAX = 10_000
"""So many are remembered: who comes under ever new names must not fill the memory."""

V = TypeVar("V")


def keep(kept: OrderedDict[str, V], name: str, value: V) -> None:
    """Remember it as what came last; of too many, the one that came first is forgotten."""
    kept[name] = value
    kept.move_to_end(name)
    if len(kept) > KNOWN_MAX:
        kept.popitem(last=False)
