"""Whether a user wants to be asked for breaks, as far as one can know it.

The newest preference that was stored holds. Of those that were on their way at the same time, and
of one that came to no end (``wishes``), nobody knows which was stored last, or whether it was.
"""

from collections import defaultdict
from typing import NamedTuple

from simulator.invariants.exchanges import Exchange
from simulator.invariants.high_stress import Session, Span
from simulator.invariants.newest import Newest
from simulator.invariants.server_clock import ServerClock
from simulator.invariants.wishes import Wishes

PREFER = "POST /api/breaks/preferences/stress-prompts"


class _Preference(NamedTuple):
    is_wanted: bool
    updated: Span


class Preferences:
    """Those of all users. ``wishes`` knows what was asked for, ``clock`` what the server showed."""

    def __init__(self, wishes: Wishes, clock: ServerClock) -> None:
        self._wishes = wishes
        self._clock = clock
        self._of: defaultdict[str, Newest[_Preference]] = defaultdict(Newest)

    def prefer(self, exchange: Exchange) -> None:
        """The server has stored one, for the first time."""
        since = self._wishes.since(exchange)
        span = self._clock.span(since, exchange.at)
        one = _Preference(exchange.asked["enabled"] is True, span)
        self._of[str(exchange.asked["user_id"])].keep(one, since, exchange.at)

    def wanted(self, user_id: str, since: int) -> set[bool]:
        """What may have been stored at some time from ``since`` until now; without any, False."""
        theirs = self._of[user_id]
        none_yet = {False} if theirs.had_none(since) else set()
        return none_yet | {each.what.is_wanted for each in theirs.held(since)} | self._open(user_id)

    def let_ask(self, session: Session, since: int) -> set[bool]:
        """Whether a session may have been let ask from ``since`` until now. Its own flag decides;
        but switching the preference off after its start forbids it.
        """
        if not session.allows:
            return {False}
        theirs = self._of[session.user_id]
        said = {True} if theirs.had_none(since) else set()
        for is_wanted, (earliest, latest) in (each.what for each in theirs.held(since)):
            said |= {is_wanted or latest <= session.started_at}
            said |= {is_wanted or earliest <= session.started_at}
        return said | self._open(session.user_id)

    def _open(self, user_id: str) -> set[bool]:
        return {
            wish.asked.get("enabled") is True
            for wish in self._wishes.open(PREFER)
            if wish.text("user_id") == user_id
        }
