"""A transcript in plain words: what is left when case, politeness and spelling are taken away.

Here: text in, text out. Not here: what any of it means. Only what may surround or vary an order is
taken away: quotation marks, braces and all other signs stay, so what has them fits no phrase.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

TRANSCRIPT_MAX = 200
"""Characters of what may be understood; nobody says more in an order."""

_SPELLED = {
    "[\u2018\u2019]": "'",
    r"\b([ap])\.m\b\.?": r"\1m",
    r"(?<=[0-9])\.(?=[0-9]{2}\b)": ":",
    r"(?<=[0-9])(?=[^\W\d_])": " ",
    r"(?<=\w)-(?=\w)": " ",
    r"(?<=[0-9])/(?=[0-9])": " / ",
    r"\btimezone\b": "time zone",
    r"\bcan'?t\b|\bcannot\b": "can not",
    r"\bwon'?t\b": "will not",
    r"\b(do|does|did|is|are|was|have|should|could|would)n'?t\b": r"\1 not",
    r"\blet'?s\b": "let us",
    r"\b(what|when|who|how|where|it|that|there)'?s\b": r"\1 is",
    r"\bi'?m\b": "i am",
    r"\bi'd\b": "i would",
    r"\bi'll\b": "i will",
    r"\bi'?ve\b": "i have",
    r"\b(you|we|they)'re\b": r"\1 are",
    r"\bhourly\b": "every hour",
    r"\bgonna\b": "going to",
    r"\bwanna\b": "want to",
    r"\b(?:pls|plz)\b": "please",
}

_UNITS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"),
    "nineteen",
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_NUMBERS = {word: number for number, word in enumerate(_UNITS)} | {
    word: 20 + 10 * number for number, word in enumerate(_TENS)
}
_UNIT, _TEN = "|".join(_UNITS), "|".join(_TENS)
_BELOW_100 = rf"(?:{_TEN})(?: (?:{'|'.join(_UNITS[1:10])}))?|{_UNIT}"
_NUMBER = re.compile(
    rf"\b(?:(?P<hundreds>a|{'|'.join(_UNITS[1:10])}) hundred(?: and)?(?: (?P<more>{_BELOW_100}))?"
    rf"|(?P<below>{_BELOW_100}))\b"
)

_DURATIONS: dict[str, Callable[[re.Match[str]], int]] = {
    r"half (?:an? )?hour|a half hour": lambda _: 30,
    r"3 quarters of an hour": lambda _: 45,
    r"([0-9]{1,2})\.([0-9]) hours?": lambda found: int(found[1]) * 60 + int(found[2]) * 6,
    r"(?:a )?quarter (?:of an )?hour": lambda _: 15,
    r"(?:an|1) hour and (?:a half|30 minutes)": lambda _: 90,
    r"([0-9]{1,3}) (?:and a half hours?|hours? and a half)": lambda found: int(found[1]) * 60 + 30,
    r"([0-9]{1,3}) hours? (?:and )?([0-9]{1,3}) (?:minutes?|mins?)": (
        lambda found: int(found[1]) * 60 + int(found[2])
    ),
    r"([0-9]{1,3}) hours?": lambda found: int(found[1]) * 60,
    r"an hour|(?<=every )hour|(?<=next )hour": lambda _: 60,
    r"other hour": lambda _: 120,
    r"([0-9]{1,5}) (?:minutes?|mins?)": lambda found: int(found[1]),
    r"a minute": lambda _: 1,
}

_NOT_A_NAME = (
    r"(?!(?:afterwards|always|do|dont|eventually|first|if|imagine|later|maybe|never|next|no|nobody"
    r"|not|once|perhaps|pretend|should|sometimes|soon|suppose|to|tomorrow|tonight|unless|until"
    r"|when|why|yesterday)\b)"
)
_CALLED = re.compile(rf"{_NOT_A_NAME}[^\W\d_]+, (?=.)")
_GREETED = re.compile(rf"(?:hey|hi|hello|ok|okay) {_NOT_A_NAME}[^\W\d_]+ (?=.)")
_FIRST = re.compile(
    r"(?:(?:please|ok|okay|so|well|um|uh|alright|hey|hi|hello|and|oh|yes|yeah|sure|thanks|just|now"
    r"|thank you|excuse me|(?:can|could|would|will) you(?! (?:study|learn|focus)\b)"
    r"|i (?:want|would like) (?:you )?to"
    r"|go ahead and|tell me|do you know|let me know|i want to know) )+(?=.)"
)
_LAST = re.compile(
    r"(?: (?:please|now|right now|for (?:me|us)|then|again|thanks|thank you|immediately|already|ok"
    r"|okay))+$"
)
_ASKED_FOR = re.compile(r"\b(?:can|could|would|will) you\b(?! (?:study|learn|focus)\b)")


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause in lower case, single spaces and no commas. ``is_open`` is whether it asks whether
    something should be done, rather than for it.
    """

    text: str
    called: str | None
    is_open: bool

    def forms(self) -> Iterator[str]:
        """What it may be read as, with less and less said around it."""
        yield _core(self.text)
        yield self.text
        if greeted := _GREETED.match(self.text):
            yield _core(self.text[greeted.end() :])
        yield _LAST.sub("", self.text)


def clauses(transcript: str) -> list[Clause]:
    """The clauses of a transcript; none if it is too long."""
    if len(transcript) > TRANSCRIPT_MAX:
        return []
    parts = re.split(r"(?<=[.!?;])\s+|\n+", spelled(transcript))
    return [_clause(part.strip()) for part in parts if part.strip(".!?; ")]


def squeezed(text: str) -> str:
    """The text in one line and in one of the ways in which Unicode can write it."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def spelled(text: str) -> str:
    """The text in small letters and without contractions; lines stay."""
    spelled = "\n".join(map(squeezed, text.splitlines())).lower()
    for written, meant in _SPELLED.items():
        spelled = re.sub(written, meant, spelled)
    return spelled


def _clause(part: str) -> Clause:
    said = part.rstrip(".!?; ")
    called = _CALLED.match(said)
    text = _plain(said)
    return Clause(
        text,
        _core(_plain(said[called.end() :])) if called else None,
        "?" in part[len(said) :] and not _ASKED_FOR.search(text),
    )


def _plain(said: str) -> str:
    """Without commas, numbers in digits, durations in minutes."""
    text = " ".join(said.replace(",", " ").split())
    text = _NUMBER.sub(_digits, text)
    for written, count in _DURATIONS.items():
        text = _in_minutes(text, written, count)
    return text


def _in_minutes(text: str, written: str, count: Callable[[re.Match[str]], int]) -> str:
    return re.sub(rf"\b(?:{written})\b", lambda found: f"{count(found)} minutes", text)


def _digits(found: re.Match[str]) -> str:
    hundreds = 0
    if words := found["hundreds"]:
        hundreds = 100 * _NUMBERS.get(words, 1)
    below = (found["more"] or found["below"] or "").split()
    return str(hundreds + sum(_NUMBERS[word] for word in below))


def _core(text: str) -> str:
    first = _FIRST.match(text)
    rest = text[first.end() :] if first else text
    return _LAST.sub("", rest)
