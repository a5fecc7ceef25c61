"""What a stranger tries at a locked door: one row an attempt, with all that may be answered.

He is mallory, who rightly owns a lamp, and wants what belongs to others. Here stands what he sends
and what must come of it, written after the API's promises; who sends it is ``stranger.py``.
"""

from dataclasses import dataclass

from simulator.people.loot import (
    LARGER_THAN_A_FORM,
    MALLORY,
    Ask,
    authorized,
    basic,
    collect,
    large,
    own,
    pairing,
    path,
    poll,
    polls,
    replay,
    slow,
    twice,
    two_users,
    unsaid,
    with_query,
    with_token,
)
from simulator.people.targets import (
    FOREIGN_CONVERSATIONS,
    FOREIGN_THINGS,
    IN_FOREIGN_NAME,
    IN_FOREIGN_NAME_OF_TALK,
    INSIDE,
    VIDEO,
    WATER,
)

Outcome = tuple[int, str]
"""A status, and the code in the body, "" when all is well."""

_OK: Outcome = (200, "")
_CREATED: Outcome = (201, "")
_BAD: Outcome = (400, "validation_failed")
_WHO: Outcome = (401, "unauthorized")
_NOT_HIS: Outcome = (403, "forbidden")
_UNKNOWN: Outcome = (404, "not_found")
_WRONG_METHOD: Outcome = (405, "method_not_allowed")
_SLOW: Outcome = (408, "request_timeout")
_LARGE: Outcome = (413, "payload_too_large")
_TOO_MANY: Outcome = (429, "rate_limited")

_TEST = f"{VIDEO}/presage-test"
_LONG_HEADER = 60_000
_BURST = 14
_FLOOD = 150
_UNTIL_FORGOTTEN_S = 11 * 60
_MINUTE_S = 61


@dataclass(frozen=True, slots=True)
class Attempt:
    """``times`` requests at the same moment, each answered by one of ``expects``; then he keeps
    quiet for ``rest_s`` seconds. With ``pairs`` he gets a fresh code to show before that.
    """

    name: str
    ask: Ask
    expects: tuple[Outcome, ...]
    times: int = 1
    rest_s: int = 0
    pairs: bool = False


REVOKED = Attempt("token_revoked", authorized(lambda loot: f"Bearer {loot.revoked}"), (_WHO,))

_TOKENS = (
    Attempt("token_in_query", lambda loot: with_query(loot, "access_token"), (_WHO,)),
    Attempt("token_in_query_too", lambda loot: with_query(loot, "token"), (_WHO,)),
    Attempt("token_in_cookie", lambda loot: polls(("cookie", f"token={loot.own}"))(loot), (_WHO,)),
    Attempt("token_patched", authorized(lambda loot: f"Bearer {loot.patched}"), (_WHO,)),
    Attempt("token_in_capitals", authorized(lambda loot: f"Bearer {loot.own.upper()}"), (_WHO,)),
    Attempt("token_cut_short", authorized(lambda loot: f"Bearer {loot.own[:-1]}"), (_WHO,)),
    Attempt("token_doubled", authorized(lambda loot: f"Bearer {loot.own} {loot.own}"), (_WHO,)),
    REVOKED,
    Attempt("token_rotated", authorized(lambda loot: f"Bearer {loot.rotated}", MALLORY), (_WHO,)),
    Attempt("token_crossed", authorized(lambda loot: f"Bearer {loot.crossed}"), (_WHO,)),
    Attempt("device_code_as_token", authorized(lambda loot: f"Bearer {loot.used}"), (_WHO,)),
    Attempt("no_scheme", authorized(lambda loot: loot.own), (_WHO,)),
    Attempt("empty_bearer", authorized(lambda _: "Bearer "), (_WHO,)),
    Attempt("basic", authorized(lambda loot: f"Basic {basic(loot.own)}"), (_WHO,)),
    Attempt("scheme_in_small_letters", authorized(lambda loot: f"bearer {loot.own}"), (_NOT_HIS,)),
    Attempt("scheme_in_capitals", authorized(lambda loot: f"BEARER {loot.own}", MALLORY), (_OK,)),
    Attempt("two_tokens", lambda loot: twice(loot, loot.own, loot.revoked), (_WHO,)),
    Attempt("his_token_twice", lambda loot: twice(loot, loot.own, loot.own), (_WHO,)),
)

_NO_TOKEN = (
    Attempt("no_token_poll", polls(), (_WHO,)),
    Attempt("no_token_session", FOREIGN_THINGS["sample"], (_WHO,)),
    Attempt("no_token_schedule", IN_FOREIGN_NAME["schedule"], (_WHO,)),
    Attempt("no_token_report", FOREIGN_THINGS["report"], (_WHO,)),
    Attempt("no_token_metrics", FOREIGN_THINGS["metrics"], (_WHO,)),
    Attempt("no_token_camera", IN_FOREIGN_NAME["camera"], (_WHO,)),
    Attempt("no_token_pictures", IN_FOREIGN_NAME["pictures"], (_WHO,)),
    Attempt("no_token_picture", IN_FOREIGN_NAME["picture"], (_WHO,)),
    Attempt("no_token_devices", path("/api/devices"), (_WHO,)),
    Attempt("no_token_unknown_path", path("/admin"), (_WHO,)),
    Attempt("no_token_delete", path(f"{WATER}/poll", "DELETE"), (_WHO,)),
    Attempt("no_token_head", path(f"{WATER}/poll", "HEAD"), (_WHO,)),
    Attempt("no_token_options", path(f"{WATER}/poll", "OPTIONS"), (_WHO,)),
    Attempt("no_token_huge_head", polls(("x-wish", "a" * _LONG_HEADER)), (_WHO,)),
    Attempt("no_token_large_body", lambda loot: large(loot, f"{WATER}/schedule"), (_WHO,)),
    Attempt("from_this_machine", polls(("x-forwarded-for", "127.0.0.1")), (_WHO,)),
    Attempt("really_from_this_machine", polls(("forwarded", "for=127.0.0.1")), (_WHO,)),
    Attempt("another_host", polls(("host", "localhost")), (_WHO,)),
    Attempt("another_method", polls(("x-http-method-override", "OPTIONS")), (_WHO,)),
    Attempt("another_url", polls(("x-original-url", "/healthz")), (_WHO,)),
    Attempt("path_slashes", path(f"/{WATER}/poll"), (_WHO,)),
    Attempt("path_up", path("/api/devices/pairing/../../water/poll"), (_WHO,)),
    Attempt("path_up_escaped", path("/healthz/%2e%2e/api/water/poll"), (_WHO,)),
    Attempt("path_slash_at_end", path(f"{WATER}/poll/"), (_WHO,)),
    Attempt("path_in_capitals", path("/API/Water/Poll"), (_WHO,)),
    Attempt("path_public_prefix", path("/healthz/../readyz"), (_WHO,)),
    Attempt("path_with_parameter", path("/healthz;/api/water/poll"), (_WHO,)),
    Attempt("replay_as_it_was", lambda loot: replay(loot, loot.user_id), (_WHO,)),
)

_OWN_TOKEN = (
    Attempt("own_unknown_path", own(path("/admin")), (_UNKNOWN,)),
    Attempt("own_wrong_method", own(path(f"{WATER}/poll", "DELETE")), (_WRONG_METHOD,)),
    Attempt("own_poll_two_users", own(two_users), (_BAD,)),
    Attempt("own_large_body", own(lambda loot: large(loot, f"{WATER}/schedule")), (_LARGE,)),
    *(Attempt(f"own_camera_{name}", own(ask), (_BAD,)) for name, ask in INSIDE.items()),
    Attempt("own_large_picture_test", own(lambda loot: large(loot, _TEST)), (_LARGE,)),
    Attempt("own_large_unsaid", own(lambda loot: unsaid(large(loot, f"{WATER}/ack"))), (_LARGE,)),
    Attempt("own_slow_body", own(lambda loot: slow(replay(loot, MALLORY))), (_SLOW,)),
    Attempt("own_replay_of_key", own(lambda loot: replay(loot, MALLORY)), (_CREATED,)),
    Attempt(
        "replay_revoked",
        lambda loot: with_token(replay(loot, loot.user_id), loot.revoked),
        (_WHO,),
    ),
)

_PAIRING = (
    Attempt("pair_used_code", lambda loot: collect(loot.used), (_UNKNOWN,)),
    Attempt("pair_expired_code", lambda loot: collect(loot.expired), (_UNKNOWN,)),
    Attempt("pair_guessed_code", lambda loot: collect(loot.guessed), (_UNKNOWN,), pairs=True),
    Attempt("pair_code_of_screen", lambda loot: collect(loot.screen), (_UNKNOWN,), pairs=True),
    Attempt("pair_token_as_code", lambda loot: collect(loot.own), (_UNKNOWN,)),
    Attempt("pair_large_body", lambda _: pairing("a" * LARGER_THAN_A_FORM), (_LARGE,)),
    Attempt("pair_slow_body", lambda _: slow(pairing()), (_SLOW,)),
    Attempt(
        "pair_guess_on",
        lambda loot: collect(loot.guessed),
        (_UNKNOWN, _TOO_MANY),
        times=_BURST,
        rest_s=_UNTIL_FORGOTTEN_S,
        pairs=True,
    ),
    Attempt(
        "pair_flood",
        lambda _: pairing(),
        (_CREATED, _TOO_MANY),
        times=_BURST,
        rest_s=_UNTIL_FORGOTTEN_S,
    ),
    Attempt("flood", polls(), (_WHO, _TOO_MANY), times=_FLOOD, rest_s=_MINUTE_S),
    Attempt(
        "flood_of_his_lamp",
        own(lambda _: poll(MALLORY)),
        (_OK, _TOO_MANY),
        times=_FLOOD,
        rest_s=_MINUTE_S,
    ),
)

PAIRS = Attempt("pairs_lamp", lambda _: pairing(), (_CREATED, _TOO_MANY))
COLLECTS = Attempt("collects_token", lambda loot: collect(loot.used), (_OK, _UNKNOWN))
USES = Attempt("uses_token", own(lambda _: poll(MALLORY)), (_OK,))
RIGHTS = (PAIRS, COLLECTS, USES)
"""What he may do. Where much gets lost he pairs too often, or collects too late."""

ATTEMPTS = (
    *(
        Attempt(f"foreign_user_{name}", own(ask), (_NOT_HIS,))
        for name, ask in IN_FOREIGN_NAME.items()
    ),
    *(Attempt(f"foreign_{name}", own(ask), (_UNKNOWN,)) for name, ask in FOREIGN_THINGS.items()),
    *_TOKENS,
    *_NO_TOKEN,
    *_OWN_TOKEN,
    *_PAIRING,
)
"""What he tries all day."""

ATTEMPTS_OF_TALK = (
    *(
        Attempt(f"foreign_user_{name}", own(ask), (_NOT_HIS,))
        for name, ask in IN_FOREIGN_NAME_OF_TALK.items()
    ),
    *(
        Attempt(f"foreign_conversation_{name}", own(ask), (_UNKNOWN,))
        for name, ask in FOREIGN_CONVERSATIONS.items()
    ),
)
"""What he tries besides where people talk to their pets."""
