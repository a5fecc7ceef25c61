"""The way in as HTTP has it: what of a request says who knocks (RFC 6750, Fetch Metadata)."""

import re
from collections.abc import Iterable
from functools import lru_cache

from petcore.api.connection import Asked, Header
from petcore.api.strict import values
from petcore.services.door import Visitor

_AUTHORIZATION, _HOST, _VERSION = b"authorization", b"host", b"firmware-version"
_BY_PAGE: Header = (b"sec-fetch-site", b"cross-site")
_ORIGIN = b"origin"
_HEARD = frozenset((_AUTHORIZATION, _HOST, _ORIGIN, _VERSION, _BY_PAGE[0]))

# Longer words than this are nobody's who is known, and would fill the memory.
_KEPT_MAX = 512

_BEARER_BEGINS = re.compile(rb"bearer", re.IGNORECASE)
_BEARER_IS = re.compile(rb"bearer +(\S+)\Z", re.IGNORECASE)
_UNREADABLE = ""
_VERSION_IS = re.compile(rb"[\x21-\x7e]{1,32}\Z")


def visitor(asked: Asked) -> Visitor:
    """Who knocks. A token counts in the header ``Authorization`` only: addresses are written down
    in too many places. Of other headers that come twice the first one counts.
    """
    heard = tuple([(name, value) for name, value in asked.headers if name in _HEARD])
    size = len(asked.client) + sum([len(name) + len(value) for name, value in heard])
    if size > _KEPT_MAX:
        return _visitor(asked.client, heard)
    return _known_visitor(asked.client, heard)


def _visitor(address: str, heard: tuple[Header, ...]) -> Visitor:
    said = dict(reversed(heard))
    return Visitor(
        address=address,
        host=_host(said.get(_HOST, b"")),
        is_sent_by_page=_BY_PAGE in heard,
        origin=said.get(_ORIGIN, b"").decode("latin-1"),
        token=_token(heard) if _AUTHORIZATION in said else None,
        firmware_version=_firmware_version(said[_VERSION]) if _VERSION in said else None,
    )


_known_visitor = lru_cache(maxsize=1024)(_visitor)
"""Devices knock with the same words again and again."""


def _token(heard: Iterable[Header]) -> str | None:
    """The token; "", which is none, if it cannot be told. Other credentials are somebody else's
    business, a proxy's say: whoever wants a token sees none.
    """
    given = values(heard, _AUTHORIZATION)
    if not any(_BEARER_BEGINS.match(value) for value in given):
        return None
    bearer = _BEARER_IS.match(given[0])
    if bearer is None or len(given) > 1:
        return _UNREADABLE
    return bearer[1].decode("latin-1")


def _host(given: bytes) -> str:
    """The name without the port."""
    host = given.decode("latin-1").lower()
    name, colon, port = host.rpartition(":")
    return (name if colon and port.isdigit() else host).strip("[]")


def _firmware_version(given: bytes) -> str | None:
    return given.decode() if _VERSION_IS.match(given) else None
