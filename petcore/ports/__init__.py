"""Protocols of everything outside the rules, and the plain values that cross them."""

from dataclasses import dataclass

from petcore.ports.clock import Clock
from petcore.ports.entropy import Entropy
from petcore.ports.store import Store
from petcore.ports.zones import Zones


@dataclass(frozen=True, slots=True)
class Ports:
    """What a service may reach for: one of each, real or twin.

    ``clock`` runs ``time_scale`` times as fast as those of devices.
    """

    clock: Clock
    entropy: Entropy
    zones: Zones
    store: Store
    time_scale: int = 1
