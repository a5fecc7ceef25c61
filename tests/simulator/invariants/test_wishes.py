"""What is asked for is open until the server has said that it is done, or will not be."""

import pytest

from simulator.invariants.exchanges import Exchange, Exchanges
from simulator.invariants.wishes import Wishes
from tests.simulator.invariants.story import Story, exchanged

ACK, POLL = "POST /api/water/ack", "GET /api/water/poll"
WISH = {"user_id": "audrey"}


def opened(*stories: Story) -> list[str]:
    """Whose wishes are open after these stories, and the operations."""
    wishes, exchanges = Wishes(ACK, POLL), Exchanges()
    for event in (event for story in stories for event in story):
        if event["kind"] == "request":
            wishes.ask(event)
        exchange: Exchange | None = exchanges.complete(event)
        if exchange is not None:
            wishes.settle(exchange)
    assert all(wish.text("user_id") == "audrey" for wish in wishes.open(ACK, POLL))
    return [f"{wish.who} {wish.operation}" for wish in wishes.open(ACK, POLL)]


def asked(key: str | None = "k", status: int = 200, operation: str = ACK) -> Story:
    """Asked and answered."""
    return exchanged(1, operation, WISH, {}, key=key, status=status)


def unheard(story: Story) -> Story:
    """Asked, and not answered."""
    return story[:1]


def test_a_wish_is_open_until_it_is_done() -> None:
    """From its first request to the answer that it was done; each key is a wish of its own."""
    assert opened(unheard(asked())) == [f"pet {ACK}"]
    assert opened(unheard(asked(operation=POLL))) == [f"pet {POLL}"]
    assert opened(unheard(asked()), asked()) == []
    assert opened(unheard(asked()), asked("other")) == [f"pet {ACK}"]
    assert opened(unheard(asked(None)), asked(None)) == [f"pet {ACK}"]


def test_what_was_done_is_not_opened_again() -> None:
    """Whoever asks again, since the answer was lost, wants nothing new."""
    assert opened(asked(), unheard(asked())) == []


def test_a_poll_that_was_told_nothing_may_find_something_when_it_comes_late() -> None:
    """If nobody hears what, it is open again; what was done under its key is done."""
    late = asked(operation=POLL, status=503)
    assert opened(asked(operation=POLL), late) == [f"pet {POLL}"]
    assert opened(asked(operation=POLL), late, asked(operation=POLL)) == []
    assert opened(asked(), asked(status=503)) == []


@pytest.mark.parametrize("status", [400, 404, 409, 410])
def test_a_refusal_settles(status: int) -> None:
    """What the server will not do is not done later."""
    assert opened(asked(status=status)) == []


@pytest.mark.parametrize("status", [401, 403, 408, 429, 500, 503])
def test_a_failure_settles_nothing(status: int) -> None:
    """Neither does a refusal that has nothing to do with what was asked."""
    assert opened(asked(status=status)) == [f"pet {ACK}"]


def test_copies_and_other_operations_are_no_wishes() -> None:
    """What the network makes nobody wishes for."""
    (request, *_) = asked()
    assert opened([{**request, "copy_of": 1}]) == []
    assert opened(unheard(asked(operation="POST /api/elsewhere"))) == []
