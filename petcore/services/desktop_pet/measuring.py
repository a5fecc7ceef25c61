"""Measuring one study session by what a camera shows, for as long as this process holds its watch.

Here: when a sample is due and of which readings, and when it is over. Not here: what a sample is
worth (``metrics``), and who measures which session (``watching``).
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator, Coroutine
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal

from petcore.errors import BadInput, NotFound, StoreUnavailable, WrongState
from petcore.ports import Ports
from petcore.ports.camera import Source
from petcore.ports.clock import Pause
from petcore.rules.vitals import Reading, Vitals
from petcore.services.desktop_pet.collections import FOCUS_SESSIONS
from petcore.services.desktop_pet.metrics import Metrics, MetricsSent
from petcore.services.desktop_pet.sessions import session_key
from petcore.services.desktop_pet.shot import Shot, judged
from petcore.services.desktop_pet.video import SIGNAL_SOURCE, Video, sent
from petcore.services.desktop_pet.watches import Lease, Watches
from petcore.services.idempotency import Call

_log = logging.getLogger("petcore.video")

Outcome = Literal["over", "lost", "left"]
"""The session is over; somebody else measures it; or nobody does, and somebody should."""

SAMPLE_EVERY_S = 60
"""So far samples are apart, in seconds of the person's time."""
RENEW_EVERY_S = 10
"""So often the watch is taken anew, and the session looked at."""
LONGEST = timedelta(hours=12)
"""Nobody studies for longer: then somebody has forgotten to end the session."""
DOUBT_S = 600
"""So long it must seem so: clocks may be wrong for a while. Nothing is looked at meanwhile."""
GONE_MS = 30_000
"""Who was seen by nobody for so long is gone: nothing more is said of him."""

_Wanted = Source | Literal["over", "too long"]

_MS_PER_S = 1_000
_EVERY_MIN_MS = 1_000
_KEPT = 1_000


@dataclass(frozen=True, slots=True)
class Bench:
    """What it takes to measure."""

    ports: Ports
    pause: Pause
    watches: Watches
    video: Video
    metrics: Metrics


class Measuring:
    """The session of a ``lease``."""

    def __init__(self, bench: Bench, lease: Lease) -> None:
        self._bench = bench
        self._renewing = asyncio.Lock()
        self.lease = lease
        """As it is held now."""
        self.has_measured = False
        """Whether anything was sent."""

    async def run(self) -> Outcome:
        """Measure, until that is over. Raises ``CameraFailed`` and ``SightFailed`` when the camera
        stays away, ``BadInput`` if it may not be looked through any more, and ``StoreUnavailable``.
        """
        outcome: Outcome | None = None
        while outcome is None:
            wanted = await self._wanted()
            if wanted == "over":
                return wanted
            work = self._doubt() if wanted == "too long" else self._look(wanted)
            outcome = await _first(self._hold(wanted), self._end(), work)
        return outcome

    async def _hold(self, wanted: _Wanted) -> Outcome | None:
        """Return when the session is somebody else's, and None when something else than that is
        ``wanted``. While the store is away nobody can take it.
        """
        while True:
            await self._bench.pause(RENEW_EVERY_S)
            try:
                if await self._wanted() != wanted:
                    return None
                if not await self._renew():
                    return "lost"
            except StoreUnavailable:
                continue

    async def _wanted(self) -> _Wanted:
        """What is to be done now."""
        ports = self._bench.ports
        session = await ports.store.get(FOCUS_SESSIONS, session_key(self.lease.session_id))
        if session is None or session["ended_at"] is not None:
            return "over"
        if ports.clock.now() - session["started_at"] >= LONGEST:
            return "too long"
        return await self._bench.video.preferred(self.lease.user_id)

    async def _end(self) -> Outcome:
        await self._bench.watches.ended(self.lease.session_id)
        return "over"

    async def _doubt(self) -> Outcome:
        """Look at nothing: if it goes on to seem too long, no clock was wrong for a moment."""
        await self._bench.pause(DOUBT_S)
        return "over"

    async def _renew(self) -> bool:
        async with self._renewing:
            renewed = await self._bench.watches.renew(self.lease)
            self.lease = renewed or self.lease
            return renewed is not None

    async def _look(self, source: Source) -> Outcome:
        async with aclosing(self._bench.video.watch(source)) as shots:
            return await self._follow(shots)

    async def _follow(self, shots: AsyncGenerator[Shot, None]) -> Outcome:
        begun = await self._bench.video.begin(self.lease.user_id)
        gathered = Gathered(begun, self._bench.ports.time_scale)
        async for shot in shots:
            gathered.take(shot)
            if not gathered.is_due:
                continue
            try:
                if not await self._renew():
                    return "lost"
                await self._send(gathered.sample(self.lease.session_id, shot))
                gathered.sent()
                self.has_measured = True
            except (NotFound, WrongState):
                return "over"
            except StoreUnavailable:
                gathered.put_off()
        return "left"

    async def _send(self, sample: MetricsSent) -> None:
        """No key is needed: of readings that were taken already there is no second sample."""
        try:
            await self._bench.metrics.ingest(sample, Call("watch", user_id=self.lease.user_id))
        except BadInput as error:
            _log.warning("%s: a sample of the camera was refused", error.code)


class Gathered:
    """The readings of a person since the last sample."""

    def __init__(self, begun: Vitals, time_scale: int) -> None:
        self._begun = self._vitals = begun
        self._every_ms = max(SAMPLE_EVERY_S * _MS_PER_S // time_scale, _EVERY_MIN_MS)
        self._read: int | None = None
        self._readings: deque[Reading] = deque(maxlen=_KEPT)
        self._is_known = False
        self._due_ms: int | None = None
        self._now_ms = self._seen_ms = self._taken_ms = 0
        self._sample: MetricsSent | None = None

    @property
    def is_due(self) -> bool:
        """Whether it is time for a sample: for the first as soon as both scores are known."""
        has_any = self._sample is not None or (self._is_known and bool(self._readings))
        return has_any and (self._due_ms is None or self._now_ms >= self._due_ms)

    def take(self, shot: Shot) -> None:
        """What a picture has brought, and those that were missed before it. What the first knows
        is from before. Who was gone and comes back is measured like one who comes.
        """
        is_first = self._read is None
        new = shot.since(shot.read if self._read is None else self._read)
        self._now_ms, self._read = shot.at_ms, shot.read
        if is_first or shot.seen.state != "no_face":
            self._seen_ms = shot.at_ms
        if shot.at_ms - self._seen_ms > GONE_MS:
            self._vitals, self._is_known = self._begun, False
            self._readings.clear()
            return
        self._readings += new
        if new and not self._is_known:
            self._vitals, estimate = judged(self._vitals, new, shot.at_ms)
            self._is_known = not estimate.missing

    def sample(self, session_id: str, shot: Shot) -> MetricsSent:
        """What is to be sent now: the same as before if that has not arrived for sure."""
        if self._sample is None:
            readings = tuple(
                replace(reading, at_ms=shot.on_wall_ms(reading.at_ms)) for reading in self._readings
            )
            self._sample = MetricsSent(
                session_id, readings, shot.captured_at, SIGNAL_SOURCE, _raw(shot)
            )
            self._readings.clear()
            self._taken_ms = shot.at_ms
        return self._sample

    def sent(self) -> None:
        """It has arrived. The next is due a minute after it was taken, not after it was sent."""
        self._sample = None
        self._due_ms = self._taken_ms + self._every_ms

    def put_off(self) -> None:
        """It may have arrived; try again soon."""
        self._due_ms = self._now_ms + RENEW_EVERY_S * _MS_PER_S


async def _first(*works: Coroutine[None, None, Outcome | None]) -> Outcome | None:
    """What that says which is done first; the others are cancelled."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return next(iter(done)).result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _raw(shot: Shot) -> dict[str, dict[str, object]]:
    """The newest readings where they stand in the SDK's message."""
    raw: dict[str, dict[str, object]] = {}
    for name, reading in sent(shot).items():
        group, _, field = name.partition(".")
        raw.setdefault(group, {})[field] = reading
    return raw
