"""What can go wrong with what the pet talks by.

The stand-ins of the real services (``simulator/standins``) can spoil an answer in many more ways,
on the wire; to a server all of them come to one of these.
"""

from simulator.kernel.values import Permille, Span, Value


class ProviderFaults(Value):
    """Faults of what the pet talks by, beside those that every talkative world has."""

    language: Permille = 0
    """Thousandths of all answers that nobody writes: refused, blocked, too many asked."""
    voice: Permille = 0
    """Thousandths of all sentences that nobody speaks."""
    hearing: Permille = 0
    """Thousandths of all questions that nobody hears."""
    hangs: Permille = 0
    """Thousandths of all that is asked of them that takes ``hang_ms``."""
    hang_ms: Span = (10_000, 90_000)
    """How long, in milliseconds."""
    cut: Permille = 0
    """Thousandths of all answers that break off in the middle."""
    blank: Permille = 0
    """Thousandths of all that they give that is nothing: no words, no sound."""
    strange: Permille = 0
    """Thousandths of all that they give that holds what nobody can mean: tools that do not exist,
    arguments that are none, characters that are no letters."""
    silent: Permille = 0
    """Thousandths of all answers that do not say what was done."""
    endless: Permille = 0
    """Thousandths of all answers that do not come to an end: words, or uses of tools."""
