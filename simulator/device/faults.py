"""What can go wrong with a pet."""

from typing import Annotated

from pydantic import Field

from simulator.kernel.values import Permille, Span, Value

PerDay = Annotated[int, Field(ge=0, le=1000)]


class DeviceFaults(Value):
    """Faults of the board, and boards that are not the newest."""

    reboots: PerDay = 0
    """How often a day the pet loses its power for a moment."""
    off_ms: Span = (500, 60_000)
    """How long, in milliseconds."""
    brown_out: Permille = 0
    """Thousandths of all that the pet keeps in its flash during which the power fails: half of them
    are kept."""
    full_flash: PerDay = 0
    """How often a day nothing can be kept in the flash."""
    full_flash_ms: Span = (10_000, 600_000)
    """How long, in milliseconds."""
    drift_ppm: Annotated[int, Field(ge=0, le=50_000)] = 0
    """By how many millionths the board's clock is too fast or too slow at most."""
    wraps: bool = False
    """Whether its counter of milliseconds begins anew in the course of the first hours."""
    crowds: PerDay = 0
    """How often a day somebody presses its buttons again and again, whatever it shows."""
    crowd_ms: Span = (10_000, 120_000)
    """For how long, in milliseconds."""
    crowd_pause_ms: Span = (200, 3_000)
    """From one press to the next, in milliseconds."""
    shaken: Permille = 0
    """Thousandths of all presses that shake the pet: nothing that it sends or is sent gets through
    for some time, and half of those times the power fails meanwhile."""
    shaken_ms: Span = (2_000, 40_000)
    """How long, in milliseconds."""
    looks: Permille = 0
    """Thousandths of all times that the pet says that it is offline, or is not any more, or that
    its counter begins anew, after which somebody asks it how it fares."""
    looks_after_ms: Span = (500, 45_000)
    """How much later, in milliseconds."""
    diversions: PerDay = 0
    """How often a day something in between answers the pet in the server's place, with a 404."""
    diversion_ms: Span = (5_000, 120_000)
    """How long, in milliseconds."""
    stuck: Permille = 0
    """Thousandths of all polls that never come to an end, not even by their time-out, so that the
    board's watchdog has to start it anew."""
    by_document: Permille = 0
    """Thousandths of all pets that know the API document alone: no keys, no ``next_poll_s``, no
    pairing; such as somebody's own firmware of long ago."""
    older: Permille = 0
    """Thousandths of all pets that poll at fixed periods, whatever the server says."""
