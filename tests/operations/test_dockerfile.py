"""The Dockerfile: what it takes from the project is there, and what it starts is petcore."""

import re
import subprocess
import sys
from pathlib import Path
from typing import cast

from petcore.__main__ import _parser
from petcore.settings import Settings
from petcore.wiring import create_store
from tests.operations.recipes import (
    ROOT,
    composition,
    copied,
    image_environment,
    instructed,
    instructions,
    listed,
    project,
)
from tests.operations.test_compose import PINNED
from tests.serving.process import DEADLINE_S, free_port, serving


def test_what_is_copied_is_there_and_let_through() -> None:
    """Docker sees what .dockerignore excepts from "everything"."""
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert "*" in ignored
    let_through = {line[1:].rstrip("/") for line in ignored if line.startswith("!")}
    assert set(copied()) == let_through
    assert all((ROOT / name).exists() for name in let_through)


def test_all_that_a_wheel_is_made_of_is_copied() -> None:
    """Every package, and the files that its metadata names."""
    about, tool = project()["project"], project()["tool"]
    uv = cast("dict[str, dict[str, list[str]]]", tool["uv"])
    needed = {"pyproject.toml", str(about["readme"]), *cast("list[str]", about["license-files"])}
    assert needed | set(uv["build-backend"]["module-name"]) == set(copied())


def test_whatever_is_downloaded_is_pinned() -> None:
    """Images to the minor version, uv exactly; pyproject.toml pins all that uv installs."""
    images = [rest.partition(" ")[0] for rest in instructed("FROM")]
    assert images
    assert all(PINNED.fullmatch(image) for image in images), images
    installed = [rest.split()[-1] for rest in instructed("RUN") if rest.startswith("pip ")]
    assert [bool(re.fullmatch(r"uv==\d+\.\d+\.\d+", name)) for name in installed] == [True]


def test_nothing_of_the_workshop_is_installed() -> None:
    """No tests' dependencies, and the project as a copy, since its sources stay behind."""
    syncs = [rest for rest in instructed("RUN") if rest.startswith("uv sync")]
    assert syncs
    assert all("--no-dev" in sync.split() for sync in syncs)
    assert "--no-editable" in syncs[-1].split()


def test_petcore_is_found_where_it_was_installed() -> None:
    """What the first stage makes is what the second takes and looks for programs in."""
    (made,) = re.findall(r"UV_PROJECT_ENVIRONMENT=(\S+)", " ".join(instructed("ENV")))
    (taken,) = [rest for rest in instructed("COPY") if rest.startswith("--from=")]
    assert taken.split()[1:] == [made, made]
    assert image_environment()["PATH"] == f"{made}/bin:$PATH"
    scripts = cast("dict[str, str]", project()["project"]["scripts"])
    assert listed("ENTRYPOINT")[0] in scripts


def test_nobody_is_root() -> None:
    """The last word on the user is a number, and that user's own the folder of data."""
    (user,) = instructed("USER")
    uid, gid = (int(part) for part in user.split(":"))
    assert uid == gid != 0
    (made,) = [rest for rest in instructed("RUN") if rest.startswith("useradd ")]
    assert f"--uid {uid} " in made
    (volume,) = instructed("VOLUME")
    assert made.endswith(f"--owner=petcore --group=petcore {volume}")
    assert image_environment()["PETCORE_STORE"].startswith(f"sqlite:///{volume}/")


def test_petcore_accepts_its_command_and_environment() -> None:
    """As compose.yaml has it, on the port that is exposed."""
    asked = _parser().parse_args(listed("CMD"))
    assert [asked.port] == instructed("EXPOSE")
    assert listed("CMD") == composition()["services"]["petcore"]["command"]
    given = image_environment()
    names = {f"PETCORE_{name.upper()}" for name in Settings.model_fields}
    assert {name for name in given if name.startswith("PETCORE_")} <= names
    create_store(given["PETCORE_STORE"])


def test_signals_reach_petcore() -> None:
    """No shell stands in between: what is started is listed word by word."""
    words = [line["word"] for line in instructions()]
    assert words.count("ENTRYPOINT") == words.count("CMD") == 1
    assert listed("ENTRYPOINT") == ["petcore"]


def test_its_health_is_that_of_compose() -> None:
    """One question, in two places."""
    test = composition()["services"]["petcore"]["healthcheck"]["test"]
    assert ["CMD", *listed("HEALTHCHECK")] == test


def test_healthy_means_ready(tmp_path: Path) -> None:
    """The question is answered by a server with a store, not by one without, nor by nobody. It is
    asked without a token, though the server wants them.
    """
    with serving(tmp_path, environment={"PETCORE_DOOR": "locked"}) as server:
        assert _is_healthy(server.port)
        (tmp_path / "petcore.db").rename(tmp_path / "elsewhere")
        assert not _is_healthy(server.port)
    assert not _is_healthy(free_port())


def _is_healthy(port: int) -> bool:
    python, flag, code = listed("HEALTHCHECK")
    assert python == "python"
    asked = code.replace(f" {instructed('EXPOSE')[0]},", f" {port},")
    assert asked != code
    said = subprocess.run(
        [sys.executable, flag, asked], stderr=subprocess.DEVNULL, check=False, timeout=DEADLINE_S
    )
    return said.returncode == 0
