"""What a transcript means to a pet without a language model.

The pet acts on a clear order only: a clause that is, from its first word to its last, one of the
``phrases``. So questions, negations, quotations and tales are no orders, whatever they contain.
What the pet understands stands in ``phrases`` and ``small_talk``; here is how it is looked up.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

from petcore.rules.desktop_pet import danger, expansion, slots
from petcore.rules.desktop_pet.declined import DECLINED
from petcore.rules.desktop_pet.examples import EXAMPLES
from petcore.rules.desktop_pet.phrases import ORDERS, Rule
from petcore.rules.desktop_pet.plain import Clause, clauses, spelled, squeezed
from petcore.rules.desktop_pet.small_talk import ASIDES, DANGER, SMALL_TALK, SOMEBODY_ELSE, UNCLEAR

RULES = (*ORDERS, *SMALL_TALK, *DECLINED)
"""Whatever the pet understands."""

_POLITE = "please | can you | could you | hey | okay"
_NEGATED = "[please] (don't | do not) | never | did you | i did not"
GRAMMAR = expansion.grammar(RULES, f"{_POLITE} | {_NEGATED}")
"""What may be spoken, for whoever hears best what is expected. It holds what is no order, too: else
the order that sounds most like it would be heard.
"""

_NOBODY = rf"(?!(?:me|us|{slots.COURSE})$|(?:the|a|an|this|that|now|today|once)\b)"
_OTHERS = (
    (re.compile(rf" (?:for|as|with|on behalf of) {_NOBODY}[^\W\d_][\w' ]*$"), ""),
    (re.compile(r"\b(?:\w+'s|his|her|their|everybody's|everyone's)\b"), "my"),
    (re.compile(r"\b(remind|reminding) (?!me\b)\w+"), r"\1 me"),
    (re.compile(r"\b(focused|stressed) (?:was|is) (?!i\b)\w+"), r"\1 was i"),
)
"""How somebody else is named in an order that would otherwise be one."""


@dataclass(frozen=True, slots=True)
class Intent:
    """What somebody wants. ``tool`` is the one to use, with ``arguments``; None if the pet only
    answers.
    """

    name: str
    tool: str | None = None
    arguments: Mapping[str, object] = field(default_factory=dict)

    @property
    def acts(self) -> bool:
        """Whether its tool changes something."""
        return self.tool is not None and not self.tool.startswith("read_")


PHRASES: Mapping[str, Intent] = {
    phrase: Intent(rule.name, rule.tool, {**dict(rule.arguments), **arguments})
    for rule, examples in EXAMPLES.items()
    for phrase, arguments in examples.items()
}
"""Spoken orders and what they mean: examples of what ``GRAMMAR`` lets be heard."""


def understand(transcript: str) -> Intent | None:
    """What is meant; None if that is not clear, or more than one thing at a time. That somebody may
    be in danger comes before all else. Never raises.
    """
    if danger.is_told(spelled(transcript[: danger.LOOKED_AT])):
        return Intent(DANGER)
    meanings = [_meaning(clause, transcript) for clause in clauses(transcript)]
    known = [meaning for meaning in meanings if meaning is not None]
    if not known or len(known) < len(meanings):
        return None
    wanted = [intent for intent in known if intent.name not in ASIDES]
    if any(intent != wanted[0] for intent in wanted):
        return None
    return wanted[0] if wanted else known[-1]


def meant(transcript: str) -> Intent:
    """As ``understand``; what is not understood is an intent too, with what its answer needs."""
    return understand(transcript) or Intent(UNCLEAR, None, {"length": len(transcript)})


def _meaning(clause: Clause, transcript: str) -> Intent | None:
    for form in clause.forms():
        intent = _intent(form, transcript)
        if intent is not None:
            return None if intent.acts and clause.is_open else intent
    if any(_is_for_others(form) for form in clause.forms()):
        return Intent(SOMEBODY_ELSE)
    # "Bob, when is my break" may be read without Bob; "Tomorrow, start" may not.
    intent = _intent(clause.called, transcript) if clause.called else None
    return None if intent is None or intent.acts else intent


def _intent(form: str, transcript: str) -> Intent | None:
    for rule, arguments in _fits(form):
        if rule.tool is None:
            return Intent(rule.name)
        if "study_label" in arguments:
            arguments["study_label"] = _as_said(str(arguments["study_label"]), transcript)
        return Intent(rule.name, rule.tool, {**dict(rule.arguments), **arguments})
    return None


@cache
def _table() -> tuple[tuple[Rule, re.Pattern[str]], ...]:
    """Each phrase as it is looked up. It takes a while to make, so only who is told something
    waits for it.
    """
    return tuple(
        (rule, expansion.compiled(phrase))
        for rule in RULES
        for phrase in (*rule.spoken, *rule.typed)
    )


def _fits(form: str) -> Iterator[tuple[Rule, dict[str, object]]]:
    for rule, phrase in _table():
        found = phrase.fullmatch(form + " ")
        arguments = slots.read(expansion.slots(found)) if found else None
        if arguments is not None:
            yield rule, arguments


def _is_for_others(form: str) -> bool:
    """Whether a form would be an order or a question of data, were it not somebody else's."""
    return any(
        rule.tool is not None
        for named, own in _OTHERS
        if named.search(form)
        for rule, _ in _fits(named.sub(own, form))
    )


def _as_said(label: str, transcript: str) -> str:
    """The label in the letters in which it was said, where they can be found again."""
    found = re.search(re.escape(label), squeezed(transcript), re.IGNORECASE)
    return found[0] if found else label
