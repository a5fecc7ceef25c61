"""What can happen to bytes between a device and the server."""

import io
import json
from contextlib import closing
from datetime import UTC, datetime

import pytest
from hypercorn.typing import ASGIReceiveCallable, ASGISendCallable, Scope
from simpy import Environment

from simulator.kernel.clock import VirtualClock
from simulator.kernel.loop import VirtualLoop
from simulator.kernel.stage import Stage
from simulator.kernel.streams import Streams
from simulator.kernel.trace import Event, Trace
from simulator.network.client import Client, json_request
from simulator.network.link import Network, Weather

CALM = Weather(delay_ms_min=10, delay_ms_max=10, request_loss_permille=0, answer_loss_permille=0)


class Echo:
    """Answers each request with its own body, and counts them."""

    def __init__(self) -> None:
        self.served = 0

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """Answer one request."""
        self.served += 1
        event = await receive()
        assert event["type"] == "http.request"
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": event["body"], "more_body": False})


def run(weather: Weather, ms: int = 60_000) -> tuple[Echo, list[object], list[Event]]:
    """One client posts once through such weather; what the server, it, and the trace saw."""
    environment, file, echo = Environment(0), io.BytesIO(), Echo()
    heard: list[object] = []
    with closing(VirtualLoop(environment)) as loop:
        clock = VirtualClock(environment, datetime(2026, 3, 2, tzinfo=UTC))
        stage = Stage(environment, loop, clock, Streams(1), Trace(environment, file))
        client = Client(Network(echo, stage, weather), "phone")

        async def life() -> None:
            heard.append(await client.post("/echo", {"é": 1}))
            heard.append(stage.now)

        stage.live(life())
        loop.run_for(ms)
    events = [json.loads(line) for line in file.getvalue().splitlines()]
    return echo, heard, events


def test_a_calm_network_delivers_after_its_delay() -> None:
    """There in ten milliseconds, back in ten; the trace tells the whole story."""
    echo, heard, events = run(CALM)
    assert heard == [(200, {"é": 1}), 20]
    assert [(event["at"], event["kind"]) for event in events] == [
        (0, "request"),
        (10, "served"),
        (20, "answer"),
    ]
    assert echo.served == 1


@pytest.mark.parametrize(("loss", "served"), [("request", False), ("answer", True)])
def test_what_is_lost_is_asked_for_again_with_the_same_key(loss: str, served: bool) -> None:
    """The server saw a request whose answer got lost; the client cannot tell, and repeats it."""
    weather = Weather(
        10, 10, request_loss_permille=1000 * (not served), answer_loss_permille=1000 * served
    )
    echo, heard, events = run(weather, ms=30_000)
    assert heard == []
    assert bool(echo.served) is served
    assert {event["leg"] for event in events if event["kind"] == "lost"} == {loss}
    asked = [event["headers"] for event in events if event["kind"] == "request"]
    keys = {headers["idempotency-key"] for headers in asked if isinstance(headers, dict)}
    assert len(asked) > 1
    assert len(keys) == 1


def test_a_late_answer_is_no_answer() -> None:
    """What arrives after the client gave up is not heard."""
    _, heard, events = run(Weather(5_000, 5_000, 0, 0), ms=30_000)
    assert heard == []
    assert "answer" not in {event["kind"] for event in events}


def test_a_request_is_made_of_bytes() -> None:
    """Path and query apart, headers in lower case, the body in UTF-8 with its length."""
    request = json_request("POST", "/a?b=c%20d", {"k": "ü"}, {"Idempotency-Key": "x"})
    assert (request.path, request.query) == ("/a", "b=c%20d")
    assert request.body == '{"k": "ü"}'.encode()
    assert dict(request.headers)[b"content-length"] == b"11"
    assert dict(request.headers)[b"idempotency-key"] == b"x"
