"""Tokens and device codes: a name by which something is found, and a secret that proves it.

Both look like ``pet_NAME_SECRET``. Of the secret a store keeps the hash: it is drawn from 256 bits,
so nothing slower than SHA-256 is needed to keep it. The letters before the first ``_`` let the log
recognise what it must not show (``petcore.adapters.log_structlog``).
"""

import hmac
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256

_TOKEN = re.compile(r"pet_([0-9a-f]{32})_([A-Za-z0-9_-]{43})\Z")
_DEVICE_CODE = re.compile(r"pair_([B-Z]{8})_([A-Za-z0-9_-]{43})\Z")


@dataclass(frozen=True, slots=True)
class Proof:
    """``name`` says what is meant, ``secret`` proves that it may be."""

    name: str
    secret: str

    @property
    def hash(self) -> str:
        """What a store keeps of the secret."""
        return sha256(self.secret.encode()).hexdigest()

    def proves(self, kept: str) -> bool:
        """Whether ``kept`` is the hash of the secret; takes as long in either case."""
        return hmac.compare_digest(self.hash, kept)


def secret_text(secret: bytes) -> str:
    """32 bytes as 43 letters that need no escape anywhere."""
    return urlsafe_b64encode(secret).rstrip(b"=").decode()


def token(device_id: str, secret: str) -> str:
    """The token of a device."""
    return f"pet_{device_id.replace('-', '')}_{secret}"


def device_code(user_code: str, secret: str) -> str:
    """What a device keeps while it pairs."""
    return f"pair_{user_code}_{secret}"


def token_secret(device_code_secret: str) -> str:
    """The secret of the token that a device gets for its device code.

    It follows from the code, so that an answer which was lost can be given again although no store
    knows the token.
    """
    key = device_code_secret.encode()
    return secret_text(hmac.digest(key, b"petcore device token", "sha256"))


def read_token(text: str) -> Proof | None:
    """What a token says: the ``device_id`` and the secret. None if it is no token."""
    match = _TOKEN.match(text)
    if match is None:
        return None
    id = match[1]
    name = f"{id[:8]}-{id[8:12]}-{id[12:16]}-{id[16:20]}-{id[20:]}"
    return Proof(name, match[2])


def read_device_code(text: str) -> Proof | None:
    """What a device code says: the ``user_code`` and the secret. None if it is none."""
    match = _DEVICE_CODE.match(text)
    return Proof(match[1], match[2]) if match else None
