"""What the server of a simulated world sees by."""

from petcore.adapters.clock_system import pause
from petcore.adapters.sight_opencv_inline import InlineSight
from petcore.ports.eyes import Eyes
from simulator.face.cameras import FaceCameras


def eyes_on(cameras: FaceCameras, cameras_max: int) -> Eyes:
    """The analysis that ships, in this process, on synthetic cameras; nobody looks at pictures."""
    return Eyes(cameras, InlineSight(draws=False), pause, cameras_max)
