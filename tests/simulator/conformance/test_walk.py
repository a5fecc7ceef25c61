"""A walk through short stories: steps are played, presses and looks arrive, the device's end is
noticed, and what cannot be is refused.
"""

import asyncio
import json
import os
import socket
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from firmware.hal.settings import Settings
from simulator.__main__ import main
from simulator.commands.conformance import _typed
from simulator.conformance import record as of
from simulator.conformance.child import Child, Command, command, own, read_screen, settings_for
from simulator.conformance.clock import Clock
from simulator.conformance.hands import NoDevice, Person
from simulator.conformance.promises import PROMISES
from simulator.conformance.record import Record, Request
from simulator.conformance.script import Script
from simulator.conformance.steps import (
    Act,
    Do,
    Look,
    Need,
    Push,
    Treat,
    Until,
    all_polled,
    answered,
    shown,
    told,
)
from simulator.conformance.telling import lines, table
from simulator.conformance.verdict import Finding, Verdict
from simulator.conformance.walk import Wish, walk

ROOT = Path(__file__).parents[3]
PLAIN = Command(
    (sys.executable, str(Path(__file__).with_name("plain_device.py")), "{port}", "{scale}")
)
SCALE = 100
DRINKS = Act(
    "drinks",
    "It is time to drink.",
    (
        Do(Script.remind),
        Until(told("remind_now", True), 100),
        Until(shown("WATER_DROP"), 100),
        Push("long", "see nothing happen"),
        Push("short", "drink"),
        Push("short", "never", only_if=answered(of.PROMPT_ACK)),
        Look("sees nothing", "is anything there?"),
        Until(answered(of.WATER_ACK), 100),
        Until(shown("IDLE"), 100),
    ),
)
FALLS_SILENT = Act(
    "falls silent", "Nobody is there.", (Treat(of.HUNG_UP), Need(all_polled(), "gone"))
)
NEVER = Act("never", "It does not come to this.", ())


def walked(*acts: Act, device: Command = PLAIN) -> tuple[Record, list[str]]:
    """Walk a device through these acts; give what was seen and what was said."""
    said: list[str] = []
    wish = Wish(device=device, scale=SCALE, say=said.append)
    return asyncio.run(walk(wish, acts)), said


def test_a_program_is_walked_through_a_story() -> None:
    """Its screen is seen, its button pressed, its requests noted, its acts told; then it has to
    end. What is broken off ends there.
    """
    record, said = walked(DRINKS, FALLS_SILENT, NEVER)
    assert [press.kind for press in record.presses] == ["long", "short"]
    assert {screen.name for screen in record.screens} == {"IDLE", "WATER_DROP"}
    acks = record.during("drinks", of.WATER_ACK)
    assert [ack.is_good for ack in acks] == [True]
    assert record.during("drinks", of.WATER_POLL)
    assert record.said == {}
    assert [span.name for span in record.acts] == ["drinks", "falls silent"]
    assert record.ended == "gone"
    assert said[0] == " 1/3 drinks: It is time to drink."
    assert [span.name for span in record.treatments][-1] == of.HUNG_UP


HASTY = """
import sys, urllib.request as r
while True:
    r.urlopen(f'http://127.0.0.1:{sys.argv[1]}/healthz').read()
"""


def python(program: str) -> Command:
    """Give a device that is this program."""
    return Command((sys.executable, "-c", program, "{port}"))


def test_a_program_that_ends_is_noticed() -> None:
    """Before its first request there is nothing to judge; after it the story ends."""
    with pytest.raises(NoDevice, match="ended by itself, with 3\nno, thanks"):
        walked(DRINKS, device=python("print('no, thanks'); exit(3)"))
    stranger = "import sys, urllib.request as r; r.urlopen(f'http://127.0.0.1:{sys.argv[1]}/x')"
    with pytest.raises(NoDevice, match="ended by itself, with 1"):
        walked(DRINKS, device=python(stranger))
    once = "import sys, urllib.request as r; r.urlopen(f'http://127.0.0.1:{sys.argv[1]}/healthz')"
    record, _ = walked(DRINKS, NEVER, device=python(once))
    assert record.ended == "the program of the device ended by itself, with 0"
    assert NEVER.name not in {span.name for span in record.acts}


def test_who_asks_only_what_nobody_knows_is_no_device(monkeypatch: pytest.MonkeyPatch) -> None:
    """He is named, since a wrong path may be all that is wrong."""
    monkeypatch.setattr(Child, "patience_s", 0.5)
    stranger = (
        "import sys, socket, time\n"
        "s = socket.create_connection(('127.0.0.1', int(sys.argv[1])))\n"
        "s.sendall(b'GET /water HTTP/1.1\\r\\n\\r\\n')\n"
        "time.sleep(60)"
    )
    with pytest.raises(NoDevice, match="what came first: GET /water"):
        walked(DRINKS, device=python(stranger))


def test_a_record_does_not_grow_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who does one thing without end ends the story."""
    monkeypatch.setattr(of, "FACTS_MAX", 5)
    record, _ = walked(DRINKS, NEVER, device=python(HASTY))
    assert len(record.requests) == 5
    assert record.ended == "the device did one thing more than 5 times"
    assert NEVER.name not in {span.name for span in record.acts}


def test_a_program_that_cannot_be_started_is_named(tmp_path: Path) -> None:
    """Such as one that is none."""
    text = tmp_path / "text"
    text.write_text("\x00", encoding="utf-8")
    text.chmod(0o700)
    with pytest.raises(NoDevice, match="text cannot be started: "):
        walked(NEVER, device=Command((str(text),)))


def test_a_program_that_does_not_want_to_end_is_made_to() -> None:
    """It is given a moment, and then no more."""
    deaf = (
        "import sys, time, urllib.request as r\n"
        "r.urlopen(f'http://127.0.0.1:{sys.argv[1]}/healthz')\n"
        "while True: time.sleep(1)"
    )
    record, _ = walked(NEVER, device=python(deaf))
    assert record.ended == ""


def person(*answers: str, asks: bool = True) -> tuple[Person, list[str]]:
    """Give somebody who answers so, and then no more; and what he is told."""
    told_him: list[str] = []
    left = list(answers)

    async def read(question: str) -> str:
        told_him.append(question)
        return left.pop(0) if left else ""

    return Person(told_him.append, read, asks=asks), told_him


def test_a_person_is_told_and_asked() -> None:
    """What is neither yes nor no is not known, nor what nobody is there to say."""

    async def ask() -> tuple[list[bool | None], list[str]]:
        someone, told_him = person("y\n", "N\n", "what?\n")
        await someone.begin(5000)
        await someone.press("long", "sleep")
        seen = [await someone.look("is it?") for _ in range(5)]
        await someone.end()
        return seen, told_him

    seen, told_him = asyncio.run(ask())
    assert seen == [True, False, None, None, None]
    assert "port 5000" in told_him[0]
    assert told_him[1] == "  Hold the first button for two seconds, to sleep."
    assert told_him[2:] == ["  Look at the screen: is it? [y/n] "] * 4


def test_a_person_who_wants_no_questions_gets_none() -> None:
    """But is told what to press."""

    async def ask() -> bool | None:
        await someone.press("short", "drink")
        return await someone.look("is it?")

    someone, told_him = person("y\n", asks=False)
    assert asyncio.run(ask()) is None
    assert told_him == ["  Press the first button shortly, to drink."]


def test_a_person_is_walked_through_a_story() -> None:
    """With his device in his hand: he starts it, presses when he is told to, says what he sees."""
    devices: list[subprocess.Popen[str]] = []

    def hear(line: str) -> None:
        if "poll port" in line:
            port = line.split("port ")[1].split(" ", maxsplit=1)[0]
            words = [word.format(port=port, scale=SCALE) for word in PLAIN.words]
            pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
            devices.append(subprocess.Popen(words, text=True, stdin=pipe, stdout=nowhere))
        button = devices[0].stdin
        if "Press the first button shortly" in line and button is not None:
            button.write("short\n")
            button.flush()

    async def read(question: str) -> str:
        return "n\n"

    try:
        record = asyncio.run(walk(Wish(scale=SCALE, say=hear, read=read), (DRINKS,)))
    finally:
        devices[0].communicate("quit\n", timeout=60)
    assert (record.has_eyes, record.has_hands) == (False, False)
    assert record.said == {"sees nothing": False}
    assert [ack.is_good for ack in record.during("drinks", of.WATER_ACK)] == [True]


def test_the_record_tells_no_secrets() -> None:
    """Neither of requests nor of answers, in headers nor in bodies."""
    collect = Request(
        at_ms=0,
        end_ms=1,
        act="arrival",
        operation=of.COLLECT,
        asked={"device_code": "secret"},
        headers={"authorization": "Bearer secret"},
        treatment=of.FINE,
        answer={"token": "secret", "device_code": None, "user_id": "audrey"},
    )
    (told_fact,) = lines(Record(requests=[collect]))
    assert "secret" not in json.dumps(told_fact)
    assert told_fact["answer"] == {"token": "...", "device_code": None, "user_id": "audrey"}


def test_evidence_in_brackets_is_told_as_it_is() -> None:
    """It is what was seen, and no way to write it."""
    paper = StringIO()
    told_things = table({PROMISES[0]: Finding(Verdict.BROKEN, ("[/x] [red]",))})
    Console(width=200, file=paper).print(told_things)
    assert "[/x] [red]" in paper.getvalue()


def test_a_line_is_typed_at_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """After the question; at its end there is nobody, nor where there is no terminal at all."""
    reads, writes = os.pipe()
    os.write(writes, b"yes\n")
    with os.fdopen(reads, encoding="utf-8") as terminal:
        monkeypatch.setattr(sys, "stdin", terminal)
        assert asyncio.run(_typed("is it? ")) == "yes\n"
        os.close(writes)
        assert asyncio.run(_typed("is it? ")) == ""
    assert capsys.readouterr().out == "is it? " * 2
    (tmp_path / "typed").touch()
    with (tmp_path / "typed").open(encoding="utf-8") as file:
        monkeypatch.setattr(sys, "stdin", file)
        assert asyncio.run(_typed("is it? ")) == ""


@pytest.mark.parametrize(
    "line",
    [
        "",
        "[",
        "7",
        '["A", "\\ud800", "", false]',
        '["A", "", false]',
        '[1, "", "", false]',
        '["A", "", "", 0]',
    ],
)
def test_what_is_no_scene_is_none(line: str) -> None:
    """Whatever a program may print."""
    assert read_screen(0, line) is None
    assert read_screen(0, '["A", "b", 7, true]') is not None


def test_a_tone_of_a_thousand_digits_is_none() -> None:
    """It is kept as what the program says."""

    async def heard() -> Record:
        seen = Record()
        child = Child(PLAIN, seen, Clock(), ROOT)
        for line in ("tone 880 200", "tone 1 " + "2" * 5_000, "tone 880", "tone -1 5"):
            child._hear(line)
        return seen

    seen = asyncio.run(heard())
    assert seen.tones == [(0, 880, 200)]
    assert len(seen.logs) == 3


def test_the_command_of_a_device_is_read() -> None:
    """As a shell reads it; the name of our own firmware stands for it."""
    assert command("python -c 'a b'").words == ("python", "-c", "a b")
    assert command("desk") == own()
    for wrong in ("", "no-such-program-anywhere x", "python 'a"):
        with pytest.raises(ValueError, match=r"empty|no program|quotation"):
            command(wrong)


def test_the_settings_of_our_firmware_are_its_settings() -> None:
    """All names are known there."""
    settings = Settings(settings_for(1234))
    assert (settings.port, settings.pairs, settings.polling) == (1234, True, "next")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--port", "70000"], "--port must be 0 to 65535"),
        (["--time-scale", "0", "--device", "desk"], "--time-scale must be 1 to 200"),
        (["--time-scale", "10"], "--time-scale needs a --device"),
        (["--device", ""], "--device: it is empty"),
        (["--device", "no-such-program-anywhere"], "--device: there is no program"),
        (["--device", f"{sys.executable} -c 'exit(7)'"], "no device to judge: the program"),
        (["--device", "desk", "--host", "192.0.2.1"], "cannot listen at 192.0.2.1:0"),
    ],
)
def test_what_cannot_be_is_refused(
    arguments: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, and one line that says why."""
    assert main(["conformance", *arguments, "--out", str(tmp_path)]) == 2
    assert words in capsys.readouterr().err


def test_a_taken_port_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By its number."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        asked = ["--port", port, "--device", "desk", "--out", str(tmp_path)]
        assert main(["conformance", *asked]) == 2
    assert f"cannot listen at 127.0.0.1:{port}: " in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before anybody waits for a device."""
    file = tmp_path / "file"
    file.touch()
    assert main(["conformance", "--device", "desk", "--out", str(file)]) == 2
    assert "cannot write to" in capsys.readouterr().err


def test_the_verdicts_are_told_and_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a table, as JSON, as the record of all that was seen, without secrets; the exit code says
    what came of it.
    """
    monkeypatch.setattr("simulator.conformance.walk.ACTS", (DRINKS,))
    monkeypatch.setattr(walk, "__defaults__", ((DRINKS,),))
    device = " ".join(PLAIN.words)
    asked = ["--device", device, "--time-scale", str(SCALE), "--out", str(tmp_path)]
    assert main(["conformance", *asked]) == 3
    said = capsys.readouterr()
    assert "asks by the contract        kept" in said.out
    assert "promises were not put to the test: proves who it is," in said.err
    told = json.loads((tmp_path / "verdicts.json").read_text(encoding="utf-8"))
    verdicts = {row["promise"]: row["verdict"] for row in told["verdicts"]}
    assert verdicts["asks by the contract"] == "kept"
    assert verdicts["backs off"] == "untested"
    seen = (tmp_path / "record.jsonl").read_text(encoding="utf-8").splitlines()
    facts = [json.loads(line) for line in seen]
    assert {"screen", "press", "request"} <= {name for fact in facts for name in fact}
    assert [fact["at_ms"] for fact in facts] == sorted(fact["at_ms"] for fact in facts)
