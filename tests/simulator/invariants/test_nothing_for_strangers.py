"""The judge of strangers knows what may be answered to them, and what is somebody's."""

from collections.abc import Mapping
from typing import cast

import pytest

from simulator.invariants.nothing_for_strangers import NothingForStrangers
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
    "own_replay": [[404, "not_found"]],
    "token_revoked": [[401, "unauthorized"]],
}
RIGHTS = {"pairs_lamp": [[201, ""], [429, "rate_limited"]]}
STRANGER: Story = [
    {"at": 0, "kind": "stranger", "user_id": "mallory", "attempts": ATTEMPTS, "rights": RIGHTS},
    {"at": 0, "kind": "device", "name": "phone", "user_id": "audrey", "token": TOKEN},
]
AUDREYS = exchanged(
    1,
    "POST /api/stress/session/start",
    {"user_id": "audrey", "study_label": "Math Revision"},
    {"ok": True, "session": {"session_id": SESSION}},
    key="pet-audrey-1",
)
BEARER = f"Bearer {TOKEN}"


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


def saying(story: Story, header: str, value: str) -> Story:
    """The same with one more header in the request."""
    headers = {**cast("Mapping[str, object]", story[0]["headers"]), header: value}
    return [{**story[0], "headers": headers}, *story[1:]]


def told(error: str, headers: Mapping[str, str] | None = None, **asked: str) -> list[str]:
    """What the judge says if he asks so, and is refused in these words and with these headers."""
    answer = {"ok": False, "error": error, "code": "unauthorized"}
    return said(tried("poll", 401, answer, asked=asked, headers={**WHO, **(headers or {})}))


def others_say(**facts: str) -> Story:
    """Somebody else says so to the server."""
    return exchanged(1, "POST /api/stress/session/start", facts, {"ok": True})


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
    saying(refused("own_replay", 404, "not_found"), "idempotency-key", "pet-audrey-1"),
    saying(refused("token_revoked", 401, "unauthorized"), "authorization", BEARER),
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


@pytest.mark.parametrize(
    ("fails_at", "status", "code", "is_true"),
    [
        (1, 503, "store_unavailable", True),
        (3, 503, "store_unavailable", False),
        (1, 500, "store_unavailable", False),
        (1, 503, "sight_absent", False),
    ],
)
def test_that_the_store_fails_he_may_hear_while_it_does(
    fails_at: int, status: int, code: str, is_true: bool
) -> None:
    """As everybody; not before it did, and nothing else."""
    fault = {"kind": "fault", "fault": "store away", "who": "store", "number": 1, "ms": 60_000}
    asked = refused("pairs_lamp", status, code)
    faults: Story = [{"at": fails_at, **fault}]
    stories = (faults, asked) if fails_at == 1 else (asked, faults)
    assert (said(*stories) == []) is is_true


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


@pytest.mark.parametrize(
    "document", [{"study_label": "mallory"}, {"user_id": "mallory2", "study_label": "x"}]
)
def test_what_others_are_called_is_not_his_writing(document: dict[str, str]) -> None:
    """Nor is a longer name, of which his is a part."""
    theirs = {"user_id": "audrey", **document}
    assert said(others_say(**theirs), stored("focus_sessions", theirs)) == []


@pytest.mark.parametrize(
    "name", ["ok", "error", "code", "oken", "Token", "Study Session", "no-store", "..."]
)
def test_who_is_called_as_the_server_talks_is_not_told_of(name: str) -> None:
    """Neither are names of fields words, nor parts of words."""
    for asked in (others_say(user_id=name), others_say(user_id="bob", study_label=name)):
        story = refused("poll", 401, "unauthorized", error="this server wants a token")
        answer = tried("own", 200, {"ok": True, "error": None, "study": "no study session 1"})
        assert said(asked, story, answer) == []


@pytest.mark.parametrize(
    ("label", "error"),
    [
        ("Math Revision", "not for you: MATH REVISION"),
        ('The "Iliad"', 'not for you: The "Iliad"'),
        ("C:\\temp", "not for you: C:\\temp"),
        ("rea", "not for rea"),
        ("asked", "was asked"),
        ("Übung", "not for ÜBUNG"),
    ],
)
def test_a_leak_is_found_however_it_is_written(label: str, error: str) -> None:
    """In capitals, in what JSON escapes; a word that is also the judge's own."""
    answer = {"ok": False, "error": error, "code": "unauthorized"}
    story = tried("poll", 401, answer, headers=WHO)
    assert "tells him of" in sole(said(others_say(user_id="bob", study_label=label), story))


def test_a_leak_is_found_in_headers_too() -> None:
    """But not what he said himself."""
    assert "tells him of ['audrey']" in sole(told("No.", {"x-user": "audrey"}))
    assert "tells him of ['audrey']" in sole(told("No.", {"set-cookie": "user=Audrey; secure"}))
    assert told("No.", {"x-user": "audrey"}, user_id="audrey") == []
    echoed = tried("poll", 401, {"code": "unauthorized"}, headers={**WHO, "x-user": "audrey"})
    assert said(saying(echoed, "x-user", "Audrey")) == []
    assert "tells him of" in sole(told("No.", {"x-user": "audrey"}, user_id="audreys"))


def after(*stories: Story) -> tuple[str, ...]:
    """What the judge misses when all this happened on a whole day, without an objection."""
    judge = NothingForStrangers()
    assert verdict(judge, STRANGER, USED, *stories, until=minute(1440)) == []
    return judge.untried


USED = saying(AUDREYS, "authorization", BEARER)


@pytest.mark.parametrize("missing", range(len(EVERYTHING)))
def test_an_attempt_or_an_outcome_that_is_missing_is_no_offence(missing: int) -> None:
    """Much gets lost on some days; but the judge can say what was not tried."""
    assert after(*EVERYTHING) == ()
    some = [story for number, story in enumerate(EVERYTHING) if number != missing]
    assert len(after(*some)) == 1


@pytest.mark.parametrize(
    "aimless",
    [
        refused("foreign_report", 404, "not_found", session_id=HIS),
        saying(refused("own_replay", 404, "not_found"), "idempotency-key", "pet-audrey-0"),
        saying(refused("token_revoked", 401, "unauthorized"), "authorization", "Bearer made_up"),
    ],
)
def test_an_attempt_that_hits_nothing_was_not_made(aimless: Story) -> None:
    """He must have named what is somebody's, a key that was said, a token that was good."""
    name = str(aimless[0]["who"]).partition("/")[2]
    others = [story for story in EVERYTHING if story[0]["who"] != aimless[0]["who"]]
    assert after(*others, aimless) == (name,)


def test_what_he_may_do_is_no_attempt() -> None:
    """It may be refused, and need not be."""
    assert after(*EVERYTHING, tried("pairs_lamp", 201, {"ok": True})) == ()
    assert after(*EVERYTHING, refused("pairs_lamp", 429, "rate_limited")) == ()
    assert "was answered (404" in sole(said(refused("pairs_lamp", 404, "not_found")))
