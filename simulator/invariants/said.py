"""What was said with one key, and all that came of it, for the judge of turns.

Here: what is known of it, and what an erasure leaves of that. Not here: whether it may be so
(``chat_turns.py``).
"""

from collections import defaultdict
from dataclasses import dataclass, field

from simulator.kernel.trace import Json


@dataclass(slots=True)
class Said:
    """What was said with one key: how often, what the pet did for each request, what failed for
    which, and the answer once there is one; ``makers`` are the requests for which that may have
    been made. ``doubts`` are the erasures, by the numbers of their requests, of which nobody knows
    whether they came before or after; ``is_erased`` says that one came after the answer.
    """

    user_id: str = ""
    times: int = 0
    asked_at: int = 0
    """When it was first asked for."""
    makers: set[int] = field(default_factory=set)
    answered_at: int | None = None
    is_erased: bool = False
    doubts: set[int] = field(default_factory=set)
    deeds: dict[int, list[Json]] = field(default_factory=lambda: defaultdict(list))
    failures: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    thinks_since: dict[int, int] = field(default_factory=dict)
    """When the pet began to think of an answer, for each request."""
    erased_at: int = 0
    """When the newest erasure was asked for."""
    answered: Json | None = None

    def erase(self, asked_at: int) -> None:
        """All that was said before ``asked_at`` is erased; of what has no answer it is not known
        yet whether it was.
        """
        self.erased_at = max(self.erased_at, asked_at)
        if self.answered_at is not None:
            is_before = self.answered_at <= asked_at or self.is_thought_before
            self.is_erased = self.is_erased or is_before
            self.answered = None if is_before else self.answered

    @property
    def is_thought_before(self) -> bool:
        """Whether all that there is of it was thought of before the newest erasure."""
        begun = [self.thinks_since.get(id, self.erased_at) for id in self.makers]
        return self.times == len(begun) and all(each < self.erased_at for each in begun)
