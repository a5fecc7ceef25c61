"""The judge of strangers knows what may be answered to them, and what is somebody's."""

from collections.abc import Mapping

import pytest

from simulator.invariants.nothing_for_strangers import NothingForStrangers
from simulator.kernel.trace import Event
from tests.simulator.invariants.story import (
    SESSION,
    Story,
    exchanged,
    minute,
    sole,
    stored,
    verdict,
)

HIS = "0d0b9f9c-7f85-48f0-a8bb-6c6f8ea1fd9b"
TOKEN = f"pet_{'0a' * 16}_{'s' * 43}"
NOON = minute(720)
WHO = {"www-authenticate": "Bearer"}
ATTEMPTS = {
    "poll": [[401, "unauthorized"]],
    "flood": [[401, "unauthorized"], [429, "rate_limited"]],
    "foreign_report": [[404, "not_found"]],
    "own": [[200, ""], [201, ""]],
}
STRANGER: Story = [
    {"at": 0, "kind": "stranger", "user_id": "mallory", "attempts": ATTEMPTS},
    {"at": 0, "kind": "device", "name": "phone", "user_id": "audrey", "token": TOKEN},
]
AUDREYS = exchanged(
    1,
    "POST /api/stress/session/start",
    {"user_id": "audrey", "study_label": "Math Revision"},
    {"ok": True, "session": {"session_id": SESSION}},
)


def tried(
    name: str,
    status: int,
    answer: Mapping[str, object],
    *,
    asked: Mapping[str, object] | None = None,
    operation: str = "GET /api/water/poll",
    headers: Mapping[str, str] | None = None,
) -> Story:
    """The stranger asks."""
    return exchanged(
        2,
        operation,
        asked or {},
        answer,
        status=status,
        who=f"stranger/{name}",
        headers=headers,
    )


def refused(name: str, status: int, code: str, error: str = "No.", **said: object) -> Story:
    """He is told no, with the headers that belong to it."""
    headers = {401: WHO, 429: {"retry-after": "1", "ratelimit-reset": "1"}}.get(status)
    answer = {"ok": False, "error": error, "code": code}
    return tried(name, status, answer, asked=said, headers=headers)


EVERYTHING = [
    refused("poll", 401, "unauthorized"),
    refused("flood", 401, "unauthorized"),
    refused("flood", 429, "rate_limited"),
    refused("foreign_report", 404, "not_found", session_id=SESSION),
    tried("own", 200, {"ok": True}),
    tried("own", 201, {"ok": True}),
]


def said(*stories: Story, until: int = NOON) -> list[str]:
    """What the judge says of a stranger to whom this happens."""
    return verdict(NothingForStrangers(), STRANGER, AUDREYS, *stories, until=until)


def test_nothing_is_what_he_gets() -> None:
    """All as the table says, and every outcome of it was seen."""
    judge = NothingForStrangers()
    assert verdict(judge, STRANGER, AUDREYS, *EVERYTHING) == []
    assert judge.cases > len(EVERYTHING)


@pytest.mark.parametrize(
    ("story", "words"),
    [
        (refused("poll", 403, "forbidden"), "was answered (403, 'forbidden')"),
        (refused("poll", 401, "forbidden"), "was answered (401, 'forbidden')"),
        (tried("poll", 200, {"ok": True}), "was answered (200, '')"),
        (tried("unheard_of", 200, {"ok": True}), "not one of []"),
    ],
)
def test_another_answer_is_noticed(story: Story, words: str) -> None:
    """Another status, another code, an attempt that nobody announced."""
    assert words in sole(said(story))


def test_a_refusal_without_its_headers_is_noticed() -> None:
    """Who is held back must hear for how long."""
    story = tried("flood", 429, {"code": "rate_limited"}, headers={"retry-after": "1"})
    assert "refused without ratelimit-reset" in sole(said(story))


@pytest.mark.parametrize("secret", [SESSION, "audrey", "Math Revision"])
def test_what_belongs_to_others_is_noticed_in_an_answer(secret: str) -> None:
    """Even if they say it later; but he may be told what he said himself."""
    told = refused("poll", 401, "unauthorized", error=f"not for you: {secret}")
    assert "tells him of" in sole(said(told))
    late = verdict(NothingForStrangers(), STRANGER, told, AUDREYS, until=NOON)
    assert "tells him of" in sole(late)
    assert said(refused("poll", 401, "unauthorized", error=f"no {secret}", session_id=secret)) == []


@pytest.mark.parametrize(
    ("asked", "is_his"),
    [
        ({"user_id": "mallory"}, True),
        ({"user_id": "audrey"}, False),
        ({"session_id": SESSION}, False),
        ({"prompt_id": SESSION}, False),
        ({"session_id": HIS}, True),
    ],
)
def test_what_is_done_for_him_is_about_what_is_his(asked: dict[str, str], is_his: bool) -> None:
    """His name, and ids that he was given."""
    given = tried("own", 201, {"session": {"session_id": HIS}}, asked={"user_id": "mallory"})
    assert (said(given, tried("own", 200, {"ok": True}, asked=asked)) == []) is is_his


def test_a_token_of_somebody_else_is_noticed() -> None:
    """Known from its making, or from whose it is said to be."""
    objections = said(tried("own", 200, {"token": TOKEN}))
    assert any("gives him a token of audrey" in words for words in objections)
    other = TOKEN.replace("0a", "1b")
    objections = said(tried("own", 200, {"token": other, "user_id": "bob"}))
    assert any("gives him a token of bob" in words for words in objections)
    assert said(tried("own", 200, {"token": other, "user_id": "mallory"})) == []


@pytest.mark.parametrize(
    ("collection", "document", "is_fine"),
    [
        ("focus_sessions", {"user_id": "mallory", "study_label": "mallory"}, True),
        ("focus_sessions", {"user_id": "audrey", "study_label": "mallory"}, False),
        ("focus_sessions", {"user_id": "audrey", "study_label": "Essay"}, True),
        ("devices", {"user_id": "audrey", "name": "mallory's lamp"}, False),
        ("pairings", {"user_id": "audrey", "device_name": "mallory's lamp"}, True),
    ],
)
def test_what_he_wrote_to_others_is_found(
    collection: str, document: dict[str, str], is_fine: bool
) -> None:
    """By his name; a wish to pair may say what it likes."""
    assert (said(stored(collection, document)) == []) is is_fine


@pytest.mark.parametrize("missing", range(len(EVERYTHING)))
def test_a_day_without_an_attempt_or_an_outcome_proves_nothing(missing: int) -> None:
    """Half a day need not have all."""
    some = [story for number, story in enumerate(EVERYTHING) if number != missing]
    assert said(*some, until=minute(1440)) != []
    assert said(*some, until=NOON) == []


def test_an_attempt_at_nobodys_proves_nothing() -> None:
    """He must have named what belongs to somebody."""
    aimless: list[Event] = refused("foreign_report", 404, "not_found", session_id=HIS)
    stories = [*EVERYTHING[:3], aimless, *EVERYTHING[4:]]
    assert "never named" in sole(said(*stories, until=minute(1440)))
