"""What the server measures, or makes of metrics, as if somebody had posted it as a sample.

So every judge of samples judges it too. Such an exchange happens when the sample is stored. Here
also: what of its pulse a sample tells.
"""

from collections.abc import Mapping

import orjson

from simulator.invariants.exchanges import Exchange
from simulator.kernel.trace import Event, Json, number, words

MEASURED = "measured"
"""The kind of the event that tells of a sample."""

_POSTED = ("session_id", "captured_at", "focus_score", "stress_score", "confidence")
_ANSWERED = ("sample_id", "captured_at")


def document_of(event: Event) -> Json:
    """The sample as it was stored."""
    document: Json = orjson.loads(words(event, "document"))
    return document


def measurement(event: Event) -> Exchange | None:
    """What the server has measured, if this event tells of it."""
    if event["kind"] != MEASURED:
        return None
    sample, at = document_of(event), number(event, "at")
    return Exchange(
        id=0,
        who="server",
        at=at,
        operation="POST /api/stress/sample",
        asked=_part(sample, _POSTED),
        headers={},
        status=201,
        answer={"ok": True, **_part(sample, _ANSWERED)},
        answer_headers={},
        asked_at=at,
        by_server=True,
    )


def _part(sample: Json, names: tuple[str, ...]) -> Mapping[str, object]:
    return {name: sample[name] for name in names}
