"""What can happen to bytes between a device and the server."""

import pytest

from simulator.kernel.trace import Event
from simulator.network.client import Client, json_request
from simulator.network.link import Network
from simulator.network.weather import Weather
from tests.simulator.stages import Echo, scene

CALM = Weather(delay_ms=(10, 10), request_loss=0, answer_loss=0, duplication=0)


def run(
    weather: Weather, ms: int = 60_000, cut_min: int = 0
) -> tuple[Echo, list[object], list[Event]]:
    """One client posts once through such weather; what the server, it, and the trace saw."""
    echo = Echo()
    heard: list[object] = []
    with scene() as empty:
        stage = empty.stage
        network = Network(echo, stage, weather)
        client = Client(network, "phone")
        if cut_min:
            network.cut(cut_min)

        async def life() -> None:
            heard.append(await client.post("/echo", {"é": 1}))
            heard.append(stage.now)

        stage.live(life())
        stage.loop.run_for(ms)
        return echo, heard, empty.events()


def keys(events: list[Event]) -> set[object]:
    """The idempotency keys of all requests."""
    headers = [event["headers"] for event in events if event["kind"] == "request"]
    return {each["idempotency-key"] for each in headers if isinstance(each, dict)}


def test_a_calm_network_delivers_after_its_delay() -> None:
    """There in ten milliseconds, back in ten; the trace tells the whole story."""
    echo, heard, events = run(CALM)
    assert heard == [(200, {"é": 1}), 20]
    assert [(event["at"], event["kind"]) for event in events] == [
        (0, "request"),
        (10, "served"),
        (20, "answer"),
    ]
    assert echo.served == ["POST /echo"]


@pytest.mark.parametrize(("leg", "served"), [("request", False), ("answer", True)])
def test_what_is_lost_is_asked_for_again_with_the_same_key(leg: str, served: bool) -> None:
    """The server saw a request whose answer got lost; the client cannot tell, and repeats it."""
    weather = CALM.model_copy(update={f"{leg}_loss": 1000})
    echo, heard, events = run(weather, ms=30_000)
    assert heard == []
    assert bool(echo.served) is served
    lost = [event for event in events if event["kind"] == "lost"]
    assert {(event["leg"], event["why"]) for event in lost} == {(leg, "loss")}
    assert len([event for event in events if event["kind"] == "request"]) > 1
    assert len(keys(events)) == 1


def test_a_late_answer_is_no_answer() -> None:
    """What arrives after the client gave up is not heard."""
    _, heard, events = run(CALM.model_copy(update={"delay_ms": (5_000, 5_000)}), ms=30_000)
    assert heard == []
    assert "answer" not in {event["kind"] for event in events}


def test_a_doubled_request_reaches_the_server_twice() -> None:
    """The copy comes later, has a number of its own, and its answer is heard by nobody."""
    weather = CALM.model_copy(update={"duplication": 1000, "second_copy_ms": (500, 500)})
    echo, heard, events = run(weather)
    assert heard == [(200, {"é": 1}), 20]
    assert len(echo.served) == 2
    assert len(keys(events)) == 1
    copies = [(event["at"], event["copy_of"]) for event in events if "copy_of" in event]
    assert copies == [(500, 1)]
    assert len([event for event in events if event["kind"] == "answer"]) == 1


def test_nothing_gets_through_a_cut_and_all_comes_back_after_it() -> None:
    """For two minutes every message is lost, copies too; then the client is answered."""
    weather = CALM.model_copy(update={"duplication": 1000})
    echo, heard, events = run(weather, ms=300_000, cut_min=2)
    assert [event["until"] for event in events if event["kind"] == "cut"] == [120_000]
    lost = [event for event in events if event["kind"] == "lost"]
    assert {(event["leg"], event["why"]) for event in lost} == {("request", "cut")}
    assert len(lost) > 3
    assert heard[0] == (200, {"é": 1})
    assert len(echo.served) == 2


def test_a_cut_catches_what_is_under_way() -> None:
    """An answer that left before the cut and would arrive in it is lost, for the cut's sake."""
    with scene() as empty:
        stage, echo = empty.stage, Echo()
        network = Network(echo, stage, CALM)
        client = Client(network, "phone")

        async def life() -> None:
            await client.get("/status?id=1")

        stage.live(life())
        stage.after(15, lambda: network.cut(1))
        stage.loop.run_for(1_000)
        assert echo.served == ["GET /status"]
        lost = [(event["leg"], event["why"]) for event in empty.events("lost")]
        assert lost == [("answer", "cut")]


def test_a_request_is_made_of_bytes() -> None:
    """Path and query apart, headers in lower case, the body in UTF-8 with its length."""
    request = json_request("POST", "/a?b=c%20d", {"k": "ü"}, {"Idempotency-Key": "x"})
    assert (request.path, request.query) == ("/a", "b=c%20d")
    assert request.body == '{"k":"ü"}'.encode()
    assert dict(request.headers)[b"content-length"] == b"10"
    assert dict(request.headers)[b"idempotency-key"] == b"x"
