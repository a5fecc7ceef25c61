"""The shell around the rules: load, decide, save, perform.

One package per API document, one class per section, one method per operation. Services know ports
and rules, never a technology and never HTTP.
"""

from dataclasses import dataclass

from petcore.ports.clock import Clock
from petcore.ports.eyes import Eyes
from petcore.ports.faculties import Faculties
from petcore.ports.store import Collection, Store
from petcore.services.desktop_pet import DesktopPet
from petcore.services.door import Door
from petcore.services.outbox import Document, Outbox
from petcore.services.platform import Platform


@dataclass(frozen=True, slots=True)
class Services:
    """What the API may call."""

    desktop_pet: DesktopPet
    platform: Platform
    door: Door
    clock: Clock
    store: Store
    faculties: Faculties
    eyes: Eyes
    outbox: Outbox
    collections: tuple[Collection[Document], ...]
    """All that the store holds."""

    async def open(self) -> None:
        """Open the store and finish what an earlier process left half done."""
        await self.store.open()
        await self.outbox.settle_all()
        await self.desktop_pet.watching.open()

    async def close(self) -> None:
        """Finish what is under way; let go of the store and of what the pet talks and sees by."""
        await self.desktop_pet.watching.close()
        await self.desktop_pet.video.close()
        await self.outbox.finish()
        await self.faculties.close()
        await self.eyes.close()
        await self.store.close()
