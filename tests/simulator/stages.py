"""A stage without a world, for tests of what stands on it."""

import io
import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from hypercorn.typing import ASGIReceiveCallable, ASGISendCallable, Scope
from simpy import Environment

from simulator.kernel.clock import VirtualClock
from simulator.kernel.loop import VirtualLoop
from simulator.kernel.stage import Stage
from simulator.kernel.streams import Streams
from simulator.kernel.trace import Event, Trace

BEGAN = datetime(2026, 3, 2, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Scene:
    """A stage, and the file in which it writes its trace."""

    stage: Stage
    file: io.BytesIO

    def events(self, *kinds: str) -> list[Event]:
        """What happened so far, of these kinds or of all."""
        events = [json.loads(line) for line in self.file.getvalue().splitlines()]
        return [event for event in events if not kinds or event["kind"] in kinds]


@contextmanager
def scene(seed: int = 1, began: datetime = BEGAN) -> Iterator[Scene]:
    """An empty stage at ``began``."""
    environment, file = Environment(0), io.BytesIO()
    with closing(VirtualLoop(environment)) as loop:
        clock = VirtualClock(environment, began)
        trace = Trace(environment, file)
        yield Scene(Stage(environment, loop, clock, Streams(seed), trace), file)


class Echo:
    """A server that answers each request with its own body, or with {}, and keeps them all."""

    def __init__(self) -> None:
        self.served: list[str] = []

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """Answer one request."""
        assert scope["type"] == "http"
        self.served.append(f"{scope['method']} {scope['path']}")
        event = await receive()
        assert event["type"] == "http.request"
        body = event["body"] or b"{}"
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body, "more_body": False})
