"""What can happen to bytes between a device and the server."""

import orjson
import pytest
from hypercorn.typing import ASGIReceiveCallable, ASGISendCallable
from hypercorn.typing import Scope as AsgiScope

from simulator.kernel.masking import masked_token
from simulator.kernel.trace import Event
from simulator.network.asgi import Request, Response
from simulator.network.client import Client, json_request
from simulator.network.link import Network
from simulator.network.weather import Weather
from tests.simulator.stages import Echo, Scene, scene

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


@pytest.mark.parametrize(("hurry_ms", "is_heard"), [(500, True), (8_000, False)])
def test_whoever_is_in_a_hurry_takes_his_time_in_the_end(hurry_ms: int, is_heard: bool) -> None:
    """Others wait as long each time."""
    with scene() as empty:
        slow = CALM.model_copy(update={"delay_ms": (6_000, 6_000)})
        client = Client(Network(Echo(), empty.stage, slow), "phone")
        heard: list[object] = []

        async def life() -> None:
            heard.append(await client.post("/echo", {}, hurry_ms))

        empty.stage.live(life())
        empty.stage.loop.run_for(100_000)
    assert bool(heard) is is_heard


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


def sent(request: Request, who: str = "phone") -> tuple[list[Response], list[Event]]:
    """One request to a server that says from where it was asked, and after how long it had it."""
    answers: list[Response] = []
    with scene() as empty:
        link = Network(_Porter(empty), empty.stage, CALM).link(who, "10.0.0.9")

        async def life() -> None:
            answers.append(await link.send(request, 60_000))

        empty.stage.live(life())
        empty.stage.loop.run_for(60_000)
        return answers, empty.events()


class _Porter:
    def __init__(self, empty: Scene) -> None:
        self._empty = empty

    async def __call__(
        self, scope: AsgiScope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        assert scope["type"] == "http"
        body, parts, more = b"", 0, True
        while more:
            event = await receive()
            assert event["type"] == "http.request"
            body, parts, more = body + event["body"], parts + 1, event["more_body"]
        hosts = [value.decode() for name, value in scope["headers"] if name == b"host"]
        said = {"client": scope["client"], "hosts": hosts, "parts": parts, "body": body.decode()}
        said["at"] = self._empty.stage.now
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": orjson.dumps(said), "more_body": False})


def test_a_client_has_an_address_and_may_say_another_host() -> None:
    """As whoever is on the network can."""
    ((answer,), _) = sent(Request("GET", "/"))
    said = orjson.loads(answer.body)
    assert said["client"][0] == "10.0.0.9"
    assert said["hosts"] == ["localhost:5000"]
    ((answer,), _) = sent(Request("GET", "/", headers=[(b"host", b"pet.lan")]))
    assert orjson.loads(answer.body)["hosts"] == ["pet.lan"]


def test_a_body_can_take_its_time() -> None:
    """Its second half comes later, in the time of the world; the trace says so."""
    ((answer,), events) = sent(Request("POST", "/", body=b"halves", body_ms=20_000))
    said = orjson.loads(answer.body)
    assert (said["parts"], said["body"], said["at"]) == (2, "halves", 20_010)
    assert events[0]["body_ms"] == 20_000


def test_secrets_are_not_written_down() -> None:
    """Neither what is asked with nor what is answered; the client gets what was sent."""
    token = f"pet_{'0a' * 16}_{'s' * 43}"
    headers = [(b"authorization", f"Bearer {token}".encode())]
    ((answer,), events) = sent(
        Request("POST", f"/{token}", f"token={token}", headers, token.encode())
    )
    assert token in answer.body.decode()
    assert "ssss" not in orjson.dumps(events).decode()
    assert orjson.dumps(events).decode().count(masked_token(token)) == 5


def test_headers_that_are_said_twice_are_both_written_down() -> None:
    """Joined as HTTP joins them, each of them masked."""
    headers = [(b"authorization", b"Bearer one"), (b"x-a", b"1"), (b"authorization", b"Basic two")]
    (_, events) = sent(Request("GET", "/", headers=headers))
    (seen,) = [event["headers"] for event in events if event["kind"] == "request"]
    assert isinstance(seen, dict)
    one, two = seen["authorization"].split(", ")
    assert (one[:14], two[:13], seen["x-a"]) == ("Bearer masked-", "Basic masked-", "1")


def test_a_program_with_a_token_says_it() -> None:
    """With all it asks."""
    with scene() as empty:
        client = Client(Network(Echo(), empty.stage, CALM), "phone", "s3cret")

        async def life() -> None:
            await client.get("/echo")
            await client.post("/echo", {})

        empty.stage.live(life())
        empty.stage.loop.run_for(60_000)
        headers = [event["headers"] for event in empty.events("request")]
        assert [isinstance(each, dict) and each["authorization"][:14] for each in headers] == [
            "Bearer masked-"
        ] * 2
