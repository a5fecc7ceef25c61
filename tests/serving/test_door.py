"""Who may ask a server of its own process, and what it says of that when it starts."""

import pickle
import signal
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn

from petcore import serving as serving_module
from petcore.__main__ import main
from petcore.commands import Exit
from petcore.commands import serve as serve_command
from petcore.errors import StartRefused
from petcore.settings import Settings, default_settings
from petcore.wiring import wire
from tests.serving.process import DEADLINE_S, Serving, refused, serving

POLL = "/api/water/poll?user_id=audrey"
ELSEWHERE = {"PETCORE_HOST": "0.0.0.0"}  # noqa: S104 -- it is asked through 127.0.0.1 only
OPEN = "THE DOOR IS OPEN"


@contextmanager
def _asking(server: Serving) -> Iterator[httpx.Client]:
    url = f"http://127.0.0.1:{server.port}"
    with httpx.Client(base_url=url, timeout=DEADLINE_S, trust_env=False) as http:
        yield http


@contextmanager
def _signals_kept() -> Iterator[None]:
    """A server obeys signals; whoever runs it within a test wants them back."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _from(http: httpx.Client, *addresses: str) -> list[int]:
    """What comes of a request that a proxy would have from each of the addresses."""
    headers = [{"X-Forwarded-For": address} for address in addresses]
    return [http.get(POLL, headers=each).status_code for each in headers]


def test_where_others_reach_it_a_token_is_wanted(tmp_path: Path) -> None:
    """Whatever address somebody claims to have, his requests are counted as his; and there are no
    more connections than were set.
    """
    environment = {
        **ELSEWHERE,
        "PETCORE_REQUESTS_PER_MIN": "1",
        "PETCORE_CONNECTIONS_MAX": "2",
        "FORWARDED_ALLOW_IPS": "*",
    }
    with serving(tmp_path, environment=environment) as server, _asking(server) as http:
        assert _from(http, "192.0.2.1", "192.0.2.2") == [401, 429]
        address = ("127.0.0.1", server.port)
        with (
            socket.create_connection(address, DEADLINE_S),
            socket.create_connection(address, DEADLINE_S) as third,
        ):
            assert third.recv(1) == b""
    assert OPEN not in server.err


def test_a_proxy_is_believed(tmp_path: Path) -> None:
    """Behind it, everybody has the address that it says; and on loopback, too, a token can be
    wanted.
    """
    environment = {
        "PETCORE_DOOR": "locked",
        "PETCORE_PROXIES": "127.0.0.1",
        "PETCORE_REQUESTS_PER_MIN": "1",
    }
    with serving(tmp_path, environment=environment) as server, _asking(server) as http:
        statuses = _from(http, "192.0.2.1", "192.0.2.1", "192.0.2.2", "192.0.2.1, 192.0.2.2")
    assert statuses == [401, 429, 401, 429]


def test_an_open_door_is_told_once(tmp_path: Path) -> None:
    """Nobody needs a token, and nobody who reads the log can overlook it."""
    environment = {**ELSEWHERE, "PETCORE_DOOR": "open"}
    with (
        serving(tmp_path, log_level="error", environment=environment) as server,
        _asking(server) as http,
    ):
        assert http.get(POLL).status_code == 200
    assert server.err.count(OPEN) == 1
    assert "Without --open it wants a token" in server.err


@pytest.mark.parametrize(("door", "doors"), [("locked", 1), ("by_address", 0)])
def test_a_locked_door_says_how_to_get_in(
    door: str,
    doors: int,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
) -> None:
    """Once, when it starts; who has none on his own machine hears nothing of doors."""
    monkeypatch.setattr(serving_module, "supervise", lambda *_: None)
    store = f"sqlite:///{tmp_path / 'petcore.db'}"
    settings = default_settings(store=store, door=door, port=0, workers=2)
    with _signals_kept(), caplog.at_level("INFO"):
        serving_module.serve(settings, wire(settings))
    told = [record for record in caplog.records if "door" in record.getMessage().lower()]
    assert [record.levelname for record in told] == ["INFO"] * doors
    for record in told:
        line = record.getMessage()
        assert "the door is locked" in line
        assert all(f"`petcore device {word}`" in line for word in ("confirm CODE", "add"))


def test_an_open_door_is_told_by_the_one_who_has_workers(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    """Not by each of them, nor in another voice."""
    handed: list[uvicorn.Config] = []
    monkeypatch.setattr(serving_module, "supervise", lambda config, *_: handed.append(config))
    store = f"sqlite:///{tmp_path / 'petcore.db'}"
    settings = default_settings(store=store, door="open", port=0, workers=2)
    with _signals_kept():
        serving_module.serve(settings, wire(settings))
    (config,) = pickle.loads(pickle.dumps(handed))  # noqa: S301 -- as workers get it
    assert (config.workers, config.proxy_headers) == (2, False)
    assert config.forwarded_allow_ips == [], "not what the environment says"
    told = [record for record in caplog.records if OPEN in record.getMessage()]
    assert [record.levelname for record in told] == ["CRITICAL"]
    assert "with --locked it wants a token" in told[0].getMessage(), "on loopback"


def test_a_server_without_keys_is_refused(tmp_path: Path) -> None:
    """Nobody could ever come in."""
    ended = refused(tmp_path, "--host", "0.0.0.0", "--port", "0", "--store", "memory:")  # noqa: S104
    assert (ended.returncode, ended.stdout) == (2, "")
    (line,) = ended.stderr.splitlines()
    words = ("--store", "not on this machine", "memory:", "token", "--host 127.0.0.1", "--open")
    assert all(word in line for word in words)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"door": "locked"}, ["everybody (--locked) needs", "memory:", "another store, or --open"]),
        ({"proxies": ("127.0.0.1",)}, ["PETCORE_PROXIES", "--locked", "--open"]),
        ({"proxies": ("*",)}, ["PETCORE_PROXIES", "--locked", "--open"]),
    ],
)
def test_a_door_that_cannot_be_is_refused(given: Mapping[str, object], words: list[str]) -> None:
    """One without keys; and one that takes all who come through a proxy for this machine."""
    settings = default_settings(**{"store": "memory:", "port": 0, **given})
    with pytest.raises(StartRefused) as refusal:
        serving_module.serve(settings, wire(settings))
    assert all(word in refusal.value.message for word in words)


def test_a_name_that_leads_elsewhere_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is called localhost may be reached by others; then it is no door without a lock."""

    def listen(_: str, port: int) -> socket.socket:
        return socket.create_server(("0.0.0.0", port))  # noqa: S104 -- nobody is answered

    monkeypatch.setattr(serving_module, "listen", listen)
    settings = default_settings(store="memory:", host="localhost", port=0)
    with _signals_kept(), pytest.raises(StartRefused, match=r"0\.0\.0\.0 here"):
        serving_module.serve(settings, wire(settings))


@pytest.mark.parametrize(
    ("arguments", "door"),
    [([], "by_address"), (["--open"], "open"), (["--locked"], "locked")],
)
def test_flags_say_what_kind_of_door_it_is(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], door: str
) -> None:
    """Before the environment, as all flags do."""
    heard: list[Settings] = []
    monkeypatch.setattr(serve_command, "serve", lambda settings, _: heard.append(settings))
    monkeypatch.setattr(serve_command, "configure_logging", lambda *_: None)
    monkeypatch.delenv("PETCORE_DOOR", raising=False)
    if arguments:
        monkeypatch.setenv("PETCORE_DOOR", "by_address")
    assert main(["serve", "--store", "memory:", *arguments]) == Exit.DONE
    assert [settings.door for settings in heard] == [door]


def test_a_door_is_not_both(capsys: pytest.CaptureFixture[str]) -> None:
    """Who asks for both is asked to decide."""
    with pytest.raises(SystemExit):
        main(["serve", "--open", "--locked"])
    assert "not allowed with" in capsys.readouterr().err
