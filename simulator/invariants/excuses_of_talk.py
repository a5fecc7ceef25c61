"""Why a turn of talk may fail or have no sound, for the judge of turns.

Here: the services by which the pet talks, the time that they leave, and another process that was
quicker. Not here: troubles of the store (``store_troubles.py``).
"""

from simulator.invariants.exchanges import Exchange
from simulator.invariants.said import Said
from simulator.kernel.trace import Event, number, words

_LATE = "late "
"""What stands before the name of what does not fail but takes long."""
_NO_TIME_MS = 45_000
"""Whoever has taken so long for an answer, as with a store that is slow, has no time to speak."""
_TURN_MS = 50_000
"""How long a turn may take, from the request on and with the wait for an earlier one."""
_OUT_OF_TIME = ("language_failed", "hearing_failed")
"""What is said of one that had no time left."""
_STOPPERS = frozenset({"language", "hearing", f"{_LATE}language", f"{_LATE}hearing"})
_MUTES = frozenset({"voice", f"{_LATE}voice", f"{_LATE}language", f"{_LATE}hearing"})
"""Without what there may be no answer, and no sound: what is late leaves no time for the rest."""


class Excuses:
    """What has failed and what was late, for whom."""

    def __init__(self) -> None:
        self._late_at: dict[str, int] = {}
        """When a service took long most lately, for each user."""

    def fail(self, said: Said, event: Event) -> None:
        """A service has failed."""
        said.failures[number(event, "id")].add(words(event, "what"))

    def be_late(self, said: Said, event: Event) -> None:
        """A service takes long, and whoever waits for this turn waits as long."""
        said.failures[number(event, "id")].add(f"{_LATE}{event['what']}")
        self._late_at[said.user_id] = number(event, "at")

    def has_failed(self, exchange: Exchange, said: Said) -> bool:
        """Whether a turn may have failed that was told so."""
        stopped = any(each & _STOPPERS for each in said.failures.values())
        return stopped or _is_answered_elsewhere(exchange, said) or self._waited(exchange, said)

    def is_mute(self, exchange: Exchange, said: Said) -> bool:
        """Whether an answer may have no sound."""
        is_late = exchange.at - exchange.asked_at >= _NO_TIME_MS
        return is_late or any(each & _MUTES for each in said.failures.values())

    def _waited(self, exchange: Exchange, said: Said) -> bool:
        """Whether its time was over since a service took long, for a turn of the same user that was
        under way meanwhile.
        """
        late_at = self._late_at.get(said.user_id)
        is_over = exchange.at - exchange.asked_at >= _TURN_MS
        is_kept = late_at is not None and late_at + _TURN_MS >= exchange.asked_at
        return is_over and is_kept and exchange.answer.get("code") in _OUT_OF_TIME


def _is_answered_elsewhere(exchange: Exchange, said: Said) -> bool:
    """Whether a stream was broken off since another process was quicker to answer the same."""
    is_broken = bool(exchange.events) and exchange.answer.get("code") == "wrong_state"
    return is_broken and said.times > 1
