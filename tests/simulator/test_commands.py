"""``petsim`` for people: what it says, writes, refuses."""

import errno
import json
import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from simulator.__main__ import main

ROOT = Path(__file__).parents[2]
SHORT = ["--hours", "10", "--polling", "next", "--no-report"]


def test_a_day_is_told_judged_and_lived_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Seed and scenario come first; the files are there; replay finds the same day, or says where
    it is another.
    """
    out = tmp_path / "day"
    asked = ["--seed", "3", "--hours", "14", "--polling", "next", "--no-report"]
    code = main(["day", *asked, "--out", str(out)])
    said = capsys.readouterr().out
    assert code == 0
    assert said.startswith("seed 3, scenario 'An ordinary day', pets 1\n")
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert summary["sim_seconds"] == 14 * 3600
    assert summary["digest"] in said
    assert main(["replay", str(out)]) == 0
    assert "the same day" in capsys.readouterr().out
    trace = out / "trace.jsonl"
    trace.write_bytes(trace.read_bytes().replace(b'"gets"', b'"x"').replace(b"audrey", b"andrew"))
    (out / "summary.json").write_text(json.dumps({**summary, "digest": "0"}), encoding="utf-8")
    assert main(["replay", "--quiet", str(out)]) == 1
    wrong = capsys.readouterr()
    assert wrong.out == ""
    assert "they part in line 1:" in wrong.err


def _lived(out: Path) -> tuple[Path, str]:
    """The trace of a short day that was lived there, and its digest."""
    main(["day", *SHORT, "--hours", "1", "--quiet", "--out", str(out)])
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    return out / "trace.jsonl", summary["digest"]


def test_a_damaged_trace_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The day is the same, but what lies there is not what was lived."""
    trace, digest = _lived(tmp_path)
    trace.write_bytes(trace.read_bytes() + b"more\n")
    found = sha256(trace.read_bytes()).hexdigest()
    capsys.readouterr()
    assert main(["replay", str(tmp_path)]) == 1
    said = capsys.readouterr()
    assert "the same day" in said.out
    assert said.err == f"petsim: {trace} is damaged: its digest is {found}, not {digest}\n"


def test_a_trace_that_is_no_text_is_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Bytes that are no UTF-8 are shown as good as it goes."""
    trace, digest = _lived(tmp_path)
    trace.write_bytes(b"\xff\xfe\n")
    summary = tmp_path / "summary.json"
    summary.write_text(summary.read_text(encoding="utf-8").replace(digest, "0"), encoding="utf-8")
    capsys.readouterr()
    assert main(["replay", "--quiet", str(tmp_path)]) == 1
    assert "they part in line 1:\n  then \ufffd\ufffd\n" in capsys.readouterr().err


def test_a_trace_that_is_gone_matters_only_to_say_where_days_part(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The digest in the summary is enough to find the same day."""
    trace, digest = _lived(tmp_path)
    trace.unlink()
    assert main(["replay", "--quiet", str(tmp_path)]) == 0
    summary = tmp_path / "summary.json"
    summary.write_text(summary.read_text(encoding="utf-8").replace(digest, "0"), encoding="utf-8")
    capsys.readouterr()
    assert main(["replay", "--quiet", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert f"{trace} is gone" in said
    assert "damaged" not in said


@pytest.mark.parametrize("name", ["trace.jsonl", "summary.json"])
def test_a_folder_in_place_of_a_file_is_named(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Reading it again, and writing it, is an error of one line."""
    _lived(tmp_path)
    (tmp_path / name).unlink()
    (tmp_path / name).mkdir()
    capsys.readouterr()
    assert main(["replay", "--quiet", str(tmp_path)]) == 2
    assert capsys.readouterr().err == f"petsim: {tmp_path / name} cannot be read: Is a directory\n"
    assert main(["day", *SHORT, "--hours", "1", "--quiet", "--out", str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith("petsim: cannot write")


@pytest.mark.parametrize("trouble", [errno.EISDIR, errno.ENOTDIR, errno.EACCES, errno.EPERM])
def test_trouble_with_a_file_is_an_error_of_one_line(
    trouble: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It names the file, if the system does."""
    _fail_with(OSError(trouble, "in another language", "x.json"), monkeypatch)
    assert main(["scenarios"]) == 2
    assert capsys.readouterr().err == f"petsim: cannot write x.json: {os.strerror(trouble)}\n"


def test_other_trouble_is_a_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    """It keeps its traceback."""
    _fail_with(OSError(errno.EBADF, "bad"), monkeypatch)
    with pytest.raises(OSError, match="bad"):
        main(["scenarios"])


def test_who_stops_it_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C has no message of its own."""
    _fail_with(KeyboardInterrupt(), monkeypatch)
    assert main(["scenarios"]) == 130
    assert capsys.readouterr().err == "petsim: stopped\n"


def _fail_with(end: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise end

    monkeypatch.setattr("simulator.commands.scenarios.shipped", fail)


@pytest.mark.parametrize(
    ("asked", "unbuffered"),
    [(["scenarios", "--fields"], ""), (["scenarios", "--fields"], "1"), (["--help"], "")],
)
def test_a_closed_pipe_ends_it_quietly(asked: list[str], unbuffered: str) -> None:
    """As in ``petsim ... | head -1``, where nobody reads the rest."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "simulator", *asked],
            stdout=writer,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
        )
    finally:
        os.close(writer)
    assert done.stderr == ""
    assert done.returncode == 141


def test_quiet_says_nothing_and_json_is_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """For scripts: an exit code, or one object."""
    brief = [*SHORT, "--hours", "2"]
    main(["day", *brief, "--quiet", "--out", str(tmp_path)])
    assert capsys.readouterr().out == ""
    main(["day", *brief, "--json", "--out", str(tmp_path)])
    said = json.loads(capsys.readouterr().out)
    written = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    assert said == written
    assert said["scenario"]["hours"] == 2


def test_what_was_not_put_to_the_test_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An hour of sleep breaks no promise and proves little."""
    asleep = ["--hours", "1", "--polling", "next", "--no-report"]
    assert main(["day", *asleep, "--out", str(tmp_path)]) == 3
    said = capsys.readouterr()
    assert "no promise is broken, but not put to the test: reminder on screen" in said.err
    assert "not put to the test" in said.out


def test_scenarios_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """By name, with what happens; or all fields as Markdown."""
    assert main(["scenarios"]) == 0
    listed = capsys.readouterr().out
    assert "ordinary" in listed
    assert "tokyo" in listed
    assert main(["scenarios", "--fields"]) == 0
    assert "| `zone` |" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["day", "--seed", "x"], "--seed"),
        (["day", "--date", "2026-13-01"], "--date"),
        (["day", "--polling", "never"], "--polling"),
        (["night"], "COMMAND"),
        ([], "COMMAND"),
    ],
)
def test_a_wrong_use_is_named(
    arguments: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is wrong stands in the message, and the exit code is 2."""
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2
    assert complaint in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--date", "1999-12-31"], "--date"),
        (["--date", "9999-12-31"], "--date"),
        (["--hours", "0"], "--hours"),
        (["--days", "0"], "--days"),
        (["--pets", "0"], "--pets"),
        (["--days", "999"], "--hours"),
        (["--scenario", "ordinery"], "did you mean ordinary?"),
        (["--scenario", "FILE"], ":2: date: is missing"),
    ],
)
def test_what_cannot_be_lived_is_named(
    arguments: list[str], complaint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line on standard error, and nothing is written."""
    file = tmp_path / "mine.toml"
    file.write_text('# mine\ntitle = "Mine"\n', encoding="utf-8")
    named = [str(file) if word == "FILE" else word for word in arguments]
    assert main(["day", *named, "--out", str(tmp_path / "out")]) == 2
    said = capsys.readouterr()
    assert said.err.startswith("petsim: ")
    assert complaint.replace(":2:", ":1:") in said.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("content", [None, "no json", "[]", '{"digest": "x"}'])
def test_what_cannot_be_lived_again_is_named(
    content: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder without a summary, or with one that is none."""
    if content is not None:
        (tmp_path / "summary.json").write_text(content, encoding="utf-8")
    assert main(["replay", str(tmp_path)]) == 2
    assert "summary.json" in capsys.readouterr().err


def test_a_place_that_cannot_be_written_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder that cannot be made is an error of one line."""
    (tmp_path / "file").touch()
    assert main(["day", "--out", str(tmp_path / "file" / "out")]) == 2
    assert capsys.readouterr().err.startswith("petsim: cannot write")


def test_a_full_disk_is_an_error_of_one_line(tmp_path: Path) -> None:
    """The trace outgrows what the process may write; nobody has to read a traceback."""
    pytest.importorskip("resource", reason="this system cannot limit the size of a file")
    code = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
from simulator.__main__ import main
sys.exit(main(sys.argv[1:]))
"""
    asked = ["day", *SHORT, "--out", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-c", code, *asked], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr == "petsim: cannot write: File too large\n"
