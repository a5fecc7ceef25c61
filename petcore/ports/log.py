"""What a log line may know of the request during which it is written."""

from contextvars import ContextVar

REQUEST_ID: ContextVar[int | None] = ContextVar("petcore_request_id", default=None)
"""Counts the requests of this process from 1; None outside of requests."""
