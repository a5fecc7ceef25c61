"""Whether somebody may be in danger: the one thing that is listened for anywhere in a transcript.

It comes before everything else that was said, in whatever words around it. Better once too often
than once too seldom; only turns of speech that are about something else are left out.
"""

import re

LOOKED_AT = 8000
"""Characters of a transcript that are searched: all that one may have."""

_SELF = r"(?:myself|my self|himself|herself|themselves|themself|yourself)"
_DEAD = r"(?:dead|gone for ever|never born)"
_END = r"(?= any ?(?:more|longer)\b|[ ,]*(?:[.!?;\n]|$))"
_SIGNS = (
    (
        rf"\b(?:kill|killing|hurt|hurting|harm|harming|hang|hanging|shoot|shooting) {_SELF}\b"
        r"(?! laughing)"
    ),
    r"\bcutting myself\b(?! (?:some|a|off|short))",
    r"\b(?:end|ending|take|taking) (?:my (?:own )?|his |her )life\b",
    r"\bend(?:ing)? it all\b",
    r"\bsuicid(?:e|al)\b",
    rf"\bi (?:just )?wish (?:that )?i (?:was|were|am|would be|had been|had) {_DEAD}\b",
    (
        r"\b(?:want to|i (?:\w+ ){0,3}(?:going to|would like to|ready to|about to|wish to|like))"
        r" (?:just )?(?:die|dying)\b"
        r"(?! (?:of|from) (?:laughter|boredom|laughing)| laughing)"
    ),
    r"\bwant to be dead\b|\bbetter off (?:dead|without me)\b|\bi should be dead\b",
    (
        r"\bi (?:just |really )?can not (?:go on|take it any ?(?:more|longer)|live like this)\b"
        r"(?! (?:a|the|my|our|that|this|vacation|holiday|holidays|strike|to|with my)\b)"
    ),
    (
        r"\b(?:do not|never) want to (?:live|exist|be alive)\b"
        r"(?! (?:in|with|at|near|on|there|alone|next|like)\b)"
    ),
    rf"\b(?:do not|never) want to (?:be here|wake up){_END}",
    r"\b(?:no (?:reason|will|point)|nothing) (?:to|in) (?:live|living|be alive|live for)\b",
    r"\bi am in danger\b|\bsomebody is (?:hurting|hitting|attacking) me\b",
)
_SAID = re.compile("|".join(f"(?:{sign})" for sign in _SIGNS))


def is_told(text: str) -> bool:
    """Whether it is in a text in small letters without contractions (``plain.spelled``)."""
    return _SAID.search(text[:LOOKED_AT]) is not None
