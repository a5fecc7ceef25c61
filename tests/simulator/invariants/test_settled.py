"""When a world has healed, whatever goes on being wrong is noticed."""

import pytest

from petcore.adapters.zones_tzdata import TzdataZones
from simulator.invariants.settled import Settled
from simulator.kernel.trace import Event
from tests.simulator.invariants.story import (
    PROMPT,
    SESSION,
    USER,
    Story,
    boot,
    cut,
    exchanged,
    minute,
    screen,
    session_end,
    sole,
    stored,
    study,
    unplugged,
    utc,
    verdict,
    water_poll,
    world,
)

HEALED, END = minute(60), minute(90)
MIDNIGHT_MS = 1_777_939_200_000
"""When the world of these stories begins, in milliseconds since 1970."""


def heals() -> Story:
    """Nothing goes wrong any more."""
    return [{"at": HEALED, "kind": "heals"}]


def reopens() -> Story:
    """A server starts once more."""
    return [{"at": END, "kind": "reopens"}]


def polls(*minutes: float) -> Story:
    """The pet asks, and is answered."""
    return [event for each in minutes for event in water_poll(minute(each), reminds=False)]


WELL = [
    world(),
    boot(0),
    screen(0, "IDLE"),
    polls(1, 5),
    screen(minute(20), "IDLE", offline=True),
    heals(),
    polls(61, 66, 71, 76, 81, 86),
    screen(minute(61), "IDLE"),
]
"""A pet that was cut off, and comes back."""


def judged(*stories: Story, until: int = END) -> list[str]:
    """What the judge has to say."""
    return verdict(Settled(TzdataZones()), *stories, until=until)


def unanswered(at: int, operation: str = "POST /api/stress/sample", key: str = "k") -> Story:
    """The edge asks, and nobody answers."""
    (request, *_) = exchanged(at, operation, {"user_id": USER}, {}, who="edge/audrey", key=key)
    return [request, {"at": at + 8_000, "kind": "timeout", "id": request["id"], "who": "edge"}]


def prompt(created_at: int, resolved_at: int | None = None, session_id: str = "another") -> Story:
    """The server holds a break prompt."""
    document = {
        "_id": f"prompt:{PROMPT}",
        "prompt_id": PROMPT,
        "session_id": session_id,
        "user_id": USER,
        "resolved_at": None if resolved_at is None else utc(resolved_at),
        "created_at_ms": MIDNIGHT_MS + created_at,
    }
    return stored("break_prompts", document)


def pomodoro(ended_at: int | None) -> Story:
    """The server holds a Pomodoro."""
    ended = None if ended_at is None else utc(ended_at)
    return stored("pomodoro_sessions", {"_id": "pomodoro:1", "user_id": USER, "ended_at": ended})


def session(status: str) -> Story:
    """The server holds a study session."""
    document = {"_id": f"session:{SESSION}", "session_id": SESSION, "status": status}
    return stored("focus_sessions", document)


def report() -> Story:
    """The server holds its report."""
    return stored("focus_reports", {"_id": f"report:{SESSION}", "session_id": SESSION})


def shown(name: str, at: int = minute(70)) -> Story:
    """The pet shows something from some time after the healing on."""
    return screen(at, name)


def test_a_world_that_settles_is_accepted() -> None:
    """A pet that comes back, a session that is over, a prompt that is open and shown."""
    judge = Settled(TzdataZones())
    ended = [study(minute(1)), session_end(minute(50)), session("completed"), report()]
    assert verdict(judge, *WELL, *ended, until=END) == []
    assert judge.cases
    assert judged(*WELL, shown("BREAK_PROMPT"), prompt(minute(69))) == []
    assert judged(*WELL, shown("POMODORO_TIMER"), pomodoro(None)) == []
    assert judged(*WELL, reopens(), session("active")) == []


def test_who_still_asks_is_noticed() -> None:
    """Something that was begun before the healing, and asked for until the end."""
    asks = [unanswered(minute(50)), unanswered(minute(89))]
    assert sole(judged(*WELL, *asks)).startswith("edge/audrey still asks for POST /api/stress/")
    answered = exchanged(
        minute(89), "POST /api/stress/sample", {"user_id": USER}, {}, who="edge/audrey", key="k"
    )
    assert judged(*WELL, *asks, answered) == []
    refused: Story = [{**each, "status": 409} if "status" in each else each for each in answered]
    assert judged(*WELL, *asks, refused) == []
    failed: Story = [{**each, "status": 503} if "status" in each else each for each in answered]
    assert "still asks" in sole(judged(*WELL, *asks, failed))


def test_who_has_given_up_or_just_begun_asks_no_more() -> None:
    """Nobody waits for that, or not for long."""
    assert judged(*WELL, unanswered(minute(50)), unanswered(minute(60))) == []
    assert judged(*WELL, unanswered(minute(80)), unanswered(minute(89))) == []
    assert judged(*WELL, unanswered(minute(50)), unanswered(minute(89), key="other")) == []


def test_a_pet_that_stays_offline_is_noticed() -> None:
    """It says so for minutes, although all is well."""
    assert "is offline" in sole(judged(*WELL[:-1]))
    assert "is offline" in sole(judged(*WELL, screen(minute(80), "IDLE", offline=True)))
    assert judged(*WELL, screen(minute(86), "IDLE", offline=True)) == []


def test_a_pet_that_falls_silent_is_noticed() -> None:
    """It has power and asks nothing, or asks and is never answered."""
    silent = [*WELL[:-2], polls(61, 66), WELL[-1]]
    assert "asks nothing any more" in sole(judged(*silent))
    lost: list[Story] = [
        [event for event in water_poll(minute(each), reminds=False) if event["kind"] == "request"]
        for each in (71, 76, 81, 86)
    ]
    assert "has had no answer" in sole(judged(*silent, *lost))


def test_without_power_or_time_nothing_is_demanded() -> None:
    """Of a pet that is unplugged, or has just been plugged in, or of a world that ends too soon."""
    asks = [unanswered(minute(50)), unanswered(minute(89))]
    assert judged(*WELL[:-2], unplugged(minute(62))) == []
    again = [unplugged(minute(62)), boot(minute(80)), screen(minute(80), "IDLE", offline=True)]
    assert judged(*WELL[:-2], *again) == []
    assert judged(*WELL, *asks, until=minute(74)) == []
    assert judged(*WELL[:5], *WELL[6:], *asks) == []
    assert judged(*WELL[:5], cut(minute(59), minute(80)), *WELL[5:], *asks) == []
    assert judged(*WELL, cut(minute(61), minute(80)), *asks) == []


@pytest.mark.parametrize(
    ("stories", "complaint"),
    [
        ([shown("BREAK_PROMPT"), prompt(1, minute(65))], "shows a break prompt, and none is open"),
        ([shown("POMODORO_TIMER"), pomodoro(minute(65))], "shows a Pomodoro, and none is running"),
        ([shown("IDLE"), prompt(minute(69))], "shows IDLE, and a break prompt is open"),
        ([shown("WATER_DROP"), prompt(minute(69))], "shows WATER_DROP, and a break prompt is open"),
    ],
)
def test_a_screen_that_the_server_contradicts_is_noticed(
    stories: list[Story], complaint: str
) -> None:
    """What is over is not shown, what waits is."""
    assert complaint in sole(judged(*WELL, *stories))


@pytest.mark.parametrize(
    "stories",
    [
        [shown("BREAK_PROMPT", minute(86)), prompt(1, minute(80))],
        [shown("POMODORO_TIMER", minute(86)), pomodoro(minute(80))],
        [shown("BREAK_PROMPT"), prompt(1, minute(88))],
        [shown("POMODORO_TIMER"), pomodoro(minute(88))],
        [shown("IDLE"), prompt(minute(86))],
        [shown("BREAK_PROMPT"), shown("IDLE", minute(86)), prompt(minute(69))],
        [shown("PAIRING"), prompt(minute(69))],
    ],
)
def test_a_screen_has_its_time(stories: list[Story]) -> None:
    """What has just changed may not have been heard of; a pet that pairs shows no prompt."""
    assert judged(*WELL, *stories) == []


@pytest.mark.parametrize(
    ("stories", "complaint"),
    [
        ([session("completed")], "is over and has no report"),
        ([session("completed"), report(), prompt(0, None, SESSION)], "its break prompt is open"),
        ([study(minute(1)), session_end(minute(50)), session("active")], "is not completed"),
    ],
)
def test_a_session_that_is_half_over_is_noticed(stories: list[Story], complaint: str) -> None:
    """Completed, with a report, and nobody is asked for a break: all of it."""
    whole = [*WELL[:-1], shown("BREAK_PROMPT", minute(61)), *stories]
    if "prompt is open" not in complaint:
        whole = [*WELL, *stories]
    assert complaint in sole(judged(*whole))


def test_what_nobody_delivers_is_noticed() -> None:
    """After one more start no document has a full outbox; before it one may."""
    full = stored("idempotency_keys", {"_id": "key:1", "outbox": [{}], "outbox_len": 1})
    assert sole(judged(*WELL, reopens(), full)).startswith("idempotency_keys key:1 has writes")
    assert judged(*WELL, full) == []


def test_a_world_that_does_not_heal_is_not_judged() -> None:
    """Nothing is demanded of it, and so nothing is acquitted."""
    judge = Settled(TzdataZones())
    story: list[Story] = [each for each in WELL if each != heals()]
    assert verdict(judge, *story, unanswered(1), session("completed"), until=END) == []
    assert not judge.cases


def test_strangers_and_copies_want_nothing() -> None:
    """Nobody waits for what is answered to them."""
    (request, *_) = unanswered(minute(50))
    again: Event = {**request, "at": minute(89), "id": 999_999}
    strange: Story = [{**each, "who": "stranger/guesses"} for each in (request, again)]
    assert judged(*WELL, strange) == []
    copies: Story = [{**each, "copy_of": 1} for each in (request, again)]
    assert judged(*WELL, copies) == []
