"""Words that nobody says by chance. By them it can be told who said what first."""

import re

from simulator.kernel.streams import Chance

_CONSONANTS, _VOWELS, _SYLLABLES = "jkqvxz", "aeiou", 4
_MARK = re.compile(rf"\b(?:[{_CONSONANTS}][{_VOWELS}]){{{_SYLLABLES}}}\b")


def mark(chance: Chance) -> str:
    """A word such as "kuzovexa": one of 810,000."""
    return "".join(chance.choice(_CONSONANTS) + chance.choice(_VOWELS) for _ in range(_SYLLABLES))


def marks(text: str) -> list[str]:
    """Those that stand in ``text``, each once, in their order."""
    return list(dict.fromkeys(_MARK.findall(text)))
