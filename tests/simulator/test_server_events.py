"""A stream of events is read as it was written, or not at all."""

import pytest

from simulator.kernel.server_events import ServerEvent, server_events


def test_events_are_read() -> None:
    """None at all is a stream, too."""
    assert server_events("") == ()
    body = 'event: heard\ndata: {"a": "é"}\n\nevent: done\ndata: {}\n\n'
    assert server_events(body) == (ServerEvent("heard", {"a": "é"}), ServerEvent("done", {}))


@pytest.mark.parametrize(
    "body",
    [
        "event: a\ndata: {}\n",
        "event: a\ndata: {}",
        "event: a\n\n",
        "data: {}\n\n",
        "data: {}\nevent: a\n\n",
        "event: a\ndata: {}\ndata: {}\n\n",
        "event: a\ndata: []\n\n",
        "event: a\ndata: {\n\n",
        "event:a\ndata: {}\n\n",
        '{"ok": true}',
    ],
)
def test_what_is_written_otherwise_is_refused(body: str) -> None:
    """It ends early, or an event is no name and no object in one line."""
    with pytest.raises(ValueError, match=r"."):
        server_events(body)
