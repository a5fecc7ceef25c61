"""compose.yaml: what it says is what petcore, its drivers and Compose understand."""

import re
import subprocess
import sys

import pytest
from pymongo.uri_parser import parse_uri

from petcore import serving
from petcore.__main__ import _parser
from petcore.adapters.store_mongo import MongoStore
from petcore.services.door import Lock
from petcore.settings import Settings, default_settings, read_settings
from petcore.wiring import create_store, lock_of
from tests.operations.recipes import COMPOSE, ROOT, Service, choices, composition, seconds

# An image, its version down to the minor one, and nothing that moves under it.
PINNED = re.compile(r"[a-z/]+:\d+\.\d+[\w.-]*")

# What the store needs to end what it has begun, once no request is left.
LAST_WRITES_S = 5


@pytest.fixture
def petcore() -> Service:
    """The service that answers pets."""
    return composition()["services"]["petcore"]


@pytest.fixture
def mongo() -> Service:
    """The service that keeps documents."""
    return composition()["services"]["mongo"]


def test_it_conforms_to_the_schema_of_compose() -> None:
    """The schema comes with the checker; no network is asked."""
    checker = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    checked = subprocess.run(
        [*checker, str(COMPOSE)], capture_output=True, encoding="utf-8", check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_it_has_no_version() -> None:
    """Compose warns of one: it is obsolete."""
    assert "version" not in composition()


def test_what_it_refers_to_is_declared() -> None:
    """Compose refuses names that nobody declares, and leaves lie what nobody uses."""
    declared, services = composition(), composition()["services"].values()
    assert {name for service in services for name in service["networks"]} == set(
        declared["networks"]
    )
    mounted = {mount.partition(":")[0] for service in services for mount in service["volumes"]}
    assert mounted == set(declared["volumes"])


def test_images_are_pinned() -> None:
    """What is not built here has an exact minor version."""
    services = composition()["services"].values()
    pulled = [service["image"] for service in services if "build" not in service]
    assert pulled
    assert all(PINNED.fullmatch(image) for image in pulled), pulled


def test_petcore_accepts_its_command(petcore: Service) -> None:
    """It listens on all addresses of its container, on the port that is published."""
    asked = _parser().parse_args(petcore["command"])
    (published,) = petcore["ports"]
    assert (asked.host, asked.port) == ("0.0.0.0", published.rpartition(":")[2])  # noqa: S104


def test_petcore_accepts_its_environment(petcore: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every name is a setting's, and every default a value of it."""
    given = {name: str(value) for name, value in petcore["environment"].items()}
    names = {f"PETCORE_{name.upper()}" for name in Settings.model_fields}
    assert given.keys() <= names
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    settings = read_settings()
    assert settings.workers > 1
    assert isinstance(create_store(settings.store, settings.mongo_driver), MongoStore)
    chosen = {"workers", "store"}
    assert settings.model_dump(exclude=chosen) == default_settings().model_dump(exclude=chosen)


def test_the_door_of_a_container_is_locked(petcore: Service) -> None:
    """Unless .env says otherwise, whoever runs it gives tokens."""
    asked = _parser().parse_args(petcore["command"])
    door = petcore["environment"]["PETCORE_DOOR"]
    assert lock_of(read_settings(host=asked.host, door=door)) is Lock.LOCKED


def test_the_store_is_the_replica_set_that_is_started(petcore: Service, mongo: Service) -> None:
    """Host and name of the set agree in the URI, in mongod's command and where it is initiated."""
    uri = parse_uri(petcore["environment"]["PETCORE_STORE"])
    command = mongo["command"]
    (name,) = {uri["options"]["replicaSet"], command[command.index("--replSet") + 1]}
    assert uri["nodelist"] == [("mongo", 27017)]
    eval_ = mongo["healthcheck"]["test"][-1]
    assert f'rs.initiate({{_id: "{name}", members: [{{_id: 0, host: "mongo:27017"}}]}})' in eval_


def test_only_this_machine_gets_in(petcore: Service, mongo: Service) -> None:
    """What speaks plain HTTP is published here alone, what has no password nowhere."""
    assert [port.partition(":")[0] for port in petcore["ports"]] == ["127.0.0.1"]
    assert "ports" not in mongo
    networks = composition()["networks"]
    assert [networks[name] for name in mongo["networks"]] == [{"internal": True}]


def test_no_service_can_become_more_than_it_is() -> None:
    """No capabilities, no new privileges, a log that ends; petcore writes to its volume alone."""
    services = composition()["services"]
    for service in services.values():
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["logging"]["options"] == {"max-size": "10m", "max-file": "5"}
    assert services["petcore"]["read_only"] is True


def test_petcore_has_time_to_stop(petcore: Service) -> None:
    """Docker waits longer for it than it waits for requests and writes under way."""
    assert seconds(petcore["stop_grace_period"]) > serving._GRACE_S + LAST_WRITES_S


def test_the_example_of_choices_is_all_of_them_with_their_defaults() -> None:
    """Whoever copies .env.example has changed nothing yet."""
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    given = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert given == choices()
