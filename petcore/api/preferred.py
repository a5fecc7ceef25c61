"""Which of two forms of an answer a client would rather have (RFC 9110, 12.5.1).

The header that says so is a wish and never wrong: what cannot be read in it is passed over, and
whoever wants neither form gets the usual one. Parameters other than the quality say nothing here.
"""

import re
from collections.abc import Iterable

from petcore.api import strict
from petcore.api.connection import Header

_RANGE = re.compile(r"[!#$%&'*+.^_`|~0-9a-z-]+/[!#$%&'*+.^_`|~0-9a-z-]+")
_QUALITY = re.compile(r"q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)")


def is_preferred(headers: Iterable[Header], wanted: str, usual: str) -> bool:
    """Whether the client would rather have the media type ``wanted`` than the ``usual`` one."""
    said = b",".join(strict.values(headers, b"accept")).decode("latin-1").lower()
    wishes = dict(filter(None, map(_wish, said.split(","))))
    return _quality(wishes, wanted) > _quality(wishes, usual)


def _wish(text: str) -> tuple[str, float] | None:
    """A range of media types and how much it is wished for, 0..1; None if it cannot be read."""
    media_range, *parameters = (part.strip() for part in text.split(";"))
    if not _RANGE.fullmatch(media_range):
        return None
    said = next((each for each in parameters if each.startswith("q=")), "q=1")
    quality = _QUALITY.fullmatch(said)
    return (media_range, float(quality[1])) if quality else None


def _quality(wishes: dict[str, float], media_type: str) -> float:
    """The narrowest range that the type is in decides."""
    group = media_type.partition("/")[0]
    ranges = (media_type, f"{group}/*", "*/*")
    return next((wishes[each] for each in ranges if each in wishes), 0.0)
