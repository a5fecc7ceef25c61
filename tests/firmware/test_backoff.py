"""The waits after failures."""

from firmware.logic.backoff import Backoff


class Rand:
    """Chance that always draws the same."""

    def __init__(self, value: float) -> None:
        """Take what is drawn."""
        self.value = value

    def rand(self) -> float:
        """Draw."""
        return self.value


def test_the_shortest_waits_double_from_one_to_thirty_seconds() -> None:
    """With the lowest chance a wait is half its span."""
    backoff = Backoff(Rand(0.0))
    assert [backoff.next_ms() for _ in range(7)] == [1000, 2000, 4000, 8000, 16000, 30000, 30000]


def test_the_longest_waits_double_from_two_to_sixty_seconds() -> None:
    """With the highest chance a wait is its whole span."""
    backoff = Backoff(Rand(1.0))
    assert [backoff.next_ms() for _ in range(7)] == [2000, 4000, 8000, 16000, 32000, 60000, 60000]


def test_a_success_starts_again_at_the_shortest_wait() -> None:
    """After a reset nothing of the failures before is left."""
    backoff = Backoff(Rand(0.5))
    first = backoff.next_ms()
    backoff.next_ms()
    backoff.reset()
    assert backoff.next_ms() == first == 1500
