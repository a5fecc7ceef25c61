"""Phrases as they are matched and as they are spoken: regular expressions, and a grammar in JSGF.

Here: how. Not here: any phrase.
"""

import re
from collections.abc import Iterator, Mapping

from petcore.rules.desktop_pet.phrases import PARTS, Rule
from petcore.rules.desktop_pet.slots import SLOTS, SPOKEN

_TOKEN = re.compile(r"<(\w+)>|([\[\]()|])|([^\s\[\]()|<>]+)")
_SIGNS = {"(": "(?:", ")": ")", "[": "(?:", "]": ")?", "|": "|"}


def compiled(phrase: str) -> re.Pattern[str]:
    """What the words of a clause fit if they are this phrase, each followed by one space. Filled
    slots are groups.
    """
    return re.compile("".join(_written(_whole(phrase))))


def slots(found: re.Match[str]) -> dict[str, str]:
    """The slots that were filled, by name."""
    return {
        name.rsplit("_", 1)[0]: text for name, text in found.groupdict().items() if text is not None
    }


def words(rules: tuple[Rule, ...]) -> frozenset[str]:
    """All words of all phrases, without those of slots."""
    phrases = (_whole(phrase) for rule in rules for phrase in (*rule.spoken, *rule.typed))
    return frozenset(word for phrase in phrases for _, _, word in _TOKEN.findall(phrase) if word)


def grammar(rules: tuple[Rule, ...], first: str) -> str:
    """A grammar of all that may be spoken, with ``first`` before it or not. Whatever else is said
    is heard as the nearest of it, so it must also hold what the pet is not to do.
    """
    spoken = [phrase for rule in rules for phrase in rule.spoken]
    names = [f"phrase_{number}" for number in range(len(spoken))]
    whole = " | ".join(f"<{name}>" for name in names)
    lines = [f"public <said> = [{first}] ({whole}) [please];"]
    lines += [f"<{name}> = {_heard(phrase)};" for name, phrase in zip(names, spoken, strict=True)]
    lines += [f"<{name}> = {expansion};" for name, expansion in SPOKEN.items()]
    return "\n".join(["#JSGF V1.0;", "grammar pet;", *lines, ""])


def _whole(phrase: str) -> str:
    """With its parts put in."""
    return _put_in(_put_in(phrase, PARTS), PARTS)


def _heard(phrase: str) -> str:
    return _put_in(_whole(phrase), {name: f"({slot.spoken})" for name, slot in SLOTS.items()})


def _put_in(phrase: str, parts: Mapping[str, str]) -> str:
    return re.sub(r"<(\w+)>", lambda found: parts.get(found[1], found[0]), phrase)


def _written(phrase: str) -> Iterator[str]:
    for number, (slot, sign, word) in enumerate(_TOKEN.findall(phrase)):
        if slot:
            yield f"(?P<{slot}_{number}>{SLOTS[slot].written}) "
        else:
            yield _SIGNS[sign] if sign else re.escape(word) + " "
