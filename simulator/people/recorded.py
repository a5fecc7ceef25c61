"""The camera whose reports were recorded: each study session gets the recording from its beginning.

What falls into a break is left out, for nobody sits there then. When the recording is over, nothing
more is reported.
"""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from simulator.kernel.trace import Json
from simulator.people.camera import CameraOnDesk, Onlooker
from simulator.people.mind import Mind
from simulator.people.postings import PRESAGE, Edge, Posting
from simulator.signals.person import Camera, Person
from simulator.signals.recording import Recording, read_recording

_TICK_MS = 1_000
"""How often it looks whether something is due: lines are a second apart at least."""
_SAMPLE, _METRICS = "/api/stress/sample", "/api/stress/metrics"


class RecordedCamera:
    """The ``Onlooker`` that plays a recording."""

    def __init__(self, mind: Mind, recording: Recording) -> None:
        self.sample_every_ms = _TICK_MS
        self.wish: Json = {"signal_source": PRESAGE}
        self._stage, self._recording = mind.stage, recording
        self._path = _METRICS if recording.has_metrics else _SAMPLE
        self._began_at = 0
        self._next = 0

    def begin_session(self) -> None:
        """Begin anew."""
        self._began_at, self._next = self._stage.now, 0

    def switch_on(self) -> None:
        """Leave out what nobody saw."""
        while self._is_due():
            self._next += 1

    def switch_off(self) -> None:
        """The recording goes on; nobody asks for it."""

    def posting(self) -> Posting | None:
        """The next line, if it is due."""
        if not self._is_due():
            return None
        reading = self._recording.readings[self._next]
        self._next += 1
        began = self._stage.clock.now() - timedelta(milliseconds=self._stage.now - self._began_at)
        captured_at = began + timedelta(milliseconds=reading.after_ms)
        body = self._recording.said_at(reading, round(began.timestamp() * 1000) * 1000)
        return Posting(
            self._path,
            {"captured_at": captured_at.isoformat(), "signal_source": PRESAGE, **body},
        )

    def _is_due(self) -> bool:
        readings, passed_ms = self._recording.readings, self._stage.now - self._began_at
        return self._next < len(readings) and readings[self._next].after_ms < passed_ms


def onlooker_of(mind: Mind, person: Person, camera: Camera, edge: Callable[[], Edge]) -> Onlooker:
    """What looks at the student: a recording, or a camera with its ``edge``. Raises
    ``BadRecording``.
    """
    file = camera.recording
    if file is None:
        return CameraOnDesk(mind, person, camera, edge())
    return RecordedCamera(mind, read_recording(Path(file.path), file.sha256))
