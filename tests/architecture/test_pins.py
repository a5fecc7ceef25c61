"""A fresh clone next year gets what was tested today."""

import tomllib

from tests.architecture.pins import PROJECT, locked, pinned


def test_every_locked_package_is_pinned() -> None:
    """Whatever the resolution contains stands in pyproject.toml at the same version."""
    assert locked() == pinned()


def test_the_build_is_pinned() -> None:
    """What builds petcore has an exact version, too, and so has what builds esptool, which comes as
    source only.
    """
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))
    pins = project["tool"]["uv"]["build-constraint-dependencies"]
    required = {name.partition(">")[0] for name in project["build-system"]["requires"]}
    assert {pin.partition("==")[0] for pin in pins} == {*required, "setuptools"}
