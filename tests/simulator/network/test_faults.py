"""Each fault of the network breaks something that can be seen, and nothing of it is left when the
world has healed.
"""

from collections.abc import Collection

import pytest
from hypercorn.typing import ASGIFramework, ASGIReceiveCallable, ASGISendCallable, Scope

from simulator.kernel.fate import Fate
from simulator.kernel.trace import Event
from simulator.network.asgi import Request
from simulator.network.faults import NetworkFaults
from simulator.network.link import Network
from simulator.network.weather import FAIR
from tests.simulator.stages import Echo, scene

STILL = FAIR.model_copy(update={"delay_ms": (10, 10)})
TIMEOUT_MS, PERIOD_MS = 8_000, 10_000
HOUR_MS = 3_600_000


def lived(
    faults: NetworkFaults,
    app: ASGIFramework | None = None,
    *,
    asks: int = 20,
    only: Collection[str] | None = None,
    heals_at: int | None = None,
) -> tuple[list[str], list[Event]]:
    """What a client hears that asks every ten seconds, and the trace."""
    heard: list[str] = []
    with scene() as empty:
        stage = empty.stage
        fate = Fate(stage, only, heals_at)
        link = Network(app or Echo(), stage, STILL, faults, fate).link("phone")

        async def ask() -> None:
            begun = stage.now
            try:
                response = await link.send(Request("POST", "/echo", body=b"{}"), TIMEOUT_MS)
            except OSError as failure:
                heard.append(f"{failure.args[1]} after {stage.now - begun}")
            else:
                heard.append(f"{response.status} after {stage.now - begun}")

        for number in range(asks):
            stage.after(number * PERIOD_MS, lambda: stage.live(ask()))
        stage.loop.run_for(asks * PERIOD_MS)
        return heard, empty.events()


def kinds(events: list[Event], *names: str) -> list[Event]:
    """The events of these kinds."""
    return [event for event in events if event["kind"] in names]


FINE = ["200 after 20"] * 20


def test_without_faults_nothing_goes_wrong() -> None:
    """And nothing of them is written down."""
    heard, events = lived(NetworkFaults())
    assert heard == FINE
    assert {event["kind"] for event in events} == {"request", "served", "answer"}


@pytest.mark.parametrize(
    ("leg", "fault", "served"), [("request", "lost request", 0), ("answer", "lost answer", 20)]
)
def test_messages_get_lost(leg: str, fault: str, served: int) -> None:
    """The client waits in vain, whether or not the server has done what was asked."""
    heard, events = lived(NetworkFaults.model_validate({f"{leg}_loss": 1000}))
    assert heard == ["timed out after 8000"] * 20
    assert len(kinds(events, "served")) == served
    assert {(each["leg"], each["why"]) for each in kinds(events, "lost")} == {(leg, "loss")}
    assert [each["fault"] for each in kinds(events, "fault")] == [fault] * 20


def test_a_late_message_is_overtaken() -> None:
    """Each leg may take much longer; then the client has given up, and what comes is not heard."""
    heard, events = lived(NetworkFaults(tail=500, tail_ms=(11_000, 11_000)))
    assert {"200 after 20", "timed out after 8000"} == set(heard)
    served = [int(str(each["id"])) for each in kinds(events, "served")]
    assert served != sorted(served)
    assert len(served) > 15


def test_a_second_copy_comes_much_later() -> None:
    """It is answered, and nobody hears that."""
    faults = NetworkFaults(duplication=1000, second_copy_ms=(60_000, 60_000))
    heard, events = lived(faults)
    assert heard == FINE
    asked = {each["id"]: each["at"] for each in kinds(events, "request")}
    copies = [each for each in kinds(events, "request") if "copy_of" in each]
    assert len(copies) == 14
    assert {int(str(each["at"])) - int(str(asked[each["copy_of"]])) for each in copies} == {60_000}
    assert len(kinds(events, "served")) == 34


def test_a_reset_is_heard_at_once() -> None:
    """The server has done what was asked; the client hears that the connection is gone."""
    heard, events = lived(NetworkFaults(reset=1000))
    assert heard == ["connection reset after 20"] * 20
    assert len(kinds(events, "served")) == len(kinds(events, "broken")) == 20
    assert not kinds(events, "answer", "timeout")


def test_nothing_gets_through_a_cut() -> None:
    """The trace says until when, and how long each was."""
    faults = NetworkFaults(cuts=1000, cut_ms=(20_000, 20_000))
    heard, events = lived(faults, asks=60)
    assert {"200 after 20", "timed out after 8000"} == set(heard)
    assert {each["why"] for each in kinds(events, "lost")} == {"cut"}
    told = {(each["who"], each["fault"], each["ms"]) for each in kinds(events, "fault")}
    assert told == {("network", "cut", 20_000)}
    cuts = kinds(events, "cut")
    assert [int(str(each["until"])) - int(str(each["at"])) for each in cuts] == [20_000] * len(cuts)


def test_while_the_way_is_half_open_no_answer_comes_back() -> None:
    """The server does what it is asked."""
    faults = NetworkFaults(half_open=1000, half_open_ms=(30_000, 30_000))
    heard, events = lived(faults, asks=60)
    assert {"200 after 20", "timed out after 8000"} == set(heard)
    assert {(each["leg"], each["why"]) for each in kinds(events, "lost")} == {
        ("answer", "half-open")
    }
    assert len(kinds(events, "served")) == 60


STORM = NetworkFaults(
    request_loss=300,
    answer_loss=300,
    tail=300,
    duplication=300,
    reset=300,
    cuts=1000,
    cut_ms=(900_000, 900_000),
    half_open=1000,
    half_open_ms=(900_000, 900_000),
)


def test_when_the_world_has_healed_all_goes_well() -> None:
    """All spells are over, however long they were meant to last."""
    heard, _ = lived(STORM, asks=60, heals_at=300_000)
    assert "timed out after 8000" in heard[:25]
    assert heard[-28:] == ["200 after 20"] * 28


def test_the_same_seed_has_the_same_story() -> None:
    """To the last event; and a fault that is not allowed leaves the numbers of others alone."""
    _, once = lived(STORM)
    _, again = lived(STORM)
    assert once == again
    _, spared = lived(STORM, only=["lost request:phone:2"])
    (fault,) = kinds(spared, "fault")
    assert (fault["fault"], fault["number"]) == ("lost request", 2)
    assert fault["at"] in [each["at"] for each in kinds(once, "fault") if each["number"] == 2]


class _Dying:
    """A server nobody is left of, or that dies when it is asked."""

    def __init__(self, failure: ConnectionError) -> None:
        self._failure = failure

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        await receive()
        raise self._failure


@pytest.mark.parametrize(
    ("failure", "why", "said"),
    [
        (ConnectionRefusedError(), "refused", "connection refused after 20"),
        (ConnectionResetError(), "died", "connection reset after 20"),
    ],
)
def test_a_server_that_dies_is_heard_to(failure: ConnectionError, why: str, said: str) -> None:
    """After the way back; copies die as well, unheard."""
    heard, events = lived(NetworkFaults(duplication=1000), _Dying(failure), asks=5)
    assert heard == [said] * 5
    assert {each["why"] for each in kinds(events, "dropped")} == {why}
    assert len(kinds(events, "broken")) == 5
    assert not kinds(events, "served", "answer")
    assert len(kinds(events, "dropped")) == len(kinds(events, "request")) > 5


def test_that_a_server_has_died_may_get_lost() -> None:
    """As any answer."""
    heard, _ = lived(NetworkFaults(answer_loss=1000), _Dying(ConnectionResetError()), asks=3)
    assert heard == ["timed out after 8000"] * 2 + heard[2:]


def test_a_cut_that_a_scenario_tells_is_over_when_the_world_has_healed() -> None:
    """However long it would have lasted."""
    with scene() as empty:
        network = Network(Echo(), empty.stage, STILL, fate=Fate(empty.stage, None, 30_000))
        network.cut(5)
        found = []
        for _ in range(2):
            empty.stage.loop.run_for(20_000)
            found.append(network.is_cut)
        assert found == [True, False]
