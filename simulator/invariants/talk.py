"""What is said in requests and answers: its texts, and whether they speak of somebody.

Not here: whose a word is, and who may hear it (``nothing_for_strangers.py``).
"""

import re
from collections.abc import Iterable, Iterator

import orjson

_TALK = frozenset(
    re.findall(
        r"\w+",
        """
    a active again allowed ancestors and another any application arrive at authorization be
    bearer belongs body break by bytes check close code default device device_code did entered
    error expired field focus for forbidden found frame get given guesses have head if in is it
    json known manually many method method_not_allowed more most must never no nobody none
    nosniff not not_found now of ok on once one only operation options or origin paired pairing
    payload_too_large pending petcore please pomodoro pomodoro_timer prompt prompt_id
    rate_limited realm report request request_timeout requested requests same self server
    session session_id spelling src start starts store study take the this timer to token too
    try unauthorized unknown url used user user_id valid validation_failed want wants was were
    within wrong you your
    """,
    )
)
"""The words that the server uses whoever asks: in refusals, codes, headers and on his lamp."""


def texts(said: object) -> Iterator[str]:
    """The texts in a JSON value, but for names of fields."""
    if isinstance(said, str):
        yield said
    elif isinstance(said, dict):
        for value in said.values():
            yield from texts(value)
    elif isinstance(said, list):
        for item in said:
            yield from texts(item)


def texts_of(body: str) -> Iterator[str]:
    """The same of a body; one that is no JSON is one text."""
    try:
        return texts(orjson.loads(body))
    except ValueError:
        return iter((body,))


def is_talk(words: str) -> bool:
    """Whether the server would say so of nobody, "study session" say."""
    return _TALK.issuperset(re.findall(r"\w+", words))


def joined(several: Iterable[str]) -> str:
    """One text of several, casefolded, to look for words in."""
    return "\n".join(several).casefold()


def says(text: str, word: str) -> bool:
    """Whether a word, or several, stand in the text as a whole. Both are casefolded."""
    return word in text and re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) is not None
