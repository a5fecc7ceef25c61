"""``petsim sweep`` for people: what it says, leaves, refuses, and how it goes on."""

import json
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from simulator.__main__ import main
from simulator.sweep.fingerprint import fingerprint
from simulator.sweep.journal import NAME, Head, Journal
from tests.simulator.sweep.verdicts import verdict

ROOM = Path(__file__).parents[3]
ASKED = ["sweep", "--preset", "home", "--hours", "1", "--days", "4"]


def digest(out: Path) -> str:
    """Of all verdicts of the sweep that was made there."""
    summary = json.loads((out / "sweep.json").read_text(encoding="utf-8"))
    assert summary["worlds"] == summary["planned"]
    return str(summary["digest"])


def known(out: Path, *, broken: bool = False) -> Path:
    """A folder in which the first world of a sweep at home is known."""
    head = Head(preset="home", hours=None, code=fingerprint())
    with Journal(out, head) as journal:
        journal.add(verdict(1, is_good=not broken))
    return out


@pytest.fixture(scope="module", name="alone")
def _alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sweep by one process."""
    out = tmp_path_factory.mktemp("alone")
    assert main([*ASKED, "--processes", "1", "--quiet", "--out", str(out)]) in (0, 3)
    return out


def test_what_is_left_behind(alone: Path) -> None:
    """A summary, and a page that needs nothing but itself."""
    summary = json.loads((alone / "sweep.json").read_text(encoding="utf-8"))
    assert summary["worlds"] == summary["planned"] == 4
    assert summary["is_good"] is True
    assert summary["requests"] > 100
    assert "contract kept" in {judge["name"] for judge in summary["judges"]}
    page = (alone / "sweep.html").read_text(encoding="utf-8")
    assert "contract kept" in page
    assert "petsim day --world home/" in page
    head = page.partition("<script>")[0]
    assert "default-src 'none'" in head
    assert "http://" not in head
    assert "https://" not in head


def test_two_processes_find_the_same(alone: Path, tmp_path: Path) -> None:
    """In another order, to the last byte of each trace."""
    assert main([*ASKED, "--processes", "2", "--quiet", "--out", str(tmp_path)]) in (0, 3)
    assert digest(tmp_path) == digest(alone)


def test_a_cluster_finds_the_same(alone: Path, tmp_path: Path) -> None:
    """Two workers of Dask, each with a thread."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1"
    ) as cluster:
        asked = [*ASKED, "--on", cluster.scheduler_address, "--quiet", "--out", str(tmp_path)]
        assert main(asked) in (0, 3)
    assert digest(tmp_path) == digest(alone)


def test_who_was_killed_goes_on(alone: Path, tmp_path: Path) -> None:
    """Nothing is lived twice, and all comes to the same."""
    asked = [*ASKED, "--processes", "1", "--quiet", "--out", str(tmp_path)]
    journal = tmp_path / NAME
    with subprocess.Popen([sys.executable, "-m", "simulator", *asked], cwd=ROOM) as sweep:
        while not journal.exists() or journal.read_bytes().count(b"\n") < 2:
            assert sweep.poll() is None
            time.sleep(0.01)
        sweep.send_signal(signal.SIGKILL)
    before = journal.read_bytes()
    assert main(asked) in (0, 3)
    whole = before[: before.rindex(b"\n") + 1]
    assert journal.read_bytes().startswith(whole)
    seeds = [json.loads(line)["seed"] for line in journal.read_bytes().splitlines()[1:-1]]
    assert sorted(seeds) == [1, 2, 3, 4]
    assert digest(tmp_path) == digest(alone)


def test_a_broken_promise_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the line that lives through it again; ``--stop-at-first`` then lives no further."""
    out = known(tmp_path, broken=True)
    assert main(["sweep", "--preset", "home", "--stop-at-first", "--out", str(out)]) == 1
    said = capsys.readouterr()
    assert "home/1: 01:00 a judge: was told a lie (and 1 more)" in said.err
    assert "again    petsim day --world home/1\n" in said.err
    assert "1 of 20 worlds" in said.out
    assert "Promises are broken in 1 of them" in said.out
    summary = json.loads((out / "sweep.json").read_text(encoding="utf-8"))
    assert summary["broken"][0]["again"] == "petsim day --world home/1"
    page = (out / "sweep.html").read_text(encoding="utf-8")
    assert "was told a lie" in page
    assert "petsim day --world home/1" in page


def test_kept_promises_end_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is known is not lived again; programs get the summary."""
    out = known(tmp_path)
    assert main(["sweep", "--preset", "home", "--days", "1", "--json", "--out", str(out)]) == 0
    assert json.loads(capsys.readouterr().out)["worlds"] == 1


def test_seeds_that_chance_picks_are_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same while the sweep goes on, and others for another one."""
    asked = ["sweep", "--preset", "home", "--fresh", "2", "--for", "0", "--out", str(tmp_path)]
    printed = []
    for more in ([], [], ["--anew"]):
        assert main([*asked, *more]) == 3
        printed.append(capsys.readouterr().out.splitlines()[0])
    assert printed[0] == printed[1] != printed[2]
    seeds = printed[0].removeprefix("preset home, seeds ").split()
    assert len({*map(int, seeds)}) == 2


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (["--preset", "gale"], "'gale' is none of calm, home, storm, swarm"),
        (["--days", "0"], "nothing to live through"),
        (["--days", "-1"], "--days must be 0 to"),
        (["--hours", "0"], "--hours must be 1 to"),
        (["--hours", "9999"], "--hours"),
        (["--processes", "0"], "--processes must be 1 to"),
        (["--for", "-1"], "--for must be 0 to"),
        (["--for", "nan"], "--for must be 0 to"),
        (["--first-seed", "-1"], "a seed is 0 to"),
        (["--on", "desk"], "--on: no scheduler is found there"),
    ],
)
def test_what_cannot_be(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], asked: list[str], words: str
) -> None:
    """The message names the option."""
    assert main(["sweep", *asked, "--quiet", "--out", str(tmp_path)]) == 2
    assert words in capsys.readouterr().err


def test_another_sweep_is_not_written_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is said how it could be."""
    out = known(tmp_path)
    assert main(["sweep", "--preset", "storm", "--for", "0", "--out", str(out)]) == 2
    said = capsys.readouterr().err
    assert "of another sweep: its preset is home; --anew forgets it" in said


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    """With the file that could not be written; what is there can be gone on with."""
    head = Head(preset="home", hours=None, code="1")
    least, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    with Journal(tmp_path, head) as journal:
        journal.add(verdict(1))
        size = (tmp_path / NAME).stat().st_size
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 10, most))
        try:
            with pytest.raises(OSError, match="too large") as refused:
                journal.add(verdict(2))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (least, most))
        assert refused.value.filename == str(tmp_path / NAME)
    with Journal(tmp_path, head) as journal:
        assert [*journal.verdicts] == [1]
