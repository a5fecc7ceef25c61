"""What the tests of the voice and of the hearing of ElevenLabs ask of both, whatever their service
does. Not here: the faults (``simulator/standins/elevenlabs.py``), and what comes of each.
"""

import logging
from collections.abc import Iterator

import pytest

from petcore.adapters.patience import Patience
from petcore.errors import PetcoreError
from simulator.standins.elevenlabs import KEY

TEXT = "A secret about nobody but me."
ATTEMPTS = 3
PATIENCE = Patience(attempts=ATTEMPTS, pause_s=1.0, deadline_s=1_000.0, silence_s=30.0)
"""Long enough for every answer that comes; who is late is later than that."""

_OTHERS_WORDS = ("secret", "Bad Gateway", "healthy", "concurrent", "Upgrade", "lacks", "detail")


def said_by_others(line: str) -> list[str]:
    """What of ``line`` only the client or the service can have said."""
    return [word for word in (TEXT, *_OTHERS_WORDS) if word in line]


def nothing_told(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """The body of a fixture: no line of any log, of any library, has the key; from info on none has
    the text either, nor what the service said.
    """
    caplog.set_level(logging.DEBUG)
    yield
    for record in caplog.get_records("call"):
        line = record.getMessage()
        assert KEY not in line
        assert record.levelno < logging.INFO or not said_by_others(line)


def require_told(failed: PetcoreError, begins: str, why: str) -> None:
    """It is for people, and for them only."""
    assert failed.message.startswith(begins)
    assert why in failed.message
    assert KEY not in failed.message
    assert not said_by_others(failed.message)
    assert failed.__cause__ is failed.__context__ is None
