"""``petcore device`` as its user meets it: what it says, and with which exit code."""

import asyncio
import json
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from http.client import HTTPConnection
from io import StringIO
from pathlib import Path
from typing import TypeVar

import pytest
from pymongo import MongoClient

from petcore.__main__ import main
from petcore.adapters.store_memory import MemoryStore
from petcore.commands import store_running
from petcore.commands.device_confirm import free_name
from petcore.errors import StoreUnavailable, Unauthorized
from petcore.services import Services
from petcore.services.platform.pairings import PairingWish
from petcore.settings import default_settings
from petcore.wiring import wire
from tests.commands.terminal import Terminal
from tests.mongo.server import MongoServer, mongo_server
from tests.serving.process import serving

Told = pytest.CaptureFixture[str]
T = TypeVar("T")

STORE = "sqlite:///petcore.db"
ADDRESS = "192.0.2.1"
HEAD = ["name", "user", "firmware", "created (UTC)", "last seen (UTC)"]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Commands run here, on ``petcore.db``, and nobody sits at a terminal."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PETCORE_STORE", STORE)
    monkeypatch.setattr("sys.stdin", StringIO())
    return tmp_path


@pytest.fixture(scope="module")
def server() -> Iterator[MongoServer]:
    """A stand-in of MongoDB."""
    with mongo_server() as running:
        yield running


def served(deed: Callable[[Services], Awaitable[T]]) -> T:
    """What a server on the store does meanwhile."""

    async def work() -> T:
        services = wire(default_settings(store=STORE))
        await services.open()
        try:
            return await deed(services)
        finally:
            await services.close()

    return asyncio.run(work())


def code_of(wish: PairingWish) -> str:
    """The code that a device shows once it has asked."""
    started = served(lambda services: services.platform.pairings.start(wish, ADDRESS))
    return str(started["user_code"])


def user_of(token: str) -> str | None:
    """For whom the token acts, None if for nobody."""

    async def ask(services: Services) -> str | None:
        try:
            return (await services.platform.devices.recognise(token))["user_id"]
        except Unauthorized:
            return None

    return served(ask)


def rows(out: str) -> list[list[str]]:
    """The cells of a table."""
    return [
        [cell.strip() for cell in line.split("  ") if cell.strip()] for line in out.splitlines()
    ]


def test_a_token_is_printed_once_and_alone(folder: Path, capsys: Told) -> None:
    """So that a shell takes it into a variable; the store, which is made, has its hash only."""
    assert main(["device", "add", "desk", "--user", "audrey"]) == 0
    told = capsys.readouterr()
    token = told.out.removesuffix("\n")
    assert user_of(token) == "audrey"
    assert token not in told.err
    made = f"{folder / 'petcore.db'} is a new store: only a server on that file knows the device."
    assert told.err.splitlines()[1:] == [made]
    assert "'desk' acts for 'audrey' (sqlite:///petcore.db)" in told.err
    assert "shown only now; it is sent as `Authorization: Bearer TOKEN`" in told.err
    secret = token.split("_", 2)[2].encode()
    assert not any(secret in path.read_bytes() for path in folder.iterdir())
    assert main(["device", "add", "shelf", "--user", "audrey"]) == 0
    assert capsys.readouterr().err.count("\n") == 1, "the store is not new any more"


def test_a_name_belongs_to_one_device(capsys: Told) -> None:
    """The second is refused, and the first keeps its token."""
    assert main(["device", "add", "desk", "--user", "audrey"]) == 0
    token = capsys.readouterr().out.strip()
    assert main(["device", "add", "desk", "--user", "maya"]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "another device is named 'desk' already (sqlite:///petcore.db)" in told.err
    assert user_of(token) == "audrey"


def test_devices_are_listed_without_their_secrets(capsys: Told) -> None:
    """By name; what would not be seen stands in quotes."""
    for name, user in (("shelf", "audrey "), ("desk", "audrey \N{RIGHT-TO-LEFT OVERRIDE}\x9b")):
        assert main(["device", "add", name, "--user", user]) == 0
    token = capsys.readouterr().out.split()[1]

    async def come(services: Services) -> None:
        devices = services.platform.devices
        await devices.see(await devices.recognise(token), "1.2.0")

    served(come)
    assert main(["device", "list"]) == 0
    told = capsys.readouterr()
    head, desk, shelf = rows(told.out)
    assert (head, told.err) == (HEAD, "")
    assert desk[:3] == ["desk", "'audrey \\u202e\\x9b'", "1.2.0"]
    assert shelf[:3] == ["shelf", "'audrey '", "-"]
    assert shelf[4] == "never"
    assert desk[4] >= desk[3]
    hashes = served(lambda services: services.platform.devices.all())
    assert not any(device["token_hash"] in told.out for device in hashes)


def test_another_token_ends_the_old_one(capsys: Told) -> None:
    """It is printed as the first one was."""
    assert main(["device", "add", "desk", "--user", "audrey"]) == 0
    old = capsys.readouterr().out.strip()
    assert main(["device", "rotate", "desk"]) == 0
    told = capsys.readouterr()
    assert (user_of(told.out.strip()), user_of(old)) == ("audrey", None)
    assert told.out.count("\n") == told.err.count("\n") == 1
    assert "The old token of 'desk' ends within 5 s." in told.err
    assert "shown only now" in told.err


def test_a_device_is_forgotten(capsys: Told) -> None:
    """Its token ends, and its name is free."""
    assert main(["device", "add", "desk", "--user", "audrey"]) == 0
    token = capsys.readouterr().out.strip()
    assert main(["device", "revoke", "desk"]) == 0
    told = capsys.readouterr()
    assert "'desk', which acted for 'audrey', is forgotten; its token ends within 5 s" in told.out
    assert user_of(token) is None
    assert main(["device", "list"]) == 0
    assert capsys.readouterr() == ("", f"no device has a token in {STORE}\n")
    assert main(["device", "add", "desk", "--user", "maya"]) == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("add", "", "--user", "x"), "NAME: must be 1 to 64 characters, none of them invisible"),
        (("add", "x" * 65, "--user", "x"), "NAME: must be 1 to 64"),
        (("add", "a\nb", "--user", "x"), "NAME: must be"),
        (("add", "a\x9bb", "--user", "x"), "NAME: must be"),
        (("add", "a\udcffb", "--user", "x"), "NAME: must be"),
        (("add", "a\u200bb", "--user", "x"), "NAME: must be"),
        (("add", " ", "--user", "x"), "NAME: must be"),
        (("add", "pet ", "--user", "x"), "NAME: must be"),
        (("add", "x", "--user", ""), "--user: must be 1 to 128"),
        (("add", "x", "--user", "x" * 129), "--user: must be"),
        (("add", "x", "--user", "a\x7f"), "--user: must be"),
        (("add", "x", "--user", "a\udcff"), "--user: must be"),
        (("add", "x", "--user", "x", "--store", "memory:"), "memory: keeps nothing"),
        (("add", "x", "--user", "x", "--store", "what:"), "'what:' names no store"),
        (("list", "--store", "memory:"), "memory: keeps nothing"),
        (("list", "--store", "sqlite:///no.db"), "no.db does not exist"),
        (("rotate", "shelf"), "no device is named 'shelf' (sqlite:///petcore.db)"),
        (("revoke", "shelf"), "no device is named 'shelf' (sqlite:///petcore.db)"),
        (("confirm", "BCDF-GHJK"), "nobody is here to confirm it; say --yes to confirm without"),
        (("confirm", "BCDF-GHJK", "--yes"), "no device shows this code now"),
        (("confirm", "no code", "--yes", "--user", "x"), "no device shows this code now"),
        (("confirm", "BCDF-GHJK", "--yes", "--name", "a\tb"), "NAME: must be"),
    ],
    ids=repr,
)
def test_what_cannot_be_is_refused(
    folder: Path, arguments: tuple[str, ...], words: str, capsys: Told
) -> None:
    """With exit code 2, one line, and no file made by a typing error."""
    assert main(["device", "add", "desk", "--user", "audrey"]) == 0
    capsys.readouterr()
    before = (folder / "petcore.db").read_bytes()
    assert main(["device", *arguments]) == 2
    told = capsys.readouterr()
    assert words in told.err
    assert told.err.count("\n") == 1
    assert told.out == ""
    assert {path.name for path in folder.iterdir()} == {"petcore.db"}
    assert (folder / "petcore.db").read_bytes() == before


def test_a_store_that_fails_is_one_line(capsys: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 1, since nothing is wrong with what was asked."""

    async def gone(query: object) -> int:
        raise StoreUnavailable("the store is gone")

    def failing(*_: object) -> MemoryStore:
        store = MemoryStore()
        monkeypatch.setattr(store, "find", gone)
        return store

    monkeypatch.setattr(store_running, "existing_store", failing)
    for arguments in (("list",), ("rotate", "desk"), ("revoke", "desk")):
        assert main(["device", *arguments]) == 1
        assert capsys.readouterr() == ("", "petcore: the store is gone\n")


@pytest.mark.parametrize("kind", ["a file", "a database"])
def test_a_store_of_a_petcore_that_knew_no_devices(
    server: MongoServer, folder: Path, kind: str, capsys: Told
) -> None:
    """It has none of them, which is said and changes nothing; the first that is added is kept."""
    address = STORE if kind == "a file" else server.uri()
    assert main(["device", "add", "desk", "--user", "audrey", "--store", address]) == 0
    capsys.readouterr()
    forget_devices(address, folder)
    assert main(["device", "list", "--store", address]) == 0
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("no device has a token in ")
    for arguments, words in (
        (("revoke", "desk"), "no device is named 'desk'"),
        (("rotate", "desk"), "no device is named 'desk'"),
        (("confirm", "BCDF-GHJK", "--yes"), "no device shows this code now"),
    ):
        assert main(["device", *arguments, "--store", address]) == 2
        assert words in capsys.readouterr().err
    assert not kept_names(address, folder) & {"devices", "pairings", "spent"}
    assert main(["device", "add", "desk", "--user", "audrey", "--store", address]) == 0
    assert main(["device", "list", "--store", address]) == 0
    assert rows(capsys.readouterr().out)[-1][:2] == ["desk", "audrey"]


def forget_devices(address: str, folder: Path) -> None:
    """Make the store one of an older petcore."""
    names = ("devices", "pairings", "spent")
    if address == STORE:
        with closing(sqlite3.connect(folder / "petcore.db", isolation_level=None)) as connection:
            for name in names:
                connection.execute(f"DROP TABLE {name}")
        return
    with MongoClient[dict[str, object]](address) as shell:
        for name in names:
            shell.get_default_database().drop_collection(name)


def kept_names(address: str, folder: Path) -> set[str]:
    """The collections that there are."""
    if address == STORE:
        with closing(sqlite3.connect(folder / "petcore.db")) as connection:
            return {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    with MongoClient[dict[str, object]](address) as shell:
        return set(shell.get_default_database().list_collection_names())


SAID = PairingWish("Audrey's pet", "1.2.0", "audrey")
UNSAID = PairingWish(None, None, None)


def test_the_owner_sees_who_asks(capsys: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    """All that the device says of itself, quoted since a stranger said it; then the owner decides,
    and what he does not decide is as the device asked for it.
    """
    code = code_of(PairingWish("desk\N{RIGHT-TO-LEFT OVERRIDE}", "1.2.0", "audrey\x9b"))
    monkeypatch.setattr("sys.stdin", Terminal("y\n"))
    assert main(["device", "confirm", code.lower().replace("-", " "), "--name", "desk"]) == 0
    told = capsys.readouterr()
    *known, _ = rows(told.out.partition("Let it act for 'audrey\\x9b'? [y/N] ")[0] + "\n.")
    asked = dict(line for line in known if line)
    assert asked.pop("asked").endswith(" s ago")
    assert asked == {
        "code": code,
        "calls itself": "'desk\\u202e'",
        "firmware": "'1.2.0'",
        "wants to act for": "'audrey\\x9b'",
        "will be named": "'desk'",
    }
    assert "acts for 'audrey\\x9b' now. It collects its token by itself" in told.out
    assert told.err == ""


@pytest.mark.parametrize(
    ("typed", "code"), [("n\n", 1), ("\n", 1), ("", 1), ("Yes\n", 0)], ids=repr
)
def test_only_a_yes_confirms(
    typed: str, code: int, capsys: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All else leaves the code as it was."""
    shown = code_of(SAID)
    monkeypatch.setattr("sys.stdin", Terminal(typed))
    assert main(["device", "confirm", shown]) == code
    told = capsys.readouterr()
    assert told.err == ("petcore: nothing was confirmed\n" if code else "")
    devices = served(lambda services: services.platform.devices.all())
    assert [device["name"] for device in devices] == ([] if code else ["Audrey's pet"])


def test_ctrl_c_confirms_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is it a traceback."""

    def interrupt(_: str) -> str:
        raise KeyboardInterrupt

    shown = code_of(SAID)
    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("builtins.input", interrupt)
    assert main(["device", "confirm", shown]) == 130
    assert served(lambda services: services.platform.devices.all()) == []


@pytest.mark.parametrize(
    ("wish", "given", "user", "name"),
    [
        (SAID, (), "audrey", "Audrey's pet-2"),
        (SAID, ("--user", "maya"), "maya", "Audrey's pet-2"),
        (SAID, ("--name", "shelf"), "audrey", "shelf"),
        (UNSAID, ("--user", "maya"), "maya", "pet-maya"),
        (UNSAID, ("--user", "audrey"), "audrey", "pet-audrey-3"),
        (UNSAID, ("--user", "u" * 128), "u" * 128, f"pet-{'u' * 60}"),
        (PairingWish(" lamp ", None, "maya "), (), "maya ", "lamp"),
    ],
    ids=["own", "of another user", "given", "none", "none, taken", "too long", "spaces"],
)
def test_who_gives_no_name_gets_a_free_one(
    wish: PairingWish, given: tuple[str, ...], user: str, name: str, capsys: Told
) -> None:
    """What is given goes before what the device asked for."""
    for taken in ("Audrey's pet", "pet-audrey", "pet-audrey-2"):
        assert main(["device", "add", taken, "--user", "audrey"]) == 0
    assert main(["device", "confirm", code_of(wish), "--yes", *given]) == 0
    assert f"will be named     {name!r}" in capsys.readouterr().out
    devices = served(lambda services: services.platform.devices.all())
    assert (name, user) in {(device["name"], device["user_id"]) for device in devices}
    assert len(devices) == 4


@pytest.mark.parametrize(
    ("wish", "given", "words"),
    [
        (UNSAID, (), "the device did not say for whom it wants to act; say --user"),
        (SAID, ("--name", "desk"), "another device is named 'desk' already"),
        (PairingWish("a\x9bb", None, "audrey"), (), r"'a\x9bb' cannot be a name"),
        (UNSAID, ("--user", "a\u200b"), r"'pet-a\u200b' cannot be a name"),
    ],
    ids=repr,
)
def test_who_cannot_be_confirmed_is_refused(
    wish: PairingWish, given: tuple[str, ...], words: str, capsys: Told
) -> None:
    """In one line, before anybody is asked; the code holds for another try."""
    assert main(["device", "add", "desk", "--user", "maya"]) == 0
    code = code_of(wish)
    capsys.readouterr()
    assert main(["device", "confirm", code, "--yes", *given]) == 2
    told = capsys.readouterr()
    assert words in told.err
    assert (told.out, told.err.count("\n")) == ("", 1)
    assert main(["device", "confirm", code, "--yes", "--user", "audrey", "--name", "pet"]) == 0
    capsys.readouterr()
    assert main(["device", "confirm", code, "--yes"]) == 2
    assert "this code was confirmed before" in capsys.readouterr().err


def test_a_free_name_is_no_longer_than_a_name() -> None:
    """However many have it already."""
    taken: set[str] = set()
    for _ in range(12):
        taken.add(free_name("x" * 70, taken))
    assert len(taken) == 12
    assert {len(name) for name in taken} == {64}


def test_beside_a_server_that_runs(folder: Path, capsys: Told) -> None:
    """It lets in whom a command lets in, be it by a token or by a code, and only as long as that
    holds.
    """
    with serving(folder, environment={"PETCORE_DOOR": "locked"}) as server:

        def ask(method: str, path: str, token: str = "", **sent: str) -> tuple[int, dict[str, str]]:
            connection = HTTPConnection("127.0.0.1", server.port, timeout=60)
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            headers |= {"Content-Type": "application/json"} if sent else {}
            with closing(connection):
                connection.request(method, path, json.dumps(sent) if sent else None, headers)
                response = connection.getresponse()
                return response.status, json.loads(response.read())

        poll = "/api/water/poll?user_id=audrey"
        assert ask("GET", poll)[0] == 401
        assert main(["device", "add", "desk", "--user", "audrey"]) == 0
        token = capsys.readouterr().out.strip()
        assert ask("GET", poll, token)[0] == 200
        assert ask("GET", "/api/water/poll?user_id=maya", token)[0] == 403
        assert main(["device", "add", "lost", "--user", "audrey"]) == 0
        lost = capsys.readouterr().out.strip()
        assert main(["device", "revoke", "lost"]) == 0
        # Never used, so it is not believed for a while yet.
        assert ask("GET", poll, lost)[0] == 401

        _, started = ask("POST", "/api/devices/pairing", user_id="audrey", device_name="shelf")
        collect = {"device_code": started["device_code"]}
        assert ask("POST", "/api/devices/pairing/collect", **collect)[1]["status"] == "pending"
        assert main(["device", "confirm", started["user_code"], "--yes"]) == 0
        status, paired = ask("POST", "/api/devices/pairing/collect", **collect)
        assert (status, paired["status"], paired["user_id"]) == (200, "paired", "audrey")
        assert ask("GET", poll, paired["token"])[0] == 200
        assert server.stop() == 0
    assert main(["store", "check"]) == 0
