"""What else can go wrong on the way, beside the weather of a scenario."""

from typing import Annotated

from pydantic import Field

from simulator.kernel.values import Permille, Span, Value

PerDay = Annotated[int, Field(ge=0, le=1000)]


class NetworkFaults(Value):
    """Faults of the network. Spells come at any time, about so often a day."""

    request_loss: Permille = 0
    """Thousandths of all requests that never arrive, beside those that the weather takes."""
    answer_loss: Permille = 0
    """Thousandths of all answers that never arrive, though the server has done what was asked."""
    tail: Permille = 0
    """Thousandths of all messages that take much longer than others, and are overtaken by them."""
    tail_ms: Span = (1_000, 20_000)
    """How much longer, in milliseconds."""
    duplication: Permille = 0
    """Thousandths of all requests of which a second copy arrives, perhaps much later."""
    second_copy_ms: Span = (5, 120_000)
    """How much later, in milliseconds."""
    reset: Permille = 0
    """Thousandths of all answers in place of which the client hears at once that the connection is
    gone."""
    cuts: PerDay = 0
    """How often a day nothing gets through."""
    cut_ms: Span = (5_000, 900_000)
    """How long, in milliseconds."""
    half_open: PerDay = 0
    """How often a day requests arrive and no answer comes back."""
    half_open_ms: Span = (5_000, 300_000)
    """How long, in milliseconds."""
