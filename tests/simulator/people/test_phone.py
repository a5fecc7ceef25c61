"""Taps that come twice, and a second phone that follows the first."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest

from simulator.kernel.fate import Fate
from simulator.kernel.trace import Event, words
from simulator.network.client import Client
from simulator.network.link import Network
from simulator.network.weather import Weather
from simulator.people.phone import Phone, SecondPhone
from tests.simulator.people.rooms import CALM, requests
from tests.simulator.stages import Echo, Scene, scene

ACK = "/api/water/ack"
START, END = "/api/stress/session/start", "/api/stress/session/end"
MESSAGE = "/api/chat/message"


@contextmanager
def tapping(
    *taps: str,
    permille: int = 1000,
    only: list[str] | None = None,
    second: bool = False,
    weather: Weather = CALM,
) -> Iterator[Scene]:
    """A phone on which these things are tapped, one after another, each when the last is answered.

    What is posted is answered as it is; so the id of a session is the label of its phone.
    """
    with scene() as empty:
        stage = empty.stage
        network = Network(Echo(), stage, weather, fate=Fate(stage, only))
        other = Client(network, "phone/ada/second")
        follower = SecondPhone(stage, other, stage.streams.stream("second")) if second else None
        phone = Phone(network, "ada", None, permille, follower)

        async def tap() -> None:
            for number, path in enumerate(taps):
                if path.startswith("/api/chat/memory"):
                    await phone.delete(path)
                else:
                    session = {"session_id": f"session {number}"}
                    facts = {"session": session} if path == START else session
                    await phone.post(path, {"user_id": "ada", **facts})
            empty.stage.trace.note("student", who="ada", does="is done")

        stage.live(tap())
        stage.loop.run_for(60_000)
        yield empty


def keys(events: list[Event]) -> Counter[str]:
    """How many requests bear each key."""
    headers = [event["headers"] for event in requests(events, "POST")]
    return Counter(str(each["idempotency-key"]) for each in headers if isinstance(each, Mapping))


@pytest.mark.parametrize(("permille", "expected"), [(0, 3), (1000, 6)])
def test_each_tap_has_a_key_of_its_own(permille: int, expected: int) -> None:
    """Two at once, which no server can take for a repetition."""
    with tapping(ACK, START, MESSAGE, permille=permille) as empty:
        assert sorted(keys(empty.events()).values()) == [1] * expected
        assert [e["does"] for e in empty.events("student")] == ["is done"]


def test_both_come_at_the_same_moment() -> None:
    """And the phone goes on when both are answered."""
    with tapping(ACK, "/api/chat/memory?user_id=ada") as empty:
        asked = empty.events("request")
        assert [e["at"] for e in asked] == [0, 0, 20, 20]
        assert [e["method"] for e in asked] == ["POST", "POST", "DELETE", "DELETE"]


def test_nothing_else_is_tapped_before_both_are_answered() -> None:
    """Else an old wish might be done after a newer one."""
    slow = Weather(delay_ms=(1, 3_000), request_loss=0, answer_loss=0, duplication=0)
    with tapping(ACK, ACK, ACK, ACK, ACK, weather=slow) as empty:
        told = [e["kind"] for e in empty.events("request", "answer")]
        assert told == ["request", "request", "answer", "answer"] * 5


def test_a_double_click_that_is_spared_is_none() -> None:
    """It has a name, and the others keep theirs."""
    with tapping(ACK, ACK, ACK, only=["double click:phone/ada:2"]) as empty:
        assert [e["at"] for e in empty.events("request")] == [0, 20, 20, 40]
        assert [e["number"] for e in empty.events("fault")] == [2]


def test_what_is_spared_leaves_the_keys_of_the_others() -> None:
    """The second tap draws from streams of its own."""
    with tapping(ACK, ACK) as twice, tapping(ACK, ACK, permille=0) as once:
        assert set(keys(once.events())) < set(keys(twice.events()))


def test_a_second_phone_does_the_same_in_the_same_order() -> None:
    """A little later; but nobody talks to it."""
    with tapping(ACK, MESSAGE, START, ACK, permille=0, second=True) as empty:
        other = requests(empty.events(), "POST", "phone/ada/second")
        assert [words(event, "path") for event in other] == [ACK, START, ACK]


def test_a_second_phone_ends_its_own_session() -> None:
    """Not that of the first phone, of which it knows nothing."""
    with tapping(START, END, permille=0, second=True) as empty:
        ends = [json.loads(words(e, "body")) for e in requests(empty.events(), f"POST {END}")]
        assert [end["session_id"] for end in ends] == ["session 1", "session 0"]
