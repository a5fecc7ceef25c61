"""Torture runs when it is asked for by name, never among all other tests."""

from pathlib import Path

import pytest


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave this folder out unless an argument names it."""
    is_asked_for = any("torture" in argument for argument in config.args)
    return None if is_asked_for or collection_path.is_dir() else True
