"""What belongs to no API document: health, devices and their pairing."""

from dataclasses import dataclass

from petcore.services.platform.devices import Devices
from petcore.services.platform.health import Health
from petcore.services.platform.pairings import Pairings

__all__ = ["Devices", "Health", "Pairings", "Platform"]


@dataclass(frozen=True, slots=True)
class Platform:
    """All that the platform does."""

    health: Health
    devices: Devices
    pairings: Pairings
