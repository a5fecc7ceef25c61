"""Decides what goes wrong, and when. Every fault of a world that is not its weather passes here.

Each fault has a name, such as "lost answer", and befalls somebody, such as "pet/ada". What befalls
one is counted from 1, so each single misfortune has a name of its own, "lost answer:pet/ada:3". A
world may allow some of them alone; those that it spares are drawn and counted all the same, so that
the names of the others stay what they are. That is how a long story of misfortunes is made short.

After ``heal`` nothing goes wrong any more.
"""

from collections import Counter
from collections.abc import Callable, Collection
from functools import partial

from simulator.kernel.stage import Stage
from simulator.kernel.streams import Chance

_THOUSAND = 1000
_DAY_MS = 86_400_000


class Fate:
    """One world's. ``only`` names the misfortunes that are allowed; None allows all. ``heals_at``
    is when the world heals, in milliseconds since it began, if it does.
    """

    def __init__(
        self, stage: Stage, only: Collection[str] | None = None, heals_at: int | None = None
    ) -> None:
        self._stage = stage
        self._only = None if only is None else frozenset(only)
        self._heals_at = heals_at
        self._counts: Counter[tuple[str, str]] = Counter()
        self._chances: dict[tuple[str, str], Chance] = {}
        if heals_at is not None:
            stage.after(heals_at, partial(stage.trace.note, "heals"))

    @property
    def is_healed(self) -> bool:
        """Whether nothing goes wrong any more."""
        return self._heals_at is not None and self._stage.now >= self._heals_at

    def chance(self, fault: str, who: str) -> Chance:
        """The stream of chance of this fault and ``who``; always the same one."""
        place = fault, who
        if place not in self._chances:
            self._chances[place] = self._stage.streams.stream(f"fate/{fault}/{who}")
        return self._chances[place]

    def strikes(self, fault: str, who: str, permille: int) -> bool:
        """Whether ``fault`` befalls ``who`` now, which it does in so many thousandths of cases."""
        if not permille or self.is_healed:
            return False
        is_drawn = self.chance(fault, who).randrange(_THOUSAND) < permille
        return is_drawn and self._befalls(fault, who)

    def span(self, fault: str, who: str, span: tuple[int, int]) -> int:
        """How much of it, such as milliseconds: drawn between the least and the most."""
        return self.chance(f"{fault} span", who).randint(*span)

    def spells(
        self,
        fault: str,
        who: str,
        per_day: int,
        span_ms: tuple[int, int],
        begin: Callable[[int], None],
    ) -> None:
        """From now on, about so many times a day, ``begin`` a spell of ``fault``. It is told how
        many milliseconds the spell lasts: as many as ``span_ms`` allows, but not after the healing.
        """
        if per_day:
            self._stage.live(self._haunt(fault, who, _DAY_MS // per_day, span_ms, begin))

    async def _haunt(
        self,
        fault: str,
        who: str,
        mean_ms: int,
        span_ms: tuple[int, int],
        begin: Callable[[int], None],
    ) -> None:
        chance = self.chance(fault, who)
        while not self.is_healed:
            wait_ms, lasts_ms = chance.randint(0, 2 * mean_ms), chance.randint(*span_ms)
            await self._stage.sleep(wait_ms)
            if self._heals_at is not None:
                lasts_ms = min(lasts_ms, self._heals_at - self._stage.now)
            if not self.is_healed and self._befalls(fault, who, ms=lasts_ms):
                begin(lasts_ms)

    def _befalls(self, fault: str, who: str, **facts: int) -> bool:
        """Count it; unless it is spared, let the trace know."""
        self._counts[fault, who] += 1
        number = self._counts[fault, who]
        is_allowed = self._only is None or f"{fault}:{who}:{number}" in self._only
        if is_allowed:
            self._stage.trace.note("fault", fault=fault, who=who, number=number, **facts)
        return is_allowed
