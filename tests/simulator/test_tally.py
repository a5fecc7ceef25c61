"""What is counted, and under which name."""

from simulator.kernel.tally import Tally
from simulator.kernel.trace import Json


def request(id: int, key: str | None = None, **origin: int) -> Json:
    """A request with a key, or without."""
    headers = {"idempotency-key": key} if key else {}
    return {"at": 0, "kind": "request", "id": id, "headers": headers, **origin}


def test_a_retry_is_a_key_that_was_sent_in_vain_before() -> None:
    """Neither a copy of the network nor a second request after an answer is one."""
    tally = Tally()
    for event in (
        request(1, "a"),
        request(2, "a", copy_of=1),
        {"at": 1, "kind": "timeout", "id": 1},
        request(3, "a"),
        {"at": 2, "kind": "answer", "id": 3, "status": 200},
        request(4, "a"),
        request(5),
        {"at": 3, "kind": "timeout", "id": 5},
        request(6),
    ):
        tally.see(event)
    assert tally.counts["retry"] == 1
    assert tally.counts["copy"] == 1
    assert tally.counts["request"] == 6


def test_events_are_told_apart_by_what_matters() -> None:
    """The name of a count can be read."""
    tally = Tally()
    for event in (
        {"at": 0, "kind": "lost", "id": 1, "leg": "answer", "why": "cut"},
        {"at": 0, "kind": "student", "who": "a", "does": "drinks", "late": True, "after_s": 9},
        {"at": 0, "kind": "student", "who": "a", "does": "drinks", "late": False, "after_s": 9},
        {"at": 0, "kind": "screen", "who": "pet", "scene": ["IDLE", "", "", False]},
    ):
        tally.see(event)
    assert dict(tally.counts) == {
        "lost answer cut": 1,
        "student drinks late": 1,
        "student drinks": 1,
        "screen IDLE": 1,
    }
