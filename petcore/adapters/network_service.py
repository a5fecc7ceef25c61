"""What the adapters of all services on the network have in common, beside their patience.

Here: what HTTP alone tells of a failure, its words, and which text can be sent. Not here: a
service's own codes, its SDK and its HTTP client (each service's own files), and when it is asked
again (``patience``).
"""

from petcore.adapters.patience import TryAgain

UNREACHABLE = "it cannot be reached, or it hung up"
ENDLESS = "its answer does not end"
UNREADABLE = "its answer cannot be read"

FAILED = 500
"""From this status on it is the service that failed."""

_AGAIN = (408, 429)


class Refused(Exception):
    """It is no use to ask the same again. ``why`` is for people."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class TooMuch(Exception):
    """More came than anybody asked for."""


def may_pass(status: int, *more: int) -> bool:
    """Whether the next attempt may have another HTTP status; ``more`` are those by which this
    service says so beside the usual ones.
    """
    return status in (*_AGAIN, *more) or status >= FAILED


def busy(status: int, after_s: float) -> TryAgain:
    """The failure of a status that may pass. ``after_s`` is what the service asks to wait."""
    return TryAgain(f"it failed, or is asked too much (status {status})", after_s)


def encodable(text: str) -> str:
    """The text; a half of a surrogate pair, which nobody can send or store, becomes a ``?``."""
    return text.encode(errors="replace").decode()
