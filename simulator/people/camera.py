"""The camera in front of a student, and the edge agent that posts what it sees.

Not here: what is posted (``postings``), and a camera that the server itself watches (``face``).
"""

from typing import Protocol

from simulator.kernel.trace import Json
from simulator.people.mind import Mind
from simulator.people.postings import PRESAGE, Edge, Posting
from simulator.signals.person import Camera, Person
from simulator.signals.webcam import Webcam

_SECOND_MS = 1_000


class Onlooker(Protocol):
    """What looks at a student who studies. ``sample_every_ms`` is how often it has a posting, and
    ``wish`` what it takes to begin a session with it.
    """

    sample_every_ms: int
    wish: Json

    def begin_session(self) -> None:
        """Forget what the last session looked like."""
        ...

    def switch_on(self) -> None:
        """Watch the student from now on."""
        ...

    def switch_off(self) -> None:
        """Watch until now, and no more; it may be off already."""
        ...

    def posting(self) -> Posting | None:
        """What to post of all that was seen until now; None if there is nothing to post."""
        ...


class CameraOnDesk:
    """One student's. Sees the student while it is switched on; ``edge`` makes postings of that."""

    def __init__(self, mind: Mind, person: Person, camera: Camera, edge: Edge) -> None:
        self.wish: Json = {"signal_source": PRESAGE}
        self._mind, self._stage = mind, mind.stage
        self.sample_every_ms = camera.sample_every_s * _SECOND_MS
        began_at = mind.stage.clock.now().timestamp() * _SECOND_MS - mind.stage.now
        self._webcam = Webcam(
            person,
            camera,
            round(began_at),
            lambda metric: mind.stage.streams.stream(f"signal/{person.user_id}/{metric}"),
        )
        self._edge = edge
        self._seen_until = 0
        self._is_on = False

    def begin_session(self) -> None:
        """Forget what the last session looked like."""
        self._edge.reset()

    def switch_on(self) -> None:
        """Watch the student from now on."""
        self._webcam.open(self._stage.now)
        self._is_on = True
        self._seen_until = self._stage.now
        self._mind.watched_by(self._look)

    def switch_off(self) -> None:
        """Watch until now, and no more; it may be off already."""
        if self._is_on:
            self._look()
        self._is_on = False
        self._mind.watched_by(None)

    def posting(self) -> Posting | None:
        """What the edge makes of all that was seen until now; None if that is not enough."""
        self._look()
        return self._edge.posting(self._stage.now, self._stage.clock.now().isoformat())

    def _look(self) -> None:
        now = self._stage.now
        self._edge.take(self._webcam.emit(self._mind.body.truth, self._seen_until, now))
        self._seen_until = now
