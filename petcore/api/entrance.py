"""The way in as HTTP has it: what of a request says who knocks (RFC 6750, Fetch Metadata)."""

import re

from petcore.api.connection import Asked
from petcore.api.strict import values
from petcore.services.door import Visitor

_BEARER = re.compile(rb"[Bb]earer +(\S+)\Z", re.IGNORECASE)
_VERSION = re.compile(rb"[\x21-\x7e]{1,32}\Z")


def visitor(asked: Asked) -> Visitor:
    """Who knocks. A token counts in the header ``Authorization`` only: addresses are written down
    in too many places.
    """
    return Visitor(
        address=asked.client,
        host=_host(asked),
        is_sent_by_page=b"cross-site" in values(asked.headers, b"sec-fetch-site"),
        token=_token(asked),
        firmware_version=_firmware_version(asked),
    )


def _token(asked: Asked) -> str | None:
    given = values(asked.headers, b"authorization")
    if not given:
        return None
    bearer = _BEARER.match(given[0])
    if bearer is None or len(given) > 1:
        # Somebody else's credentials, a proxy's say; whoever wants a token sees none.
        return None
    return bearer[1].decode("latin-1")


def _host(asked: Asked) -> str:
    given = [*values(asked.headers, b"host"), b""][0].decode("latin-1").lower()
    name, colon, port = given.rpartition(":")
    return (name if colon and port.isdigit() else given).strip("[]")


def _firmware_version(asked: Asked) -> str | None:
    given = values(asked.headers, b"firmware-version")
    return given[0].decode() if given and _VERSION.match(given[0]) else None
