"""What a trace may say of secrets: a stand-in of the same shape, the same for the same secret.

So nobody gets a token or a code from a trace, and a judge still knows whose it was. What does not
look like a token is masked where it stands in the place of one.
"""

import re
from hashlib import sha256

_HINTS = ("pet_", "pair_", "pairing:", '_code"')
_TOKEN = re.compile(r"(?i)(pet|pair)_[A-Za-z0-9_-]{20,}")
_USER_CODE = re.compile(r'("user_code":\s*"|"pairing:)([A-Z-]+)"')
_DEVICE_CODE = re.compile(r'("device_code":\s*")(?!pair_)([^"]+)"')
_ALPHABET = "BCDFGHJKLMNPQRSTVWXZ"
_LETTERS = 8


def masked(text: str) -> str:
    """``text`` without the tokens, device codes and codes of screens that stand in it."""
    # Hardly any text has a secret, and every text passes here: looking for words is cheap.
    small = text.lower()
    if not any(map(small.__contains__, _HINTS)):
        return text
    text = _TOKEN.sub(lambda found: masked_token(found[0]), text)
    text = _USER_CODE.sub(lambda found: f'{found[1]}{masked_code(found[2])}"', text)
    return _DEVICE_CODE.sub(lambda found: f'{found[1]}{_other(found[2])}"', text)


def masked_token(token: str) -> str:
    """The stand-in of a token or of a device code."""
    digest = sha256(token.encode()).hexdigest()
    is_token = token[:4].lower() == "pet_"
    name = digest[:32] if is_token else _letters(digest)
    return f"{'pet' if is_token else 'pair'}_{name}_masked-{digest[28:]}"


def masked_code(code: str) -> str:
    """The stand-in of a code on a screen, the same with the hyphen and without; "" is no code."""
    letters = _letters(sha256(code.replace("-", "").encode()).hexdigest())
    shown = f"{letters[:4]}-{letters[4:]}" if "-" in code else letters
    return shown if code else ""


def masked_credentials(value: str) -> str:
    """What a header ``Authorization`` may look like in a trace."""
    if _TOKEN.search(value):
        return masked(value)
    scheme, space, rest = value.partition(" ")
    return f"{scheme}{space}{_other(rest)}" if rest else scheme


def _other(secret: str) -> str:
    return f"masked-{sha256(secret.encode()).hexdigest()[:12]}"


def _letters(digest: str) -> str:
    number, letters = int(digest, 16), ""
    for _ in range(_LETTERS):
        number, place = divmod(number, len(_ALPHABET))
        letters += _ALPHABET[place]
    return letters
