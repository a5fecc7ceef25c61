"""What a server needs to see: one of each, real or twin."""

from dataclasses import dataclass

from petcore.ports.camera import Cameras
from petcore.ports.clock import Pause
from petcore.ports.sight import Sight


@dataclass(frozen=True, slots=True)
class Eyes:
    """Cameras, and what looks at their pictures; whoever waits for them does so by ``pause``. At
    most ``cameras_max`` cameras are watched at a time.
    """

    cameras: Cameras
    sight: Sight
    pause: Pause
    cameras_max: int = 4

    async def close(self) -> None:
        """Let go of what they hold."""
        await self.cameras.close()
