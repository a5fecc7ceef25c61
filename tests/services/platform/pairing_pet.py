"""A pet that pairs, as the services see it."""

from dataclasses import dataclass

from petcore.services import Services
from petcore.services.platform.devices import Devices
from petcore.services.platform.pairings import PairingWish

SILENT = PairingWish(None, None, None)


@dataclass(slots=True)
class PairingPet:
    """Asks from its own ``address``."""

    address: str = "192.0.2.1"
    wish: PairingWish = SILENT
    device_code: str = ""
    user_code: str = ""

    async def start(self, services: Services) -> None:
        """Get a code."""
        answer = await services.platform.pairings.start(self.wish, self.address)
        self.device_code, self.user_code = str(answer["device_code"]), str(answer["user_code"])

    async def poll(self, services: Services) -> str | None:
        """The token, or None while nobody has confirmed the code."""
        answer = await services.platform.pairings.collect(self.device_code, self.address)
        assert (answer["status"] == "paired") == isinstance(answer["token"], str)
        return str(answer["token"]) if answer["token"] else None


async def started(services: Services, address: str = "192.0.2.1") -> PairingPet:
    """A pet that shows its code."""
    pet = PairingPet(address)
    await pet.start(services)
    return pet


async def use(devices: Devices, token: str) -> tuple[str, str]:
    """Use the token for the first time or again: whose it is, and the device's name."""
    device = await devices.recognise(token)
    await devices.see(device, None)
    return device["user_id"], device["name"]
