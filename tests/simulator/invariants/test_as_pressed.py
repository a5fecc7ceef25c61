"""What a pet says that nobody pressed, or not so, or again, is noticed."""

import pytest

from simulator.invariants.as_pressed import AsPressed
from simulator.kernel.trace import Event
from tests.simulator.invariants.story import (
    PET,
    PROMPT,
    USER,
    Story,
    boot,
    exchanged,
    press,
    prompt_poll,
    unplugged,
    verdict,
    world,
)

ON = [world(), boot(0)]
ASKED = [*ON, prompt_poll(1_000, PROMPT)]
OTHER = "6a1c7a54-5a3a-4b8e-9e34-1a2b3c4d5e6f"


def says(
    at: int, what: str, asked: dict[str, object], key: str, status: int = 200, **facts: object
) -> Story:
    """The pet says something, and hears the answer, unless facts of that say otherwise."""
    story = exchanged(at, f"POST {what}", asked, {"ok": True}, key=key, status=status)
    return [*story[:-1], {**story[-1], **facts}]


def lost(at: int, what: str, asked: dict[str, object], key: str) -> Story:
    """The pet says something, and has no answer."""
    return exchanged(at, f"POST {what}", asked, {"ok": True}, key=key, arrives=False)


def ack(at: int, accepts: bool, key: str = "ack-1", prompt_id: str = PROMPT) -> Story:
    """The pet says how a prompt was answered."""
    return says(
        at, "/api/breaks/prompt/ack", {"prompt_id": prompt_id, "acknowledged": accepts}, key
    )


def drank(at: int, key: str, status: int = 200, **facts: object) -> Story:
    """The pet says that somebody drank."""
    return says(at, "/api/water/ack", {"user_id": USER}, key, status, **facts)


def drank_unheard(at: int, key: str) -> Story:
    """The same, and no answer comes."""
    return lost(at, "/api/water/ack", {"user_id": USER}, key)


def start(at: int, key: str) -> Story:
    """The pet begins a Pomodoro."""
    return says(at, "/api/breaks/pomodoro/start", {"user_id": USER}, key, 201)


def full_flash(at: int, ms: int) -> Story:
    """There is no room in its flash."""
    event: Event = {"at": at, "kind": "fault", "fault": "full flash", "who": PET, "ms": ms}
    return [event]


@pytest.mark.parametrize(
    "stories",
    [
        [*ASKED, press(2_000), ack(2_000, True)],
        [*ASKED, press(2_000, "long"), ack(2_000, False)],
        [*ASKED, press(2_000, "second"), ack(2_000, False)],
        [*ASKED, press(2_000), unplugged(2_000), boot(3_000), ack(3_000, True)],
        # It was told of the prompt in the same moment.
        [*ON, press(1_000), prompt_poll(1_000, PROMPT), ack(1_000, True)],
        [*ON, press(1_000), start(1_000, "a"), press(2_000), start(2_000, "b")],
        # It insists, and then says the next.
        [*ON, drank_unheard(1_000, "a"), drank(2_000, "a"), drank(2_000, "b")],
        [*ON, drank_unheard(1_000, "a"), drank(2_000, "a", 503), drank(3_000, "a")],
        [*ON, drank(1_000, "a", 401), drank(2_000, "a")],
        [*ON, drank(1_000, "a", 404, by="between"), drank(2_000, "a")],
        [*ON, drank(1_000, "a", 404), drank(1_000, "b")],
        # The power went when it was to let go of it, or before there was room.
        [*ON, drank(1_000, "a"), unplugged(1_000), boot(2_000), drank(2_000, "a")],
        [
            *[*ON, full_flash(500, 5_000), drank(1_000, "a"), unplugged(9_000), boot(9_500)],
            drank(9_500, "a"),
        ],
        # What it could not keep it does not say.
        [*ON, drank_unheard(1_000, "a"), unplugged(2_000), boot(3_000), drank(3_000, "b")],
    ],
)
def test_a_pet_that_says_what_was_pressed_is_accepted(stories: list[Story]) -> None:
    """So, in this order, and until it is answered."""
    judge = AsPressed()
    assert (verdict(judge, *stories), judge.cases > 0) == ([], True)


@pytest.mark.parametrize(
    ("stories", "complaint"),
    [
        ([*ASKED, press(2_000), ack(2_000, False)], "dismisses prompt"),
        ([*ASKED, press(2_000, "long"), ack(2_000, True)], "accepts prompt"),
        ([*ASKED, press(2_000, "second"), ack(2_000, True)], "accepts prompt"),
        ([*ASKED, ack(2_000, True)], "nobody answered there"),
        (
            [*ASKED, prompt_poll(1_500, OTHER), press(2_000), ack(2_000, True)],
            "nobody answered there",
        ),
        (
            [*ASKED, unplugged(1_500), boot(1_600), press(2_000), ack(2_000, True)],
            "nobody answered there",
        ),
        (
            [*ON, press(900), press(950), start(1_000, "a"), start(1_000, "b")],
            "nobody has pressed since",
        ),
        ([*ON, drank_unheard(1_000, "a"), drank(2_000, "b")], "and a is not answered yet"),
        ([*ON, drank(1_000, "a", 503), drank(2_000, "b")], "and a is not answered yet"),
        ([*ON, drank(1_000, "a"), drank(2_000, "a")], "which was answered at 1000 ms"),
        ([*ON, drank(1_000, "a", 404), drank(2_000, "a", 404)], "which was answered at 1000 ms"),
        (
            [*ON, drank(1_000, "a"), unplugged(1_001), boot(2_000), drank(2_000, "a")],
            "which was answered at 1000 ms",
        ),
        (
            [
                *[*ON, full_flash(500, 400), drank(1_000, "a"), unplugged(9_000), boot(9_500)],
                drank(9_500, "a"),
            ],
            "which was answered at 1000 ms",
        ),
    ],
)
def test_a_pet_that_says_something_else_is_noticed(stories: list[Story], complaint: str) -> None:
    """Yes for no, of another prompt, twice, out of turn, or again."""
    assert any(complaint in words for words in verdict(AsPressed(), *stories))


def test_a_pet_that_knows_the_document_alone_has_no_keys() -> None:
    """What it says again cannot be told from something new."""
    (begun,) = boot(0)
    stories: list[Story] = [world(), [{**begun, "version": "by-document"}], ack(1_000, True)]
    judge = AsPressed()
    assert (verdict(judge, *stories), judge.cases) == ([], 0)
