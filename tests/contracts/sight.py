"""How the server of a gate sees: by twins, so that it is quick and sees the same every time.

Nothing here opens a camera or looks at a picture. Every camera gives ``PICTURES`` and then stays
away, so that an answer without an end comes to one; asked anew, it gives them again.
"""

import asyncio
from collections.abc import Iterable, Iterator
from math import ceil, inf

from petcore.adapters.camera_scripted import ScriptedCameras, Step, Wait, steadily
from petcore.adapters.sight_scripted import ScriptedSight
from petcore.ports.camera import Source
from petcore.ports.clock import Pause
from petcore.ports.eyes import Eyes
from petcore.services.desktop_pet.watching import SCAN_EVERY_S

PICTURES = tuple(b"\xff\xd8\xff\xe0picture %d\xff\xd9" % number for number in range(3))
_EVERY_MS = 500
_TURN_S = 0.05
"""So long takes a turn of the event loop: time passes, and nobody waits."""


async def moments(seconds: float) -> None:
    """Moments pass. What looks around every now and then looks once, lest it come in between."""
    if seconds >= SCAN_EVERY_S:
        await asyncio.Event().wait()
    for _ in range(ceil(seconds / _TURN_S)):
        await asyncio.sleep(0)


def eyes(pictures: Iterable[bytes] = PICTURES, pause: Pause = moments) -> Eyes:
    """Eyes that see a calm face, whichever camera they are to look through."""
    shown = tuple(pictures)

    def script(source: Source) -> Iterator[Step]:
        yield from steadily(shown, _EVERY_MS)
        yield Wait(inf)

    return Eyes(ScriptedCameras(script, pause), ScriptedSight(), pause)
