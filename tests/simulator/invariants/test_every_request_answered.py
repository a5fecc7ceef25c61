"""A server that falls silent is noticed, and one that takes its time."""

import pytest

from simulator.faults.faults import Faults
from simulator.invariants.every_request_answered import EveryRequestAnswered
from simulator.invariants.patience import store_ms, way_ms
from simulator.kernel.trace import Event
from simulator.network.faults import NetworkFaults
from simulator.network.weather import FAIR
from simulator.server.faults import StoreFaults
from tests.simulator.invariants.story import Story, exchanged, minute, sole, verdict, world

REQUEST, SERVED, ANSWER = exchanged(minute(600), "GET /x", {}, {})
LOST: Story = [{"at": minute(600), "kind": "lost", "id": REQUEST["id"], "leg": "request"}]


def test_what_is_answered_or_lost_is_accepted() -> None:
    """Also an answer that gets lost, and a request that is under way when the world ends."""
    judge = EveryRequestAnswered()
    late: Story = [REQUEST, {**SERVED, "at": minute(600) + 1_500}]
    assert verdict(judge, world(delay_ms=500), late) == []
    assert judge.cases == 1
    assert verdict(EveryRequestAnswered(), world(), [REQUEST, *LOST]) == []
    assert verdict(EveryRequestAnswered(), [REQUEST, SERVED, {**LOST[0], "leg": "answer"}]) == []
    assert verdict(EveryRequestAnswered(), world(), [REQUEST], until=minute(600) + 900) == []


def test_silence_is_noticed() -> None:
    """The request arrived, and nothing came of it."""
    words = sole(verdict(EveryRequestAnswered(), world(), [REQUEST]))
    assert words.endswith("GET /x, was never answered")


def test_a_slow_answer_is_noticed() -> None:
    """More than a second on top of what the network takes."""
    late: Story = [REQUEST, {**SERVED, "at": minute(600) + 1_501}, ANSWER]
    words = sole(verdict(EveryRequestAnswered(), world(delay_ms=500), late))
    assert words.endswith("was answered after 1501 ms")


def test_the_time_that_a_sender_takes_for_a_body_is_not_the_servers() -> None:
    """Whether it was answered or not; beyond that time it counts."""
    slow: Event = {**REQUEST, "body_ms": 20_000}
    late: Story = [slow, {**SERVED, "at": minute(600) + 21_500}]
    assert verdict(EveryRequestAnswered(), world(delay_ms=500), late) == []
    later: Story = [slow, {**SERVED, "at": minute(600) + 21_501}]
    assert len(verdict(EveryRequestAnswered(), world(delay_ms=500), later)) == 1
    end = minute(600) + 20_900
    assert verdict(EveryRequestAnswered(), world(), [slow], until=end) == []
    assert len(verdict(EveryRequestAnswered(), world(), [slow], until=end + 1_000)) == 1


def test_talk_takes_its_time() -> None:
    """A minute, for hearing, words and voice; nothing else may take as long."""
    talk, served, _ = exchanged(minute(600), "POST /api/chat/stream", {}, {})
    for ms, objections in ((61_500, 0), (61_501, 1)):
        late: Story = [talk, {**served, "at": minute(600) + ms}]
        assert len(verdict(EveryRequestAnswered(), world(delay_ms=500), late)) == objections
    assert verdict(EveryRequestAnswered(), world(), [talk], until=minute(601)) == []
    assert verdict(EveryRequestAnswered(), world(), [talk], until=minute(602))


def worker(at: int, who: str, does: str) -> Story:
    """Something becomes of a process of the server."""
    return [{"at": at, "kind": "worker", "who": who, "does": does}]


def dropped(at: int, why: str) -> Story:
    """Somebody asks, and hears that nobody answers."""
    request, *_ = exchanged(at, "GET /x", {}, {})
    return [request, {"at": at, "kind": "dropped", "id": request["id"], "why": why}]


STARTS = worker(0, "server", "starts")


@pytest.mark.parametrize(
    ("stories", "is_true"),
    [
        ((worker(9, "server", "dies"), dropped(9, "died")), True),
        ((worker(9, "server", "stops"), dropped(9, "died")), True),
        ((worker(8, "server", "dies"), dropped(9, "died")), False),
        ((dropped(9, "died"),), False),
        ((worker(8, "server", "dies"), dropped(9, "refused")), True),
        ((worker(8, "server", "leaves"), dropped(9, "refused")), True),
        ((dropped(9, "refused"),), False),
        (
            (worker(8, "server", "dies"), worker(8, "server/2", "starts"), dropped(9, "refused")),
            False,
        ),
    ],
)
def test_who_is_dropped_was_dropped_by_the_dead_or_the_absent(
    stories: tuple[Story, ...], is_true: bool
) -> None:
    """That is an answer, too, if it is true."""
    judge = EveryRequestAnswered()
    assert len(verdict(judge, world(), STARTS, *stories)) == (not is_true)
    assert judge.cases == 1


@pytest.mark.parametrize(("ms", "is_in_time"), [(20_000, True), (40_000, False)])
def test_a_slow_store_may_make_an_answer_late(ms: int, is_in_time: bool) -> None:
    """By as much as it is slow; in a world whose store is well that is too late."""
    late = exchanged(ms, "GET /x", {}, {}, sent_at=0)
    (first,) = world()
    slow: Story = [{**first, "faults": {"store": {"slow": 10, "slow_ms": [50, 5_000]}}}]
    assert (verdict(EveryRequestAnswered(), slow, late) == []) is is_in_time
    assert len(verdict(EveryRequestAnswered(), world(), late)) == 1


def test_what_is_usual_is_what_worlds_have() -> None:
    """A judge knows the trace alone, so it stands in two places."""
    network, store = NetworkFaults(tail=1), StoreFaults(slow=1)
    (first,) = world()
    dumped = Faults(as_told=False, network=network, store=store).model_dump(mode="json")
    sparse = Faults(as_told=False, network=network, store=store).model_dump(
        mode="json", exclude_defaults=True
    )
    ways = {way_ms({**first, "faults": faults}) for faults in (dumped, sparse)}
    stores = {store_ms({**first, "faults": faults}) for faults in (dumped, sparse)}
    assert ways == {network.tail_ms[1] + FAIR.delay_ms[1]}
    assert len(stores) == 1
    assert stores == {store_ms({**first, "faults": {"store": {"slow": 1}}})}
