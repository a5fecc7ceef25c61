"""Put back into the code, each bug is seen again in its story, by the judge who saw it first.

A world is drawn anew when what lives in it changes: a program that has one errand more asks for
other things at the same moments. A story that has lost its point so is found here, and a new one is
due.
"""

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from petcore.settings import default_settings
from petcore.wiring import wire
from simulator.commands import Exit
from simulator.shrinking.story import read_story
from tests.mutants.patches import ROOT, Mutant, mutants

HERE = Path(__file__).parent
PUT_BACK = {
    "cut_twice_reminds_late": "firmware_quiet_ends_with_the_cut",
    "erased_comes_back": "chat_late_copy_is_stored",
    "new_key_after_power": "firmware_outbox_new_key_after_power",
    "set_back_clock_shuts_out": "throttle_by_a_clock_set_back",
    "stopped_runs_on": "rules_stop_hidden_by_the_clock",
    "two_heads_of_a_wav": "chat_no_sound_is_told",
}
"""The story of each bug, and the patch that puts it back."""

_PACKAGES = ("petcore", "firmware", "simulator", "contracts")


def test_every_story_has_a_patch() -> None:
    """And every patch is on file."""
    assert {path.stem for path in HERE.glob("*.json")} == PUT_BACK.keys()
    assert {*PUT_BACK.values()} <= {mutant.name for mutant in mutants()}


@pytest.mark.parametrize("name", PUT_BACK)
def test_the_judge_objects_again(name: str, tmp_path: Path) -> None:
    """By ``petsim day``, which tells who objects."""
    (mutant,) = (each for each in mutants() if each.name == PUT_BACK[name])
    told = HERE / f"{name}.json"
    done = _lived(_broken_by(mutant, tmp_path / "tree"), told, tmp_path / "out")
    assert done.returncode == Exit.BROKEN, done.stderr
    judges = json.loads(done.stdout)["judges"]
    assert read_story(told).judge in [judge["name"] for judge in judges if judge["objections"]]


def test_no_world_can_tell_that_memory_keeps_one_of_two_indexes() -> None:
    """The patch ``memory_of_two_indexes_one`` has no story: no collection of petcore has two
    indexes on the same fields, so nobody outside can notice. Once one has, a story is due.
    """
    for collection in wire(default_settings(store="memory:")).collections:
        fields = Counter(index.fields for index in collection.indexes)
        assert set(fields.values()) <= {1}, collection.name


def _broken_by(mutant: Mutant, tree: Path) -> Path:
    """The tree with the bug in it. What is not patched stays where it is."""
    patched = "firmware" if mutant.where == "firmware" else "petcore"
    tree.mkdir()
    for name in _PACKAGES:
        if name == patched:
            shutil.copytree(ROOT / name, tree / name)
        else:
            (tree / name).symlink_to(ROOT / name)
    mutant.apply(tree)
    return tree


def _lived(tree: Path, story: Path, out: Path) -> subprocess.CompletedProcess[str]:
    words = ("day", "--world", str(story), "--no-report", "--json", "--out", str(out))
    kept = {name: fact for name, fact in os.environ.items() if not name.startswith("PETCORE_")}
    # A patched file may look as old and as long as the one that it was made of.
    own = {"PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, "-m", "simulator", *words],
        cwd=tree,
        env={**kept, **own},
        capture_output=True,
        text=True,
        check=False,
    )
