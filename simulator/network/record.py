"""What a trace says of requests and answers: all of it, but for secrets, which are masked."""

from collections.abc import Sequence
from functools import lru_cache

from simulator.kernel.masking import masked, masked_credentials
from simulator.kernel.trace import Json, Trace
from simulator.network.asgi import Header, Request, Response


def note_request(trace: Trace, id: int, who: str, request: Request, **origin: int) -> None:
    """It was sent."""
    if request.body_ms:
        origin["body_ms"] = request.body_ms
    trace.note(
        "request",
        id=id,
        who=who,
        method=request.method,
        path=_masked_often(request.path),
        query=_masked_often(request.query),
        headers=_decoded(tuple(request.headers)),
        body=masked(request.body.decode()) if request.body else "",
        **origin,
    )


def note_served(trace: Trace, id: int, response: Response) -> None:
    """The server has answered."""
    trace.note(
        "served",
        id=id,
        status=response.status,
        headers=_decoded(tuple(response.headers)),
        body=masked(response.body.decode()),
    )


@lru_cache(maxsize=1024)
def _masked_often(text: str) -> str:
    """A pet asks the same again and again."""
    return masked(text)


@lru_cache(maxsize=1024)
def _decoded(headers: Sequence[Header]) -> Json:
    """The headers by name; what was said several times is joined, as HTTP has it. Most are the same
    again and again.
    """
    shown: dict[str, str] = {}
    for name, value in map(_shown, headers):
        shown[name] = f"{shown[name]}, {value}" if name in shown else value
    return shown


@lru_cache(maxsize=1024)
def _shown(header: Header) -> tuple[str, str]:
    name, value = header[0].decode(), header[1].decode()
    return name, masked_credentials(value) if name == "authorization" else masked(value)
