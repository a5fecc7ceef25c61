"""What a stranger has and has heard, and the requests that can be made of it.

Which of them he sends, and what must come of it, stands in ``attempts.py``.
"""

from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from simulator.kernel.trace import Json
from simulator.network.asgi import Header, Request
from simulator.network.client import json_request

MALLORY = "mallory"
LAMP = "mallory's lamp"
NOBODYS = "00000000-0000-4000-8000-000000000000"
"""An id that is nobody's, named as long as he has heard of none."""

LARGER_THAN_A_FORM = 17 * 1024
"""Bytes."""
_SLOWER_THAN_PATIENCE_MS = 20_000
_BODILESS = ("GET", "DELETE")
_POMODORO_START = "/api/breaks/pomodoro/start"
POLL = "/api/breaks/pomodoro/active"
"""A question that a pet asks all day."""


@dataclass(slots=True)
class Loot:
    """What he has, and what he has heard: nothing of it opens the door to what is not his."""

    user_id: str
    """Somebody's name."""
    own: str = ""
    """The token of his lamp."""
    rotated: str = ""
    """The token that his lamp had before."""
    revoked: str = ""
    """The token of a pet that was thrown away."""
    device: str = ""
    """The id of somebody's phone, 32 hexadecimal digits."""
    session_id: str = NOBODYS
    pomodoro_id: str = NOBODYS
    prompt_id: str = NOBODYS
    conversation_id: str = NOBODYS
    key: str = "pet-audrey-00000000-1"
    """The idempotency key of somebody's last wish for a Pomodoro."""
    used: str = ""
    """The device code with which he paired his second lamp."""
    expired: str = ""
    """A device code of his that nobody confirmed."""
    screen: str = ""
    """The code on a screen that is not confirmed yet."""

    @property
    def patched(self) -> str:
        """His token with another last letter but one."""
        return self.own[:-2] + ("A" if self.own[-2] != "A" else "B") + self.own[-1]

    @property
    def crossed(self) -> str:
        """Somebody's device with his own secret."""
        return f"pet_{self.device}_{self.own.rpartition('_')[2]}"

    @property
    def guessed(self) -> str:
        """A device code as they are made, for the code on a screen."""
        name = self.screen.replace("-", "") or "BCDFGHJK"
        return f"pair_{name}_{'A' * 43}"


Ask = Callable[[Loot], Request]


def with_token(request: Request, token: str) -> Request:
    """The request with this token."""
    return adding(request, ("authorization", f"Bearer {token}"))


def poll(user_id: str) -> Request:
    """A question that a pet asks all day."""
    return json_request("GET", f"{POLL}?user_id={user_id}")


def pairing(device_name: str = LAMP) -> Request:
    """Ask for a code to show."""
    return json_request(
        "POST", "/api/devices/pairing", {"device_name": device_name, "user_id": MALLORY}
    )


def collect(device_code: str) -> Request:
    """Ask for the token that belongs to a device code."""
    return json_request("POST", "/api/devices/pairing/collect", {"device_code": device_code})


def adding(request: Request, *headers: tuple[str, str]) -> Request:
    """The request with more headers."""
    added: Iterable[Header] = ((name.encode(), value.encode()) for name, value in headers)
    return replace(request, headers=[*request.headers, *added])


def own(ask: Ask) -> Ask:
    """The same with his own token."""
    return lambda loot: with_token(ask(loot), loot.own)


def polls(*headers: tuple[str, str]) -> Ask:
    """Ask after somebody's Pomodoro, with these headers and no token."""
    return lambda loot: adding(poll(loot.user_id), *headers)


def path(path: str, method: str = "GET") -> Ask:
    """Ask for this path, in somebody's name, without a token."""
    return lambda loot: Request(method, path, f"user_id={loot.user_id}")


def authorized(credentials: Callable[[Loot], str], user_id: str = "") -> Ask:
    """Ask after a Pomodoro with these credentials; of somebody, if no user is named."""
    return lambda loot: adding(poll(user_id or loot.user_id), ("authorization", credentials(loot)))


def naming_user(method: str, path: str, rest: Mapping[str, object]) -> Ask:
    """Ask in somebody's name."""

    def ask(loot: Loot) -> Request:
        if method in _BODILESS:
            return json_request(method, f"{path}?user_id={loot.user_id}")
        return json_request(method, path, {"user_id": loot.user_id, **rest})

    return ask


def posts(path: str, body: Callable[[Loot], Json]) -> Ask:
    """Post what comes of what he knows."""
    return lambda loot: json_request("POST", path, body(loot))


def gets(target: Callable[[Loot], str]) -> Ask:
    """Get what comes of what he knows."""
    return lambda loot: json_request("GET", target(loot))


def with_query(loot: Loot, name: str) -> Request:
    """Ask in somebody's name with his own token in the query, under this name."""
    request = poll(loot.user_id)
    return replace(request, query=f"{request.query}&{name}={loot.own}")


def two_users(loot: Loot) -> Request:
    """Name himself and somebody else."""
    request = poll(MALLORY)
    return replace(request, query=f"{request.query}&user_id={loot.user_id}")


def basic(token: str) -> str:
    """His token as a password is sent."""
    return b64encode(f"{MALLORY}:{token}".encode()).decode()


def twice(loot: Loot, *tokens: str) -> Request:
    """Ask in somebody's name with several tokens."""
    headers = (("authorization", f"Bearer {token}") for token in tokens)
    return adding(poll(loot.user_id), *headers)


def replay(loot: Loot, user_id: str) -> Request:
    """Somebody's wish for a Pomodoro once more, under the same key."""
    headers = {"Idempotency-Key": loot.key}
    return json_request("POST", _POMODORO_START, {"user_id": user_id}, headers)


def large(loot: Loot, path: str) -> Request:
    """A form with somebody's name in it, larger than any."""
    body = {"user_id": loot.user_id, "timezone": "a" * LARGER_THAN_A_FORM}
    return json_request("POST", path, body)


def unsaid(request: Request) -> Request:
    """The same without a word on how large it is."""
    headers = [header for header in request.headers if header[0] != b"content-length"]
    return replace(request, headers=headers)


def slow(request: Request) -> Request:
    """The same, its body taking longer than the server waits."""
    return replace(request, body_ms=_SLOWER_THAN_PATIENCE_MS)
