"""The closed tree of what can go wrong, each leaf with one stable code.

Here: what a rule, a service or a port may raise. Not here: anything of HTTP; each API document
has its own table from these codes to its statuses and its error shape.
"""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Detail:
    """One complaint about one place of the input: ``loc`` is the path to the field."""

    loc: tuple[str | int, ...]
    msg: str


class PetcoreError(Exception):
    """Root of the tree. ``code`` is part of the contract, ``message`` is for people."""

    code: ClassVar[str] = "internal_error"

    def __init__(self, message: str, details: tuple[Detail, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.details = details


class BadInput(PetcoreError):
    """What was sent cannot be meant; ``details`` names the fields."""

    code = "validation_failed"

    @classmethod
    def at(cls, field: str, msg: str) -> "BadInput":
        """The complaint ``msg`` about the single field ``field``."""
        return cls(f"{field}: {msg}", (Detail((field,), msg),))


class Unauthorized(PetcoreError):
    """Nobody said who he is, or it cannot be believed."""

    code = "unauthorized"


class Forbidden(PetcoreError):
    """Who he is is known, but this is not his to ask."""

    code = "forbidden"


class RateLimited(PetcoreError):
    """Too much was asked: of ``limit`` nothing is left, and some of it again in ``retry_after_s``
    seconds (at least 1).
    """

    code = "rate_limited"

    def __init__(self, message: str, limit: int, retry_after_s: int) -> None:
        super().__init__(message)
        self.limit = limit
        self.retry_after_s = retry_after_s


class NotFound(PetcoreError):
    """The thing named does not exist, or is not the caller's to see."""

    code = "not_found"


class WrongState(PetcoreError):
    """The thing exists, but what was asked of it is over or not yet possible."""

    code = "wrong_state"


class KeyReused(PetcoreError):
    """An idempotency key came again with another request."""

    code = "key_reused"


class StoreUnavailable(PetcoreError):
    """The store cannot be reached, is locked, or is full; whether a write was stored is unknown."""

    code = "store_unavailable"


class TooLarge(PetcoreError):
    """A document is larger than the store can keep; nothing was stored."""

    code = "payload_too_large"


class LanguageFailed(PetcoreError):
    """Nobody wrote an answer: the language service failed, or refused."""

    code = "language_failed"


class VoiceFailed(PetcoreError):
    """Nobody spoke the answer. Services go on without sound."""

    code = "voice_failed"


class HearingFailed(PetcoreError):
    """Nobody could listen: the service that makes words of speech failed."""

    code = "hearing_failed"


class HearingAbsent(HearingFailed):
    """Nobody can listen here, as the server is set up or on this machine."""

    code = "hearing_absent"


class CameraFailed(PetcoreError):
    """There are no pictures: a camera cannot be opened, has gone, or may not be asked. The message
    says what was tried, and is told to whoever asks.
    """

    code = "camera_unavailable"


class SightFailed(PetcoreError):
    """Nobody could look at a picture: the process that does so failed."""

    code = "sight_failed"


class SightAbsent(SightFailed):
    """Nobody can see here: what it takes is not installed on this machine."""

    code = "sight_absent"


class BadFrame(PetcoreError):
    """What a camera sent is no picture, or too large a one. Services go on with the next."""

    code = "sight_failed"


class Duplicate(PetcoreError):
    """A document with this ``_id`` or this unique value is stored already. Services handle it."""

    code = "internal_error"


class StartRefused(PetcoreError):
    """The program cannot start as asked; the message says what to change."""

    code = "start_refused"
