"""The error shape of the Desktop Pet document, and its table from codes to statuses.

The document states neither; ``error`` is a plain string so that a simple client can show it.
"""

from typing import Literal

from pydantic import BaseModel

from petcore.api.error_shape import ErrorShape
from petcore.errors import Detail


class ErrorDetail(BaseModel):
    """One complaint: where, and what."""

    loc: list[str | int]
    msg: str


class ErrorAnswer(BaseModel):
    """What every error of the document looks like."""

    ok: Literal[False]
    error: str
    code: str
    details: list[ErrorDetail]


STATUSES = {
    "validation_failed": 400,
    "unauthorized": 401,
    "forbidden": 403,
    "not_found": 404,
    "wrong_state": 409,
    "key_reused": 409,
    "payload_too_large": 413,
    "rate_limited": 429,
    "language_failed": 502,
    "voice_failed": 502,
    "hearing_failed": 502,
    "hearing_absent": 502,
    "store_unavailable": 503,
    "camera_unavailable": 503,
    "sight_failed": 503,
    "sight_absent": 503,
    "internal_error": 500,
}


def _body(code: str, message: str, details: tuple[Detail, ...]) -> str:
    complaints = [ErrorDetail(loc=list(detail.loc), msg=detail.msg) for detail in details]
    return ErrorAnswer(ok=False, error=message, code=code, details=complaints).model_dump_json()


SHAPE = ErrorShape(STATUSES, _body)
