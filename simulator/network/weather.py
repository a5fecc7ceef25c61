"""How bad the network is. Its faults are fields of one frozen value."""

from simulator.kernel.values import Minutes, Permille, Several, Span, Value, WallTime


class Cut(Value):
    """The Wi-Fi is gone, every day at the same time."""

    at: WallTime
    """When it begins, on the clock at home."""
    minutes: Minutes
    """How long it lasts."""


class Weather(Value):
    """What happens to messages on their way."""

    delay_ms: Span = (2, 80)
    """How long a message is under way, one way, in milliseconds."""
    request_loss: Permille = 10
    """Thousandths of all requests that never arrive."""
    answer_loss: Permille = 10
    """Thousandths of all answers that never arrive, though the server has done what was asked."""
    duplication: Permille = 2
    """Thousandths of all requests that reach the server twice."""
    second_copy_ms: Span = (5, 2_000)
    """How much later the second copy arrives, in milliseconds."""
    cuts: Several[Cut] = ()
    """When nothing gets through at all."""


FAIR = Weather(delay_ms=(2, 40), request_loss=0, answer_loss=0, duplication=0)
"""Nothing gets lost, nothing comes twice."""
