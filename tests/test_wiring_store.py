"""Which store an address means."""

import subprocess
import sys
from pathlib import Path

import pytest

from petcore.adapters.store_memory import MemoryStore
from petcore.adapters.store_mongo import MongoStore
from petcore.adapters.store_sqlite import SqliteStore
from petcore.errors import StartRefused
from petcore.settings import MongoDriver, shown
from petcore.wiring import create_store

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    ("uri", "kind"),
    [
        ("memory:", MemoryStore),
        ("sqlite:///petcore.db", SqliteStore),
        ("sqlite:////var/lib/petcore/petcore.db", SqliteStore),
        ("mongodb://h/db", MongoStore),
        ("mongodb://user:secret@a,b:27018/db?replicaSet=rs", MongoStore),
        ("mongodb+srv://cluster.example.org/db", MongoStore),
    ],
)
def test_an_address_names_its_store(uri: str, kind: type) -> None:
    """Nothing is connected or looked up before the store is opened."""
    assert type(create_store(uri)) is kind


@pytest.mark.parametrize("driver", ["motor", "pymongo"])
def test_a_driver_can_be_chosen(driver: MongoDriver) -> None:
    """Either makes a store."""
    assert type(create_store("mongodb://h/db", driver)) is MongoStore


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "memory",
        "sqlite:",
        "sqlite:///",
        "petcore.db",
        "mongodb:",
        "MONGODB://h/db",
        "postgres://user:secret@h/db",
        "mongo://user:secret@h/db",
        "mongodb:/user:secret@h/db",
        "user:secret@h/db",
    ],
)
def test_any_other_address_refuses_the_start(uri: str) -> None:
    """The message says what there is, and no password."""
    with pytest.raises(StartRefused, match=r"names no store; use memory:.*mongodb://") as caught:
        create_store(uri)
    assert "secret" not in str(caught.value)


HIDDEN = [
    ("mongodb://h/db", "mongodb://h/db"),
    ("mongodb://u:s3cr3t@h/db?w=majority", "mongodb://***@h/db?w=majority"),
    ("mongodb://u:s3@cr3t@h/db", "mongodb://***@h/db"),
    ("mongodb:/u:s3cr3t@h/db", "mongodb:/***@h/db"),
    ("mongodb:u:s3cr3t@h/db", "mongodb:***@h/db"),
    ("mongodb+srv:///u:s3cr3t@h/db", "mongodb+srv:///***@h/db"),
    ("u:s3cr3t@h/db", "u:***@h/db"),
    ("%u:s3cr3t@h/db", "***@h/db"),
    ("//u:s3cr3t@h/db", "***@h/db"),
    (" mongodb://u:s3\ncr3t@h/db", "***@h/db"),
    ("sqlite:/u:s3cr3t@h/db", "sqlite:/***@h/db"),
    ("sqlite:////home/a@b/pet.db", "sqlite:////home/a@b/pet.db"),
    ("mongodb://h/?password=s3cr3t&a=b", "mongodb://h/?password=***&a=b"),
    (
        "mongodb://h/?tlsCertificateKeyFilePassword=s3;cr3t",
        "mongodb://h/?tlsCertificateKeyFilePassword=***",
    ),
    (
        "mongodb://h/?a=b&authMechanismProperties=AWS_SESSION_TOKEN:s3cr3t&c=d",
        "mongodb://h/?a=b&authMechanismProperties=***&c=d",
    ),
    (
        "mongodb://h/?a=b;AUTHMECHANISMPROPERTIES=X:s3",
        "mongodb://h/?a=b;AUTHMECHANISMPROPERTIES=***",
    ),
]


@pytest.mark.parametrize(("uri", "seen"), HIDDEN)
def test_no_password_is_shown(uri: str, seen: str) -> None:
    """However the address is misspelled."""
    assert shown(uri) == seen


def test_who_needs_no_driver_waits_for_none() -> None:
    """The drivers are imported with the first address of a MongoDB, and not before."""
    program = (
        "import sys\n"
        "from petcore.wiring import create_store\n"
        "create_store('memory:')\n"
        "create_store('sqlite:///x.db')\n"
        "assert not {'pymongo', 'motor', 'bson'} & sys.modules.keys()\n"
        "create_store('mongodb://h/db')\n"
        "assert {'pymongo', 'motor', 'bson'} <= sys.modules.keys()\n"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)
