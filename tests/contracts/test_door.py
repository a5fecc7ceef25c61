"""Who may ask what: every operation of the contracts, asked by those who may and by those who not.

The operations come from the contracts, and what is asked of them from ``walk.py``. Not here: what
an operation answers to those who may ask it.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import count

import pytest

from petcore.errors import StoreUnavailable
from petcore.services.believed import BELIEVED
from petcore.services.door import Lock
from tests.contracts.contract import JSON_TYPE, Contract, Promise
from tests.contracts.lost import LostStore
from tests.contracts.parts import read_parts
from tests.contracts.served import Headers, Reply, Served
from tests.contracts.sight import eyes, moments
from tests.contracts.walk import ABSENT, PROMISES, THINGS, Home, Request, fields

Pair = tuple[Contract, Promise]

PUBLIC = [pair for pair in PROMISES if pair[1].is_public]
GUARDED = [pair for pair in PROMISES if not pair[1].is_public]
NAMING_USERS = [pair for pair in GUARDED if "user_id" in fields(*pair)]
NAMING_THINGS = [
    (owner, promise, name)
    for owner, promise in GUARDED
    for name in THINGS
    if name in fields(owner, promise)
]
UNKNOWN = f"pet_{'0' * 32}_{'A' * 43}"
QUIET = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin",
    "x-content-type-options": "nosniff",
}
SAID_WITHIN = "mongodb://owner:swordfish@db.home.arpa:27017 /var/lib/petcore.db"
MARKER = "zq7Zq"
REVOKED_AT = 10


def _id(pair: Pair) -> str:
    return pair[1].id


each_promise = pytest.mark.parametrize("pair", PROMISES, ids=_id)
each_public = pytest.mark.parametrize("pair", PUBLIC, ids=_id)
each_guarded = pytest.mark.parametrize("pair", GUARDED, ids=_id)


@pytest.fixture(scope="module")
def locked() -> Iterator[Served]:
    """A server that wants tokens."""
    with Served(door="locked") as served:
        yield served


@pytest.fixture(scope="module")
def local() -> Iterator[Served]:
    """A server as it is without any settings: only its own machine reaches it."""
    with Served(door="by_address") as served:
        yield served


@pytest.fixture(scope="module")
def opened() -> Iterator[Served]:
    """A server that wants no tokens, and that others reach."""
    with Served(door="open") as served:
        yield served


def _bearer(token: str) -> Headers:
    return [("authorization", f"Bearer {token}")]


def _home(served: Served, pair: Pair, who: str = "owner") -> Home:
    """Somebody of whom no other test has heard."""
    if pair[1].path.startswith("/api/devices"):
        served.clock.move(timedelta(hours=1))  # so that it does not matter who has paired before
    return Home(served, f"{who} of {pair[1].id} {MARKER}")


def _require_error(reply: Reply, status: int, code: str, *unsaid: str) -> None:
    """An error in its shape, in quiet, that repeats nothing of what was sent."""
    assert (reply.status, reply.json["code"]) == (status, code), reply.body
    assert QUIET.items() <= reply.headers.items()
    told = reply.body.decode() + str(reply.headers)
    for word in (MARKER, *unsaid):
        assert word not in told


def test_the_walk_is_long_and_whoever_is_asked_for_is_known() -> None:
    """Four operations are public; each other one says by a field whose affair it is."""
    assert {_id(pair) for pair in PUBLIC} == {
        "getHealth",
        "getReadiness",
        "startPairing",
        "collectToken",
    }
    assert len(GUARDED) >= 16
    known = {_id(pair) for pair in NAMING_USERS} | {promise.id for _, promise, _ in NAMING_THINGS}
    assert known == {_id(pair) for pair in GUARDED}


@each_guarded
def test_who_has_a_token_is_served(pair: Pair, locked: Served) -> None:
    """For the user of the token everything is as without a lock."""
    home = _home(locked, pair)
    reply = home.request(*pair).send(locked, home.head)
    assert reply.status == pair[1].success, reply.body
    assert QUIET.items() <= reply.headers.items()


@each_public
@pytest.mark.parametrize("given", [None, UNKNOWN, "nonsense"])
def test_what_is_public_needs_no_token_and_looks_at_none(
    pair: Pair, given: str | None, locked: Served
) -> None:
    """Whoever has none yet, or one that is no good any more, can ask and pair anew."""
    request = _home(locked, pair).request(*pair)
    reply = request.send(locked, _bearer(given) if given else ())
    assert reply.status == pair[1].success, reply.body
    assert QUIET.items() <= reply.headers.items()


def _bad(home: Home) -> Iterable[tuple[Headers, str]]:
    """Headers and a query that prove nothing, however much they look like it."""
    token, revoked = home.token, _revoked(home.served)
    yield (), ""
    yield (), f"access_token={token}"
    yield (), f"token={token}&authorization=Bearer%20{token}"
    yield [("cookie", f"token={token}")], ""
    yield [("x-authorization", f"Bearer {token}")], ""
    yield [("authorization", token)], ""
    yield [("authorization", "Bearer")], ""
    yield [("authorization", f"Basic {token}")], ""
    yield [*_bearer(token), *_bearer(token)], ""
    for text in (UNKNOWN, revoked, token[:-1], token + "A", token.upper(), MARKER, f"{token},a"):
        yield _bearer(text), ""
    yield _bearer(f"{token[:37]}{UNKNOWN[37:]}"), ""
    yield _bearer(f"{UNKNOWN[:37]}{token[37:]}"), ""


def _unreadable(token: str) -> Iterable[Headers]:
    """What means to be a token, and is none or cannot be told."""
    yield _bearer(UNKNOWN)
    for said in ("Bearer", "bearer ", f"Bearer {token} x", f"BEARER\t{token}", f"Bearer={token}"):
        yield [("authorization", said)]
    yield [*_bearer(token), *_bearer(token)]
    yield [*_bearer(token), ("authorization", "Basic eDp4")]


def _revoked(served: Served) -> str:
    issued = served.run(served.services.platform.devices.add("revoked", "somebody else"))
    served.run(served.services.platform.devices.revoke("revoked"))
    return issued.token


@each_guarded
def test_without_a_valid_token_nothing_is_said_or_done(pair: Pair, locked: Served) -> None:
    """401, whatever is wrong and whatever is asked; a token counts in one place only."""
    home = _home(locked, pair)
    request = home.request(*pair)
    bad = list(_bad(home))
    before = locked.dump()
    for headers, query in bad:
        reply = request.send(locked, headers, query)
        _require_error(reply, 401, "unauthorized", home.token, UNKNOWN)
        assert reply.headers["www-authenticate"] == 'Bearer realm="petcore"'
    assert locked.dump() == before
    assert request.send(locked, home.head).status == pair[1].success


@each_guarded
def test_who_has_no_token_is_not_told_what_else_is_wrong(pair: Pair, locked: Served) -> None:
    """Bad fields, bodies too large or of another kind: first of all the token is missing."""
    path = pair[1].path.replace("{session_id}", "x")
    for method in ("GET", "POST", "HEAD", "OPTIONS", "BREW"):
        for target in (f"{path}?user_id=", f"{path}/{MARKER}"):
            reply = locked.ask(method, target, b"[" * 20_000, [("content-type", "text/plain")])
            _require_error(reply, 401, "unauthorized")


@pytest.mark.parametrize("pair", NAMING_USERS, ids=_id)
def test_a_token_acts_for_no_other_user(pair: Pair, locked: Served) -> None:
    """403 that names the field, and nothing stored."""
    home, other = _home(locked, pair), _home(locked, pair, "other")
    request = home.request(*pair)
    before = locked.dump()
    for key in ((), [("idempotency-key", "k")]):
        reply = request.send(locked, [*other.head, *key])
        _require_error(reply, 403, "forbidden", home.user, other.user)
        assert [detail["loc"] for detail in reply.json["details"]] == [["user_id"]]
    assert locked.dump() == before


@pytest.mark.parametrize("triple", NAMING_THINGS, ids=lambda triple: f"{triple[1].id} {triple[2]}")
def test_what_belongs_to_another_user_is_not_there(
    triple: tuple[Contract, Promise, str], locked: Served
) -> None:
    """404, but for the id in every byte as for one that nobody has, and nothing stored."""
    owner, promise, name = triple
    home, other = (_home(locked, (owner, promise), who) for who in ("owner", "other"))
    theirs = home.request(owner, promise)
    if "user_id" in theirs.fields:
        # He says who he is, and names what is another's.
        theirs = theirs.with_(user_id=other.user)
    absent = theirs.with_(**{name: ABSENT})
    before = locked.dump()
    for more, is_head in (((), False), ([("idempotency-key", "k")], False), ((), True)):
        head = [*other.head, *more]
        reply, unknown = (
            request.send(locked, head, is_head=is_head) for request in (theirs, absent)
        )
        body = reply.body.replace(str(theirs.fields[name]).encode(), ABSENT.encode())
        assert Reply(reply.status, reply.headers, body) == unknown
        if not is_head:
            _require_error(reply, 404, "not_found", home.user)
    shouted = theirs.with_(**{name: str(theirs.fields[name]).upper()})
    assert shouted.send(locked, other.head).status == 404
    assert locked.dump() == before
    own = theirs.with_(user_id=home.user) if "user_id" in theirs.fields else theirs
    assert own.send(locked, home.head).status == promise.success


@each_guarded
def test_a_bad_token_is_refused_where_none_is_wanted(
    pair: Pair, opened: Served, local: Served
) -> None:
    """Who shows a token means it: a device with an old one learns of it, and foreign stays so."""
    for served in (opened, local):
        home, other = _home(served, pair), _home(served, pair, "other")
        request = home.request(*pair)
        for bad in _unreadable(home.token):
            reply = request.send(served, bad)
            _require_error(reply, 401, "unauthorized", UNKNOWN, home.token)
        assert request.send(served, other.head).status in (403, 404)
        assert request.send(served).status == pair[1].success


FOREIGN: list[tuple[str, str]] = [
    ("host", f"{MARKER.lower()}.example"),
    ("host", f"{MARKER.lower()}.example:5000"),
    ("host", "localhost.example"),
    ("host", "127.0.0.1.example"),
    ("host", "0.0.0.0:5000"),
    ("host", "[::]:5000"),
    ("host", "[::ffff:127.0.0.1]:5000"),
    ("host", "192.168.1.10:5000"),
    ("sec-fetch-site", "cross-site"),
]


@each_promise
def test_pages_of_other_sites_cannot_use_a_local_server(pair: Pair, local: Served) -> None:
    """By another name (DNS rebinding) or from another site: 403, with a token or without."""
    home = _home(local, pair)
    request = home.request(*pair)
    before = local.dump()
    for header in FOREIGN:
        for head in ([header], [header, *home.head]):
            reply = request.send(local, head)
            _require_error(reply, 403, "forbidden", MARKER.lower(), "localhost.example")
    assert local.dump() == before
    assert request.send(local, [("host", "127.0.0.1:5000")]).status == pair[1].success


@each_promise
def test_others_find_a_server_by_any_name(pair: Pair, opened: Served) -> None:
    """Which names lead to a server in a network only its owner knows."""
    request = _home(opened, pair).request(*pair)
    assert request.send(opened, [("host", "pet.home.arpa")]).status == pair[1].success


def test_nobody_asks_too_often() -> None:
    """429 with what a client needs to wait well, at each operation; then it goes on."""
    with Served(door="locked", requests_per_min=1) as served:
        for owner, promise in PROMISES:
            head = _bearer(served.token_of(promise.id))
            request = Request(promise, {})
            request.send(served, head)
            served.clock.move(timedelta(seconds=20))
            reply = request.send(served, head)
            _require_error(reply, 429, "rate_limited")
            said = {name: value for name, value in reply.headers.items() if "limit" in name}
            wait = reply.headers["retry-after"]
            assert said == {
                "ratelimit-limit": "1",
                "ratelimit-remaining": "0",
                "ratelimit-reset": wait,
            }
            served.clock.move(timedelta(seconds=int(wait) - 1))
            assert request.send(served, head).status == 429
            served.clock.move(timedelta(seconds=1))
            assert request.send(served, head).status not in (401, 429), owner.name
            served.clock.move(timedelta(minutes=10))


@pytest.mark.parametrize(
    ("path", "sent", "granted"),
    [
        ("/api/devices/pairing", {}, 201),
        ("/api/devices/pairing/collect", {"device_code": UNKNOWN}, 404),
    ],
)
def test_codes_cannot_be_hoarded_or_guessed(
    path: str, sent: dict[str, str], granted: int, locked: Served
) -> None:
    """Who starts or guesses on and on is told to wait, and after that goes on."""
    locked.clock.move(timedelta(days=1))
    replies = [locked.post(path, sent) for _ in range(40)]
    statuses = [reply.status for reply in replies]
    assert statuses == sorted(statuses)
    assert set(statuses) == {granted, 429}
    locked.clock.move(timedelta(seconds=int(replies[-1].headers["retry-after"])))
    assert locked.post(path, sent).status == granted
    locked.clock.move(timedelta(days=1))


@pytest.fixture(scope="module")
def losing() -> Iterator[tuple[Served, LostStore]]:
    """A server that wants tokens, and the store that it can lose."""
    store = LostStore()
    with Served(door="locked", store=store) as served:
        yield served, store


@each_promise
@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (StoreUnavailable(SAID_WITHIN), 503, "store_unavailable"),
        (RuntimeError(SAID_WITHIN), 500, "internal_error"),
    ],
    ids=["lost", "broken"],
)
def test_what_is_our_fault_is_not_told(
    pair: Pair, error: Exception, status: int, code: str, losing: tuple[Served, LostStore]
) -> None:
    """Neither 503 nor 500 says where the store is, with a token that is known and with another."""
    served, store = losing
    home, other = (_home(served, pair, f"{who} {status}") for who in ("owner", "other"))
    request = home.request(*pair)
    served.ask("GET", "/api/water/schedule?user_id=", headers=home.head)
    store.error = error
    replies = [request.send(served, head) for head in (home.head, other.head)]
    store.error = None
    for reply in replies if pair[1].id != "getHealth" else ():
        _require_error(reply, status, code, *SAID_WITHIN.split(), "swordfish")


@each_promise
def test_errors_do_not_repeat_what_was_sent(pair: Pair, locked: Served) -> None:
    """Not what stands in a field, its name, a header, the query or the path, if it is wrong."""
    home, (owner, promise) = _home(locked, pair), pair
    for request in _wrong(home, owner, promise):
        reply = request.send(locked, [*home.head, ("x-custom", MARKER)], f"{MARKER}={MARKER}")
        _require_error(reply, 400, "validation_failed")
    head = [*home.head, ("content-type", JSON_TYPE)]
    for body in (f'{{"{MARKER}":1,"{MARKER}":2}}', MARKER, f'{{"a":{MARKER}}}'):
        reply = locked.ask("POST", f"{promise.path}?{MARKER}=%{MARKER}", body.encode(), head)
        _require_error(reply, reply.status, reply.json["code"])
    if promise.takes_key:
        key = [("idempotency-key", f"{MARKER} {MARKER}")]
        reply = home.request(owner, promise).send(locked, [*home.head, *key])
        _require_error(reply, 400, "validation_failed")


def _wrong(home: Home, owner: Contract, promise: Promise) -> Iterator[Request]:
    """Requests whose every field holds what it cannot; and whose only fault is a name."""
    said = fields(owner, promise)
    if said:
        yield Request(promise, {**dict.fromkeys(said, f"{MARKER} \x00" * 40), MARKER: MARKER})
    if "raw_metrics" in said:
        yield home.request(owner, promise).with_(raw_metrics={f"{MARKER}.": 1})


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (f"GET /{MARKER}", 404),
        (f"GET /api/{MARKER}", 404),
        (f"GET /api/stress/report/{MARKER}", 400),
        (f"GET /api/stress/report/{ABSENT}", 404),
        (f"{MARKER} /api/water/ack", 405),
        ("DELETE /healthz", 405),
        ("POST /api/water/ack", 415),
        ("GET /api/water/poll", 400),
    ],
)
def test_every_error_is_quiet(line: str, status: int, opened: Served) -> None:
    """Headers that keep an answer from being kept, guessed at or shown by other pages."""
    method, target = line.split()
    reply = opened.ask(method, target)
    _require_error(reply, status, reply.json["code"])


@pytest.mark.parametrize("target", ["/healthz", "/api/water/ack", "/api/devices/pairing"])
def test_what_is_no_error_is_quiet_as_well(target: str, opened: Served) -> None:
    """OPTIONS, and HEAD."""
    assert QUIET.items() <= opened.ask("OPTIONS", target).headers.items()
    assert QUIET.items() <= opened.ask("HEAD", "/healthz").headers.items()


def test_who_watches_leaves_when_his_token_ends() -> None:
    """The camera goes on for long, and he sees nothing of what it shows later."""
    shown = [b"\xff\xd8\xff\xe0picture %d\xff\xd9" % number for number in range(200)]
    taken: list[Served] = []
    pauses = count()

    async def pause(seconds: float) -> None:
        if next(pauses) == REVOKED_AT:
            await taken[0].services.platform.devices.revoke("pet")
            taken[0].clock.move(BELIEVED)
        await moments(seconds)

    with Served(door="locked", eyes=eyes(shown, pause)) as served:
        taken.append(served)
        issued = served.run(served.services.platform.devices.add("pet", "audrey"))
        target = "/api/video/stream?user_id=audrey"
        reply = served.ask("GET", target, headers=_bearer(issued.token))
        assert reply.status == 200
        assert shown[0] in (seen := read_parts(reply.body))
        assert len(seen) <= REVOKED_AT + 1
        assert served.ask("GET", target, headers=_bearer(issued.token)).status == 401


def test_the_firmware_of_a_device_is_remembered(locked: Served) -> None:
    """What a request says of it with its token; what nobody could show is ignored."""
    home = Home(locked, "firmware")
    for told, kept in (
        ("0.9.1", "0.9.1"),
        ("1.0.0-rc.1+pet", "1.0.0-rc.1+pet"),
        ("2 0", "1.0.0-rc.1+pet"),
        ("9" * 33, "1.0.0-rc.1+pet"),
        ("é", "1.0.0-rc.1+pet"),
        ("", "1.0.0-rc.1+pet"),
        ("9" * 32, "9" * 32),
    ):
        head = [*home.head, ("firmware-version", told)]
        assert locked.ask("GET", "/api/water/poll?user_id=firmware", headers=head).status == 200
        (device,) = (
            each
            for each in locked.run(locked.services.platform.devices.all())
            if each["user_id"] == "firmware"
        )
        assert device["firmware_version"] == kept


def test_a_device_pairs_and_is_served(locked: Served) -> None:
    """From the code on its screen to the first answer, and no second time."""
    locked.clock.move(timedelta(days=1))
    pairings = locked.services.platform.pairings
    started = locked.post("/api/devices/pairing", {"device_name": "desk pet"}).json
    code = {"device_code": started["device_code"]}
    pending = locked.post("/api/devices/pairing/collect", code).json
    assert (pending["status"], pending["token"]) == ("pending", None)
    locked.run(pairings.confirm(started["user_code"], "paired", "desk pet"))
    paired, repeated = (locked.post("/api/devices/pairing/collect", code) for _ in range(2))
    assert paired == repeated
    assert (paired.json["status"], paired.json["user_id"]) == ("paired", "paired")
    head = _bearer(paired.json["token"])
    assert locked.ask("GET", "/api/water/poll?user_id=paired", headers=head).status == 200
    assert locked.post("/api/devices/pairing/collect", code).status == 404
    assert json.dumps(locked.dump(), default=str).count(paired.json["token"]) == 0


def test_the_gates_are_given_the_tokens_they_need(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where they run behind a locked door, each request has the token of whom it is meant for."""
    monkeypatch.setattr("tests.contracts.served.DOOR", "locked")
    with Served() as served:
        assert served.services.door.lock is Lock.LOCKED
        for pair in GUARDED:
            for user in ("audrey", "Ωμέγα & co=1/2"):
                home = Home(served, user)
                assert home.request(*pair).send(served).status == pair[1].success
        assert served.get("/api/water/poll").status == 400
        assert served.dump()["devices"] == []
        _require_error(served.ask("GET", "/", headers=_bearer(UNKNOWN)), 401, "unauthorized")
