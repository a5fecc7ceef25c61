"""Bodies of requests for whoever stands before an app and must read them first."""

from hypercorn.typing import ASGIReceiveCallable, ASGIReceiveEvent


async def whole(receive: ASGIReceiveCallable) -> bytes:
    """All of a body."""
    body = b""
    while True:
        event = await receive()
        if event["type"] != "http.request":
            return body
        body += event.get("body", b"")
        if not event.get("more_body", False):
            return body


def again(body: bytes, receive: ASGIReceiveCallable) -> ASGIReceiveCallable:
    """What receives ``body`` once more, and then whatever ``receive`` does."""
    incoming: list[ASGIReceiveEvent] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_again() -> ASGIReceiveEvent:
        return incoming.pop() if incoming else await receive()

    return receive_again
