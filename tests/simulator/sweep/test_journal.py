"""The journal of a sweep: nothing that was found is found twice, whenever it was stopped."""

from pathlib import Path

import pytest

from simulator.sweep.journal import NAME, Head, Journal, OtherSweep
from tests.simulator.sweep.verdicts import verdict

HEAD = Head(preset="home", hours=None, code="1")


def written(folder: Path, *seeds: int) -> bytes:
    """A journal with verdicts on these seeds, as it lies there."""
    with Journal(folder, HEAD) as journal:
        for seed in seeds:
            journal.add(verdict(seed, is_good=seed != 2))
    return (folder / NAME).read_bytes()


def test_verdicts_are_found_again(tmp_path: Path) -> None:
    """All of each, and the next ones are written behind them."""
    written(tmp_path, 1, 2)
    written(tmp_path, 3)
    with Journal(tmp_path, HEAD) as journal:
        assert journal.verdicts == {seed: verdict(seed, is_good=seed != 2) for seed in (1, 2, 3)}


def test_a_verdict_is_on_the_disk_as_soon_as_it_is_there(tmp_path: Path) -> None:
    """Who is killed then has lost nothing."""
    with Journal(tmp_path, HEAD) as journal:
        journal.add(verdict(1))
        assert (tmp_path / NAME).read_bytes().count(b"\n") == 2


def test_a_cut_line_was_never_written(tmp_path: Path) -> None:
    """Wherever it was cut, what was whole is known, and what follows stands in lines of its own."""
    whole = written(tmp_path, 1, 2)
    ends = [place for place, byte in enumerate(whole) if byte == ord("\n")]
    for length in range(len(whole)):
        (tmp_path / NAME).write_bytes(whole[:length])
        with Journal(tmp_path, HEAD) as journal:
            assert len(journal.verdicts) == max(0, sum(end < length for end in ends) - 1)
            journal.add(verdict(9))
        with Journal(tmp_path, HEAD) as journal:
            assert 9 in journal.verdicts


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (HEAD.model_copy(update={"preset": "storm"}), "another sweep: its preset is home"),
        (HEAD.model_copy(update={"hours": 2}), "another sweep: its --hours are None"),
        (HEAD.model_copy(update={"code": "2"}), "another sweep: the code has changed since"),
    ],
)
def test_verdicts_of_another_sweep_are_not_mixed_in(tmp_path: Path, head: Head, words: str) -> None:
    """They are refused, or forgotten if that is wished; nothing is forgotten by itself."""
    whole = written(tmp_path, 1)
    with pytest.raises(OtherSweep, match=words):
        Journal(tmp_path, head)
    assert (tmp_path / NAME).read_bytes() == whole
    with Journal(tmp_path, head, anew=True) as journal:
        assert journal.verdicts == {}
    with Journal(tmp_path, head) as journal:
        assert journal.verdicts == {}


def test_what_is_no_journal_stays(tmp_path: Path) -> None:
    """A file of somebody's, and a journal in which somebody wrote."""
    (tmp_path / NAME).write_text("mine\n", encoding="utf-8")
    with pytest.raises(OtherSweep, match="no journal of a sweep"):
        Journal(tmp_path, HEAD)
    (tmp_path / NAME).unlink()
    whole = written(tmp_path, 1)
    (tmp_path / NAME).write_bytes(whole + b"\xff\n" + whole)
    with pytest.raises(OtherSweep, match="damaged in line 3"):
        Journal(tmp_path, HEAD)


def test_fresh_seeds_last_until_the_sweep_is_over(tmp_path: Path) -> None:
    """A sweep that goes on goes on with them; the next one picks others."""
    with Journal(tmp_path, HEAD) as journal:
        journal.pick([7, 8])
    with Journal(tmp_path, HEAD) as journal:
        assert journal.fresh == (7, 8)
        journal.end()
    with Journal(tmp_path, HEAD) as journal:
        assert journal.fresh == ()
