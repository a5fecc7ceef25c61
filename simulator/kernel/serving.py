"""For which request the server is at work. Whatever it calls on the way can ask."""

from contextvars import ContextVar

SERVING: ContextVar[int] = ContextVar("SERVING")
"""The number of the request; tasks that the server begins for it inherit it."""
