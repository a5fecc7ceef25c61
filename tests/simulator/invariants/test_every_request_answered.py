"""A server that falls silent is noticed, and one that takes its time."""

from simulator.invariants.every_request_answered import EveryRequestAnswered
from simulator.kernel.trace import Event
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
