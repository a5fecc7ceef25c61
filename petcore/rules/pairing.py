"""Pairing a device with a person: codes that people read aloud, and how long they hold.

The shape is that of the OAuth device grant (RFC 8628): the device keeps a secret ``device_code``
and shows a short ``user_code``; whoever owns the server confirms the short one.
"""

import unicodedata
from datetime import datetime, timedelta

_ALPHABET = "BCDFGHJKLMNPQRSTVWXZ"
"""No vowels, so no words; nothing that looks like a digit (RFC 8628, 6.1)."""
_LETTERS = 8

NAME_MAX = 64
"""Characters of a device's name."""
USER_ID_MAX = 128
"""Characters of a user's id."""

EXPIRES = timedelta(minutes=10)
"""How long a code can be confirmed, and once confirmed be exchanged for a token."""
POLL = timedelta(seconds=5)
"""How often a device asks whether it was confirmed."""
LATEST = 2 * EXPIRES
"""No code lasts longer than this, whatever is written of it: the clock was set back."""
OPEN_MAX = 32
"""So many may pair at a time: with more, a mistyped code might be somebody else's."""


def user_code(secret: bytes) -> str:
    """The code that a device shows: eight letters, 34 bits of ``secret``."""
    number, letters = int.from_bytes(secret), ""
    for _ in range(_LETTERS):
        number, place = divmod(number, len(_ALPHABET))
        letters += _ALPHABET[place]
    return letters


def shown(code: str) -> str:
    """The code as it is shown, ``BCDF-GHJK``."""
    return f"{code[:4]}-{code[4:]}"


def meant(text: str) -> str | None:
    """The code that somebody typed, in whatever case, width and with whatever between; None if
    none.
    """
    folded = unicodedata.normalize("NFKC", text).upper()
    code = "".join(letter for letter in folded if letter.isalnum())
    return code if len(code) == _LETTERS and set(code) <= set(_ALPHABET) else None


def is_over(expires_at: datetime, now: datetime) -> bool:
    """Whether a code that expires then holds no longer."""
    return not now < expires_at <= now + LATEST


def is_name(text: str) -> bool:
    """Whether a device can be called this: 1 to ``NAME_MAX`` characters, each of them seen, and no
    spaces at the ends. So none acts on a terminal, and none is mistyped unseen.
    """
    return 1 <= len(text) <= NAME_MAX and text.isprintable() and text == text.strip()


def is_user_id(text: str) -> bool:
    """Whether the API takes this as a ``user_id``: 1 to ``USER_ID_MAX`` characters without the
    control characters of ASCII. It need not be legible; halves of characters no store can keep.
    """
    return 1 <= len(text) <= USER_ID_MAX and not any(
        letter < " " or letter == "\x7f" or "\ud800" <= letter <= "\udfff" for letter in text
    )
