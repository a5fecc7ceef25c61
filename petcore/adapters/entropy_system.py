"""The chance of the operating system. The only file that asks it."""

from uuid import uuid4


class SystemEntropy:
    """The ``Entropy`` of a real server."""

    def new_id(self) -> str:
        """A random UUID."""
        return str(uuid4())
