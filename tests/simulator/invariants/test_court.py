"""The court is content when no judge objects, and knows who saw nothing. It tells each judge what
he asked for, and nothing else.
"""

import pytest

from simulator.invariants import EVERY, Hears, Judge, Receives, Weighs, every
from simulator.invariants.court import Court
from simulator.invariants.exchanges import Exchange
from simulator.invariants.no_server_error import NoServerError
from simulator.invariants.panel import judges_of
from simulator.kernel.trace import Event
from tests.simulator.invariants.story import Story, exchanged


def test_a_judge_who_saw_nothing_has_not_acquitted() -> None:
    """It is named apart from those who object and those who are content."""
    seen: tuple[Story, ...] = (
        [],
        exchanged(1, "GET /x", {}, {}),
        exchanged(2, "GET /x", {}, {}, status=500),
    )
    court = Court((NoServerError(),))
    content = []
    for story in seen:
        for event in story:
            court.see(event)
        content.append((court.is_content, court.idle))
    name = NoServerError.name
    assert content == [(True, (name,)), (True, ()), (False, ())]


def test_every_judge_of_the_panel_has_a_name_of_its_own() -> None:
    """People tell them apart by it; and each call gives fresh ones."""
    judges = judges_of("locked")
    assert len({judge.name for judge in judges}) == len(judges)
    assert not set(map(id, judges)) & set(map(id, judges_of("locked")))


ACK, POLL, REPORT = "POST /api/water/ack", "GET /api/water/poll", "GET /api/stress/report/"


class Listener(Judge):
    """Writes down what he was told, and of what."""

    name = "listener"

    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []

    @property
    def heeds(self) -> Hears:
        """Who acknowledges."""
        return {ACK: self._heed}

    @property
    def weighs(self) -> Weighs:
        """All answers, in four ways."""
        return {
            POLL: lambda exchange: self._note("done", exchange),
            EVERY: lambda exchange: self._note("every", exchange),
            every(POLL): lambda exchange: self._note("answered", exchange),
            every(REPORT): lambda exchange: self._note("report", exchange),
        }

    @property
    def receives(self) -> Receives:
        """What arrives."""
        return {POLL: self._receive}

    def _heed(self, event: Event) -> None:
        self.told.append(f"asked {event['path']}")

    def _note(self, how: str, exchange: Exchange) -> None:
        self.told.append(f"{how} {exchange.operation} {exchange.status}")

    def _receive(self, exchange: Exchange, at: int) -> None:
        self.told.append(f"arrived {exchange.operation} {exchange.status} at {at}")


def told(story: Story) -> list[str]:
    """What such a judge is told of a story."""
    listener = Listener()
    court = Court((listener,))
    for event in story:
        court.see(event)
    return listener.told


@pytest.mark.parametrize(
    ("story", "expected"),
    [
        (
            exchanged(7, POLL, {}, {}),
            ["every 200", "answered 200", "done 200", "arrived 200 at 7"],
        ),
        (
            exchanged(7, POLL, {}, {}, status=404),
            ["every 404", "answered 404", "arrived 404 at 7"],
        ),
        (
            exchanged(7, POLL, {}, {}, arrives=False),
            ["every 200", "answered 200", "done 200"],
        ),
        (exchanged(7, ACK, {}, {}), ["asked", "every 200"]),
        (exchanged(7, f"{REPORT}one", {}, {}), ["every 200", "report 200"]),
        (exchanged(7, f"{REPORT}one", {}, {}, status=404), ["every 404", "report 404"]),
    ],
)
def test_a_judge_is_told_of_what_he_asked_for(story: Story, expected: list[str]) -> None:
    """Of a wish when it is asked, of an answer whether or not it was a refusal, of what was done if
    it was; and of what arrives when it arrives.
    """
    operation = f"{story[0]['method']} {story[0]['path']}"
    words = [each.replace(f" {operation}", "") for each in told(story)]
    assert [each.replace(f" {story[0]['path']}", "") for each in words] == expected


def test_what_arrives_is_what_was_served_then() -> None:
    """Answers may overtake one another; nobody is told of one that was under way for too long."""
    first, second = exchanged(1, POLL, {}, {}), exchanged(2, POLL, {}, {}, status=404)
    late: Story = [{**first[2], "at": 90_000}]
    crossed = [*first[:2], *second[:2], second[2], {**first[2], "at": 9}]
    assert [each for each in told(crossed) if "arrived" in each] == [
        f"arrived {POLL} 404 at 2",
        f"arrived {POLL} 200 at 9",
    ]
    forgotten = [*first[:2], *exchanged(70_000, POLL, {}, {}), *late]
    assert [each for each in told(forgotten) if "arrived" in each] == [
        f"arrived {POLL} 200 at 70000"
    ]
