"""The chance of the operating system. The only file that asks it."""

from secrets import token_bytes
from uuid import uuid4

from petcore.ports.entropy import SECRET_BYTES


class SystemEntropy:
    """The ``Entropy`` of a real server."""

    def new_id(self) -> str:
        """A random UUID."""
        return str(uuid4())

    def new_secret(self) -> bytes:
        """Random bytes fit for secrets."""
        return token_bytes(SECRET_BYTES)
