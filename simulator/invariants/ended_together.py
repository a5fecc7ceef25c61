"""Sessions that ended together: a pet that is told to end the session ends all that run. It says
how many, and tells of one; which the others were is heard later, or never.

One of them may have begun without anybody's knowing: who asks for a session and has no answer, or
one that says that the store was away, may have one. If he hears of it later, it began somewhen from
when he first asked; if never, whoever accounts for the session says so.
"""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple


class _Deed(NamedTuple):
    """A pet ended some of one user's sessions."""

    user_id: str
    at: int
    running: set[str]
    others: int


class EndedTogether:
    """Those of all users. Each of the others accounts for one document of a collection."""

    def __init__(self) -> None:
        self._deeds: list[_Deed] = []
        self._used: Counter[tuple[int, str]] = Counter()

    def end(self, user_id: str, at: int, running: Iterable[str], others: int) -> None:
        """Beside the one that was told of, so many ended of those that ran."""
        self._deeds.append(_Deed(user_id, at, set(running), others))

    def begin(self, user_id: str, id: str, since: int) -> None:
        """It is heard now of a session that may run since then."""
        for deed in self._deeds:
            if deed.user_id == user_id and since <= deed.at:
                deed.running.add(id)

    def may_be(self, collection: str, id: str) -> bool:
        """Whether this may be one of them."""
        places = (place for place, deed in enumerate(self._deeds) if id in deed.running)
        return self._takes(places, collection)

    def may_be_unheard_of(self, collection: str, user_id: str) -> bool:
        """Whether one may be among them of which nobody has ever heard that it began."""
        places = (place for place, deed in enumerate(self._deeds) if deed.user_id == user_id)
        return self._takes(places, collection)

    def _takes(self, places: Iterable[int], collection: str) -> bool:
        for place in places:
            if self._used[place, collection] < self._deeds[place].others:
                self._used[place, collection] += 1
                return True
        return False
