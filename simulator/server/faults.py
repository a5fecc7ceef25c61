"""What can go wrong with the server, and with its store."""

from typing import Annotated

from pydantic import Field

from simulator.kernel.values import Permille, Span, Value

PerDay = Annotated[int, Field(ge=0, le=1000)]


class ServerFaults(Value):
    """Faults of the server's processes."""

    workers: Annotated[int, Field(ge=1, le=8)] = 1
    """How many processes share the store; each request goes to one that answers."""
    crashes: PerDay = 0
    """How often a day a worker is killed: one of the next times that it waits for its store, just
    before or just after what it asked for was done. Then nobody who asks it gets an answer."""
    restart_ms: Span = (200, 5_000)
    """How long until another stands in its place, in milliseconds. It finishes what the store says
    was left half done; if it cannot, since the store is away, it is tried again."""
    slow_start: Permille = 0
    """Thousandths of all starts that take longer."""
    slow_start_ms: Span = (10_000, 90_000)
    """How much longer, in milliseconds."""
    rolling: PerDay = 0
    """How often a day all workers are restarted one after another, each when it has finished."""
    clock_steps: PerDay = 0
    """How often a day the server's clock is set wrong, forward or back."""
    clock_step_ms: Span = (1_000, 120_000)
    """How wrong it is then, in milliseconds."""


class StoreFaults(Value):
    """Faults of the store. A write that was refused may have been done all the same."""

    slow: Permille = 0
    """Thousandths of all answers of the store that take long."""
    slow_ms: Span = (50, 3_000)
    """How long, in milliseconds."""
    lost_answer: Permille = 0
    """Thousandths of all writes that are done, while the server is told that the store is gone."""
    outages: PerDay = 0
    """How often a day the store does nothing and says so."""
    outage_ms: Span = (1_000, 180_000)
    """How long, in milliseconds."""
    full: PerDay = 0
    """How often a day the disk is full: what is there can be read, nothing can be written."""
    full_ms: Span = (5_000, 300_000)
    """How long, in milliseconds."""
