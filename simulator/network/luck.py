"""What befalls the messages of one client, beside spells: delays, losses, copies, resets."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from simulator.kernel.fate import Fate
from simulator.kernel.streams import Streams, below
from simulator.network.faults import NetworkFaults
from simulator.network.weather import Weather

_THOUSAND = 1000


class Leg(NamedTuple):
    """A message under way: for how many milliseconds, and whether it gets lost."""

    delay_ms: int
    is_lost: bool


class Luck:
    """That of the client called ``who``. Each answer is drawn anew."""

    def __init__(
        self, streams: Streams, who: str, weather: Weather, faults: NetworkFaults, fate: Fate
    ) -> None:
        self._who, self._weather, self._faults, self._fate = who, weather, faults, fate
        self._chance = streams.stream(f"link/{who}")
        self._copies = streams.stream(f"copies/{who}")
        least_ms, most_ms = weather.delay_ms
        self._least_ms, self._spread = least_ms, most_ms - least_ms + 1
        # To read a field of a pydantic value takes longer, and each message reads some.
        self._request_loss, self._answer_loss = weather.request_loss, weather.answer_loss
        self._request_fault, self._answer_fault = faults.request_loss, faults.answer_loss
        self._tail, self._reset = faults.tail, faults.reset
        self._weather_copies, self._fault_copies = weather.duplication, faults.duplication

    def request(self) -> Leg:
        """What befalls a request on its way."""
        leg, loss = self._leg(self._request_loss), self._request_fault
        return self._perhaps_lost(leg, "lost request", loss) if loss else leg

    def answer(self) -> Leg:
        """What befalls an answer on its way back."""
        leg, loss = self._leg(self._answer_loss), self._answer_fault
        return self._perhaps_lost(leg, "lost answer", loss) if loss else leg

    def is_reset(self) -> bool:
        """Whether the client hears that the connection is gone instead of an answer."""
        return self._reset > 0 and self._strikes("reset", self._reset)

    def copies_ms(self) -> Iterable[int]:
        """After how many milliseconds each further copy of a request arrives, if there are any."""
        is_copied = below(self._copies, _THOUSAND) < self._weather_copies
        return self._drawn_copies_ms(is_copied) if is_copied or self._fault_copies else ()

    def _drawn_copies_ms(self, is_copied: bool) -> Iterator[int]:
        if is_copied:
            delay_ms = self._copies.randint(*self._weather.second_copy_ms)
            if not self._fate.is_healed:
                yield delay_ms
        duplication = self._fault_copies
        if duplication and self._strikes("second copy", duplication):
            yield self._fate.span("second copy", self._who, self._faults.second_copy_ms)

    def _leg(self, loss: int) -> Leg:
        # Both are drawn always, so that no draw depends on the outcome of another.
        delay_ms = self._least_ms + below(self._chance, self._spread)
        is_unlucky = below(self._chance, _THOUSAND) < loss
        if self._tail and self._strikes("late message", self._tail):
            delay_ms += self._fate.span("late message", self._who, self._faults.tail_ms)
        return Leg(delay_ms, is_unlucky and not self._fate.is_healed)

    def _perhaps_lost(self, leg: Leg, fault: str, permille: int) -> Leg:
        return Leg(leg.delay_ms, True) if self._strikes(fault, permille) else leg

    def _strikes(self, fault: str, permille: int) -> bool:
        return self._fate.strikes(fault, self._who, permille)
