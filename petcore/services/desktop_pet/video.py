"""Video: the camera that a user prefers, and what is seen through it (P18 to P22).

Not here: which camera that is (``sources``), how one is watched (``broadcasts``), and how pictures
and answers are sent. No picture is stored, and of what is not known there is no number.
"""

from collections.abc import AsyncGenerator, Collection, Mapping
from contextlib import aclosing
from dataclasses import dataclass

from petcore.errors import CameraFailed, SightFailed
from petcore.ports import Ports
from petcore.ports.camera import Recording, Source, Webcam
from petcore.ports.sight import Box
from petcore.rules import vitals
from petcore.rules.vitals import Vitals
from petcore.services.desktop_pet.baselines import Baselines
from petcore.services.desktop_pet.broadcasts import Broadcasts, Shot
from petcore.services.desktop_pet.known import Known
from petcore.services.desktop_pet.shapes import SourceType, VideoSource
from petcore.services.desktop_pet.sources import Sources, SourceWish, preferred, source_of
from petcore.services.idempotency import Answer, Call, Decision, Once, Plan
from petcore.services.outbox import Outbox

__all__ = ["FrameWish", "SourceWish", "Video"]

EVERYBODY = "*"
"""Among those who may look through the server's own cameras: whoever asks."""
SIGNAL_SOURCE = "rppg_local"
"""What samples say that this server itself has measured."""


@dataclass(frozen=True, slots=True)
class FrameWish:
    """A frame to take; None takes what the stored source says."""

    user_id: str
    source_type: SourceType | None
    webcam_index: int | None


class Video:
    """The operations of the document's section "Video". Streams are asked in private networks, and
    at ``hosts``. ``webcam_users`` are those who may look through the cameras of the server's own
    machine, and at its recordings.
    """

    def __init__(
        self,
        ports: Ports,
        outbox: Outbox,
        once: Once,
        broadcasts: Broadcasts,
        baselines: Baselines,
        hosts: Collection[str],
        webcam_users: Collection[str],
    ) -> None:
        self._sources = Sources(ports, outbox, once, hosts)
        self._once = once
        self._broadcasts = broadcasts
        self._known = Known(baselines)
        self._webcam_users = frozenset(webcam_users)

    async def close(self) -> None:
        """End what is being watched, and all streams with it. Closing twice is allowed."""
        await self._broadcasts.close()

    async def save_source(self, wish: SourceWish, call: Call) -> Answer:
        """P18: store the preferred source; what was stored before is replaced. Raises ``BadInput``
        for a stream that may not be asked.
        """
        return await self._sources.save(wish, call)

    async def get_source(self, user_id: str) -> Answer:
        """P19: the preferred source. Raises ``NotFound``."""
        return await self._sources.get(user_id)

    async def open_stream(
        self, user_id: str, source_type: SourceType | None
    ) -> AsyncGenerator[bytes, None]:
        """P20: the analyzed pictures, as JPEG, for as long as somebody asks for the next. Raises
        before the first what ``get_latest`` raises; later it ends when the camera stays away.
        """
        has_begun = False
        try:
            source = await self.preferred(user_id, source_type)
            async with aclosing(self._broadcasts.look(source)) as shots:
                async for shot in shots:
                    yield shot.seen.picture
                    has_begun = True
        except (CameraFailed, SightFailed):
            if not has_begun:
                raise

    async def get_latest(self, user_id: str) -> Answer:
        """P21: the newest analyzed picture, as bytes, and what was read. Raises ``CameraFailed``
        and ``SightFailed``, and ``BadInput`` if the stored source lacks what is asked for.
        """
        shot = await self._take_one(await self.preferred(user_id))
        return {
            "ok": True,
            "user_id": user_id,
            "captured_at": shot.captured_at,
            "metrics": await self._metrics(user_id, shot),
            "image": shot.seen.picture,
            "sighting": _sighting(shot),
        }

    async def run_presage_test(self, wish: FrameWish, call: Call) -> Answer:
        """P22: take one frame the whole way. Raises what ``get_latest`` raises."""
        if call.key is None:
            return await self._test(wish, await self._sources.find(wish.user_id))
        answer: Answer | None = None

        async def find() -> tuple[str, VideoSource | None]:
            return wish.user_id, await self._sources.find(wish.user_id)

        async def decide(stored: VideoSource | None) -> Decision:
            nonlocal answer
            answer = answer or await self._test(wish, stored)
            return Decision(answer)

        # Only twins wait for each other: a camera may take long.
        return await self._once.run(call, Plan(f"frame:{wish.user_id}:{call.key}", find, decide))

    async def preferred(self, user_id: str, source_type: SourceType | None = None) -> Source:
        """The user's source, webcam 0 if none is stored. Raises ``BadInput`` if the stored one
        lacks what ``source_type`` takes, and ``CameraFailed`` if it is not for this user.
        """
        stored = await self._sources.find(user_id)
        return self._for(user_id, source_of(stored, source_type or preferred(stored)))

    def watch(self, source: Source) -> AsyncGenerator[Shot, None]:
        """What a source shows, the newest each time, to who measures a session by it, as
        ``Broadcasts.look`` has it.
        """
        return self._broadcasts.look(source, measures=True)

    async def begin(self, user_id: str) -> Vitals:
        """What the estimator knows of a person before it has seen anything."""
        return await self._known.begin(user_id)

    def _for(self, user_id: str, source: Source) -> Source:
        """The source, if the user may look through it: what stands on the server's own desk shows
        whoever sits there, and not whoever has a token.
        """
        is_own = isinstance(source, Webcam | Recording)
        if is_own and not self._webcam_users & {user_id, EVERYBODY}:
            raise CameraFailed(
                "this server's own cameras are for users that PETCORE_WEBCAM_USERS names"
            )
        return source

    async def _test(self, wish: FrameWish, stored: VideoSource | None) -> Answer:
        chosen = wish.source_type or preferred(stored)
        source = self._for(wish.user_id, source_of(stored, chosen, wish.webcam_index))
        shot = await self._take_one(source)
        return {
            "ok": True,
            "source_type": chosen,
            "metrics": await self._metrics(wish.user_id, shot),
            "sighting": _sighting(shot),
        }

    async def _take_one(self, source: Source) -> Shot:
        async with aclosing(self._broadcasts.look(source)) as shots:
            return await anext(shots)

    async def _metrics(self, user_id: str, shot: Shot) -> dict[str, object]:
        """What this picture and those before it say of this person."""
        estimate = await self._known.estimate(user_id, shot)
        return {
            "focus_score": estimate.focus_score,
            "stress_score": estimate.stress_score,
            "confidence": estimate.confidence,
        }


def _sighting(shot: Shot) -> dict[str, object]:
    seen = shot.seen
    return {
        "state": seen.state,
        "signal_source": SIGNAL_SOURCE,
        "estimator": vitals.VERSION,
        "width": seen.width,
        "height": seen.height,
        "face": seen.face and _box(seen.face),
        "readings": sent(shot),
    }


def sent(shot: Shot) -> Mapping[str, Mapping[str, object]]:
    """The newest readings of a picture by their names, each as the SDK would send it."""
    return {
        reading.name: {
            "value": reading.value,
            "stable": reading.stable,
            "confidence": reading.confidence,
            "timestamp": str(shot.on_wall_ms(reading.at_ms) * 1_000),
        }
        for reading in shot.newest.values()
    }


def _box(face: Box) -> dict[str, int]:
    return {"left": face.left, "top": face.top, "width": face.width, "height": face.height}
