"""``petsim camera``: a camera for whoever has none; it shows a synthetic face whose pulse is known.

It speaks as an ESP32-CAM does, well or badly, so that the video of a server can be tried.
"""

import argparse
import asyncio
from importlib.util import find_spec

from simulator.commands import Exit, Misuse
from simulator.commands.voice import Voice, add_loudness
from simulator.standins.camera import FAULTS, GROUPS, STREAM, Esp32Cam
from simulator.standins.server import StandIn

_PORT, _PORT_MAX = 8_081, 65_535
_FPS, _FPS_MAX = 10.0, 60.0
_BPM, _BPM_MIN, _BPM_MAX = 72.0, 40.0, 180.0
_SIZES = {"320x240": (320, 240), "640x480": (640, 480)}
_SERVER, _USER = "http://127.0.0.1:5000", "audrey"
_MS = 1000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What ``petsim camera`` understands."""
    parser.add_argument("--port", type=int, default=_PORT, help=f"(default {_PORT})")
    parser.add_argument(
        "--fps", type=float, default=_FPS, help=f"pictures a second (default {_FPS:g})"
    )
    parser.add_argument(
        "--bpm", type=float, default=_BPM, help=f"beats a minute of the heart (default {_BPM:g})"
    )
    parser.add_argument(
        "--size", choices=_SIZES, default="320x240", help="of a picture (default 320x240)"
    )
    parser.add_argument("--seed", type=int, default=1, help="which of all faces (default 1)")
    parser.add_argument(
        "--fault",
        choices=FAULTS,
        metavar="NAME",
        help="fail in this way; --faults lists them",
    )
    parser.add_argument(
        "--faults", action="store_true", help=f"list the {len(FAULTS)} ways to fail, and end"
    )
    add_loudness(parser)


def execute(asked: argparse.Namespace) -> Exit:
    """Run the command, until Ctrl-C ends it."""
    _require(asked)
    voice = Voice(asked.loudness)
    if asked.faults:
        voice.say(_faults())
        voice.hand_over({when: dict(faults) for when, faults in GROUPS.items()})
        return Exit.KEPT
    require_opencv()
    try:
        asyncio.run(_serve(asked, voice))
    except KeyboardInterrupt:
        voice.say("\nthe camera is off")
    except OSError as error:
        raise Misuse(f"cannot listen at 127.0.0.1:{asked.port}: {error.strerror}") from None
    return Exit.KEPT


def require_opencv() -> None:
    """Raise ``Misuse`` where faces cannot be drawn."""
    if find_spec("cv2") is None:
        raise Misuse(
            "this machine has no OpenCV: opencv-python-headless is not installed, and no face can "
            "be shown without it"
        )


def _faults() -> str:
    """All ways to fail, by when that is."""
    width = max(map(len, FAULTS))
    groups = (
        "\n".join((f"{when}:", *(f"  {name:{width}}  {what}" for name, what in faults.items())))
        for when, faults in GROUPS.items()
    )
    return "\n\n".join(groups)


def _require(asked: argparse.Namespace) -> None:
    if not 0 <= asked.port <= _PORT_MAX:
        raise Misuse(f"--port must be 0 to {_PORT_MAX}")
    if not 1 <= asked.fps <= _FPS_MAX:
        raise Misuse(f"--fps must be 1 to {_FPS_MAX:g}")
    if not _BPM_MIN <= asked.bpm <= _BPM_MAX:
        raise Misuse(f"--bpm must be {_BPM_MIN:g} to {_BPM_MAX:g}")
    if asked.seed < 0:
        raise Misuse("--seed must be at least 0")


async def _serve(asked: argparse.Namespace, voice: Voice) -> None:
    # OpenCV takes long to import; `petsim --help` does not wait for it.
    from simulator.face.video import steady  # noqa: PLC0415

    width, height = _SIZES[asked.size]
    video = steady(asked.bpm, width=width, height=height, seed=asked.seed)
    now = asyncio.get_running_loop().time
    camera = Esp32Cam(lambda: video.jpeg(round(now() * _MS)), rate=asked.fps, fault=asked.fault)
    async with StandIn(camera, port=asked.port) as standin:
        url = standin.url + STREAM
        voice.say(_told(url, asked))
        voice.hand_over({"url": url, "bpm": asked.bpm, "fps": asked.fps, "fault": asked.fault})
        await asyncio.Event().wait()


def _told(url: str, asked: argparse.Namespace) -> str:
    """What to do with a camera at ``url``."""
    fails = f"; it fails: {asked.fault}" if asked.fault else ""
    source = f'{{"user_id": "{_USER}", "source_type": "esp32", "esp32_stream_url": "{url}"}}'
    return f"""\
a camera is at {url}{fails}
  it shows a photograph in which a heart beats {asked.bpm:g} times a minute

1. have a server that may ask it:
   PETCORE_CAMERA_HOSTS=127.0.0.1 uv run petcore serve
2. tell it that this is your camera:
   {_posted("/api/video/source", source)}
3. look, in a browser of this machine:
   {_SERVER}/api/video/stream?user_id={_USER}
   or keep the newest picture; without the Accept it comes as JSON, with all numbers:
   curl -H 'Accept: image/jpeg' -o latest.jpg '{_SERVER}/api/video/latest?user_id={_USER}'
   or ask for the numbers alone; while somebody looks, the pulse takes some 20 seconds:
   {_posted("/api/video/presage-test", f'{{"user_id": "{_USER}"}}')}
4. have a study session measured by it, a sample a minute:
   {_posted("/api/stress/session/start", f'{{"user_id": "{_USER}", "watch": true}}')}

Ctrl-C switches it off
"""


def _posted(path: str, body: str) -> str:
    """How that is sent, for a shell."""
    return f"curl -H 'Content-Type: application/json' {_SERVER}{path} \\\n     -d '{body}'"
