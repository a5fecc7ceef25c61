"""Sentences of a text that is still being written, so that each can be spoken at once."""

import re
from collections.abc import Iterator

LONGEST = 200
"""Characters of a sentence; a longer one is broken at a comma, else at a space."""

_OPENING = "\"'\N{LEFT DOUBLE QUOTATION MARK}\N{LEFT SINGLE QUOTATION MARK}(["
_CLOSING = "\"'\N{RIGHT DOUBLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK})\\]"
_END = re.compile(rf"(?<![.!?…])[.!?…]++[{_CLOSING}]*+(?=\s)|\S(?=[^\S\n]*\n)")
"""Marks before a space, or the end of a line."""

_ABBREVIATION = re.compile(
    r"(?:a\.m|approx|dr|e\.g|fig|i\.e|jr|mrs?|ms|p\.m|prof|sr|st|vs)\.", re.IGNORECASE
)
_INITIAL = re.compile(r"[A-HJ-Z]\.")
_NUMBERED = re.compile(r"\s*\d+\.")


class Sentences:
    """Cuts a text into sentences while it comes, in pieces of whatever size.

    All sentences together are the text, so each begins with the space that was before it. What
    they are does not depend on how the text was cut into pieces.
    """

    def __init__(self) -> None:
        self._left = ""

    def feed(self, piece: str) -> list[str]:
        """The sentences that are complete now."""
        text, begin, complete = self._left + piece, 0, list[str]()
        for end in _ends(text):
            complete.append(text[begin:end])
            begin = end
        self._left = text[begin:]
        return complete

    def rest(self) -> str:
        """What is left when the text is at its end; "" if nothing is."""
        rest, self._left = self._left, ""
        return rest


def _ends(text: str) -> Iterator[int]:
    begin = 0
    while end := _end_of(text, begin):
        yield end
        begin = end


def _end_of(text: str, begin: int) -> int | None:
    """Where the sentence ends that begins there; None if that cannot be known yet.

    Nothing behind its first ``LONGEST`` + 1 characters matters, and nothing is cut before whatever
    decides it is there.
    """
    seen = text[begin : begin + LONGEST + 1]
    for mark in _END.finditer(seen):
        if not _goes_on(seen[: mark.end()]):
            return begin + mark.end()
    return begin + _break(seen[:LONGEST]) if len(seen) > LONGEST else None


def _goes_on(text: str) -> bool:
    """Whether the dot at the end of ``text`` belongs to its last word."""
    word = text.rsplit(maxsplit=1)[-1].lstrip(_OPENING)
    return (
        _ABBREVIATION.fullmatch(word) is not None
        or _INITIAL.fullmatch(word) is not None
        or _NUMBERED.fullmatch(text) is not None
    )


def _break(text: str) -> int:
    """Where a sentence that goes on behind ``text`` is broken: behind its last comma, else before
    its last space, if they do not stand at its beginning.
    """
    comma = max(text.rfind(mark) for mark in (", ", "; ", ": "))
    space = text.rstrip().rfind(" ")
    if comma >= LONGEST // 2:
        return comma + 1
    return space if space > 0 else len(text)
