"""The server measures study sessions by itself, if they were started so.

Here: which sessions this process measures. Every few seconds it takes those that nobody measures,
its own or another's that was killed. Not here: how one is measured (``measuring``), and how the
processes agree (``watches``). Where a server cannot see, nothing runs at all.
"""

import asyncio
import logging

from petcore.errors import PetcoreError, StoreUnavailable
from petcore.ports import Ports
from petcore.ports.eyes import Eyes
from petcore.services.desktop_pet.measuring import Bench, Measuring, Outcome
from petcore.services.desktop_pet.metrics import Metrics
from petcore.services.desktop_pet.video import Video
from petcore.services.desktop_pet.watches import Lease, Watches

_log = logging.getLogger("petcore.video")

SCAN_EVERY_S = 10
"""So often somebody looks for sessions that nobody measures."""
RESTS_MAX = 6
"""So many scans at most a session is left alone whose camera stays away."""

_REMEMBERED = 1_000


class Watching:
    """All sessions that this process measures."""

    def __init__(
        self, ports: Ports, eyes: Eyes, watches: Watches, video: Video, metrics: Metrics
    ) -> None:
        self._pause = eyes.pause
        self._watches = watches
        self._bench = Bench(ports, eyes.pause, watches, video, metrics)
        self._scanning: asyncio.Task[None] | None = None
        self._measured: dict[str, asyncio.Task[None]] = {}
        self._failures = Failures()

    @property
    def measured(self) -> frozenset[str]:
        """The sessions that are measured here and now."""
        return frozenset(self._measured)

    async def open(self) -> None:
        """Begin, if this server can see."""
        if self._watches.can_see and self._scanning is None:
            self._scanning = asyncio.create_task(self._scan())

    async def close(self) -> None:
        """Measure no more, and let others do so. Closing twice is allowed."""
        scanning, self._scanning = self._scanning, None
        works = [*([scanning] if scanning else []), *self._measured.values()]
        for work in works:
            work.cancel()
        await asyncio.gather(*works, return_exceptions=True)

    async def _scan(self) -> None:
        is_told = False
        while True:
            try:
                async for lease in self._watches.take(self._is_wanted):
                    self._begin(lease)
                is_told = False
            except Exception as error:  # noqa: BLE001 -- nothing must end this but ``close``
                if not is_told:
                    _log.warning("no sessions to watch could be looked for", exc_info=error)
                is_told = True
            self._failures.rest()
            await self._pause(SCAN_EVERY_S)

    def _is_wanted(self, session_id: str) -> bool:
        return session_id not in self._measured and not self._failures.is_resting(session_id)

    def _begin(self, lease: Lease) -> None:
        id = lease.session_id
        task = self._measured[id] = asyncio.create_task(self._measure(lease))
        task.add_done_callback(lambda _: self._measured.pop(id, None))

    async def _measure(self, lease: Lease) -> None:
        """Measure a session, and let go of it."""
        measuring = Measuring(self._bench, lease)
        outcome: Outcome = "left"
        rest_s = 0
        try:
            outcome = await measuring.run()
            self._failures.forget(lease.session_id)
        except Exception as error:  # noqa: BLE001 -- a server goes on whatever happens to a camera
            rest_s = SCAN_EVERY_S
            self._fail(lease.session_id, error, is_new=measuring.has_measured)
        finally:
            await self._let_go(measuring.lease, outcome, rest_s)

    async def _let_go(self, lease: Lease, outcome: Outcome, rest_s: float) -> None:
        """Should that fail, the lease runs out."""
        try:
            if outcome == "over":
                await self._watches.finish(lease)
            elif outcome == "left":
                await self._watches.release(lease, rest_s)
        except StoreUnavailable:
            pass
        except Exception as error:  # noqa: BLE001 -- nobody waits for this task, so nobody is told
            _log.error("a session could not be let go of", exc_info=error)

    def _fail(self, session_id: str, error: Exception, *, is_new: bool) -> None:
        """A camera that is away is told of once each time that it ``is_new``."""
        if is_new:
            self._failures.forget(session_id)
        if not self._failures.add(session_id):
            return
        if isinstance(error, PetcoreError):
            _log.warning("%s: a session is not measured", error.code)
        else:
            _log.error("a session is not measured", exc_info=error)


class Failures:
    """Sessions that could not be measured, and for how many scans each is left alone."""

    def __init__(self) -> None:
        self._rests: dict[str, int] = {}
        self._left: dict[str, int] = {}

    def add(self, session_id: str) -> bool:
        """It could not be measured; say whether that is news. It rests longer each time."""
        before = self._rests.pop(session_id, 0)
        self._rests[session_id] = self._left[session_id] = min(2 * before or 1, RESTS_MAX)
        if len(self._rests) > _REMEMBERED:
            self.forget(next(iter(self._rests)))
        return not before

    def forget(self, session_id: str) -> None:
        """All is well."""
        self._rests.pop(session_id, None)
        self._left.pop(session_id, None)

    def rest(self) -> None:
        """A scan is over."""
        self._left = {id: left - 1 for id, left in self._left.items() if left > 1}

    def is_resting(self, session_id: str) -> bool:
        """Whether to leave it alone now."""
        return session_id in self._left
