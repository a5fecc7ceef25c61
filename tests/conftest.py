"""What all tests share."""

from pathlib import Path

import pytest
from hypothesis import settings

# The same examples on every machine and every day; `task torture` looks for new ones.
settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)
settings.load_profile("repeatable")

_ON_REQUEST = ("sweep", "torture")
"""Folders whose tests take long: they run when an argument names them, never among all others."""


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave such a folder out unless it is asked for."""
    folder = collection_path.parent.name
    if folder in _ON_REQUEST and not any(folder in argument for argument in config.args):
        return True
    return None
