"""``petcore store copy|check|erase|export``: move a store, examine it, take a person out of it."""

import json
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import get_args

from petcore.commands import Exit, add_store_arguments
from petcore.commands.store_output import Complaints, bars, complain, table
from petcore.commands.store_running import opened, run, sink, understood
from petcore.errors import StartRefused
from petcore.ports.store import Store
from petcore.services.desktop_pet.collections import COLLECTIONS
from petcore.services.upkeep.check import Complaint
from petcore.services.upkeep.copy import Left, Proof, Step, copy
from petcore.services.upkeep.erase import Erased, Rewritten, census, erase
from petcore.services.upkeep.export import export
from petcore.settings import MongoDriver, Settings, read_settings, shown
from petcore.wiring import are_one_store, create_store, existing_store, scrub_store, wire_checker

_TARGETS = "sqlite:///relative.db, sqlite:////absolute.db or mongodb://host/database"
_CHECKSUM_SHOWN = 16


def add_copy_arguments(parser: ArgumentParser) -> None:
    """From where, to where."""
    parser.add_argument(
        "--from", dest="store", metavar="URI", help="the source (default PETCORE_STORE)"
    )
    parser.add_argument("--to", metavar="URI", required=True, help=f"the target: {_TARGETS}")
    parser.add_argument(
        "--mongo-driver",
        choices=get_args(MongoDriver),
        help="the driver of a mongodb:// store (default motor)",
    )


def add_check_arguments(parser: ArgumentParser) -> None:
    """Which store."""
    add_store_arguments(parser)


def add_erase_arguments(parser: ArgumentParser) -> None:
    """Whom, and whether that is sure."""
    _add_user(parser)
    parser.add_argument("--yes", action="store_true", help="do not ask for confirmation")
    add_store_arguments(parser)


def add_export_arguments(parser: ArgumentParser) -> None:
    """Whom, and where to."""
    _add_user(parser)
    parser.add_argument("--output", type=Path, metavar="FILE", help="(default standard output)")
    add_store_arguments(parser)


def copy_store(asked: Namespace) -> Exit:
    """Copy and verify. Raises ``StartRefused``."""
    settings = _settings(asked)
    if asked.to == "memory:":
        raise StartRefused("--to memory: would be gone at the end; name another store")
    if are_one_store(settings.store, asked.to):
        raise StartRefused(f"--from and --to are one and the same: {shown(asked.to)}")
    return run(_copy(settings, asked.to))


def check_store(asked: Namespace) -> Exit:
    """Check every document. Raises ``StartRefused``."""
    return run(_check(_settings(asked)))


def erase_user(asked: Namespace) -> Exit:
    """Remove a person once that is confirmed. Raises ``StartRefused``."""
    settings = _settings(asked)
    if not asked.yes:
        if not sys.stdin.isatty():
            raise StartRefused("nobody is here to confirm it; say --yes to erase without asking")
        # Asked outside of the event loop, which would not hear Ctrl-C meanwhile.
        found = Counter[str]()
        answer = run(_announce(settings, asked.user, found)) or (_ask() if found else Exit.DONE)
        if answer:
            return answer
    return run(_erase(settings, asked.user)) or _scrub(settings.store)


def export_user(asked: Namespace) -> Exit:
    """Write what is stored about a person. Raises ``StartRefused``."""
    output: Path | None = asked.output
    if output is not None and (output.is_dir() or not output.parent.is_dir()):
        raise StartRefused(f"--output: {output} cannot be a file; name one in a folder that exists")
    return run(_export(_settings(asked), asked.user, output))


async def _copy(settings: Settings, to: str) -> Exit:
    complaints, proofs = Complaints(), list[Proof]()
    written: Counter[str] = Counter()
    target = create_store(to, settings.mongo_driver)
    async with opened(_existing(settings)) as source, opened(target):
        with bars() as shown_bars:
            async for event in copy(source, target, COLLECTIONS):
                match event:
                    case Step():
                        what = f"{event.doing} {event.collection}"
                        shown_bars.show(what, event.done, event.total)
                        written[event.collection] = max(written[event.collection], event.written)
                    case Left():
                        line = f"{event.collection} {event.id}: {event.cause}"
                        complaints.add(event.collection, line)
                    case Proof():
                        proofs.append(event)
    left = complaints.print()
    print(_proof_table(proofs, written))
    unlike = [proof.collection for proof in proofs if not proof.holds]
    if left or unlike:
        complain(_copy_verdict(left, unlike))
        return Exit.WRONG
    return Exit.DONE


def _proof_table(proofs: list[Proof], written: Counter[str]) -> str:
    head = ("collection", "source", "target", "written", "checksum", "")
    rows = (
        (
            proof.collection,
            proof.source.read,
            proof.target.read,
            written[proof.collection],
            proof.source.checksum[:_CHECKSUM_SHOWN],
            "the same" if proof.holds else "DIFFERENT",
        )
        for proof in proofs
    )
    return table([head, *rows])


def _copy_verdict(left: int, unlike: list[str]) -> str:
    told = f"{left} documents were left as they are. " if left else ""
    if not unlike:
        return told.strip()
    return (
        f"{told}Source and target differ in {', '.join(unlike)}. If a server changes one of them, "
        "stop it and copy again; if an _id is no string, `petcore store check` says so"
    )


async def _check(settings: Settings) -> Exit:
    complaints = Complaints()
    counts: dict[str, int] = {}
    async with opened(_existing(settings)) as store:
        with bars() as shown_bars:
            async for event in wire_checker().check(store, COLLECTIONS):
                if isinstance(event, Complaint):
                    where = " ".join(filter(None, (event.collection, event.id, event.fault.field)))
                    line = f"{where}: {event.fault.wrong}; {event.fault.right}"
                    complaints.add(event.collection, line)
                    continue
                shown_bars.show(event.collection, event.done, event.total)
                counts[event.collection] = event.done
    wrong = complaints.print()
    rows = [(name, count, complaints.of(name) or "") for name, count in counts.items()]
    print(table([("collection", "documents", "wrong" if wrong else ""), *rows]))
    if wrong:
        complain(f"{wrong} things are wrong in {shown(settings.store)}")
    return Exit.WRONG if wrong else Exit.DONE


async def _announce(settings: Settings, user: str, found: Counter[str]) -> Exit:
    async with opened(_existing(settings)) as store:
        found += Counter(await census(store, COLLECTIONS, user))
    if found:
        print(table(list(found.items())))
    print(f"{user!r} has {found.total()} documents in {shown(settings.store)}")
    return Exit.DONE


def _ask() -> Exit:
    try:
        if input("Erase them for ever? [y/N] ").strip().lower() in ("y", "yes"):
            return Exit.DONE
    except KeyboardInterrupt:
        return Exit.STOPPED
    except EOFError:
        pass
    complain("nothing was erased")
    return Exit.WRONG


async def _erase(settings: Settings, user: str) -> Exit:
    erased: Counter[str] = Counter()
    late = is_rewritten = False
    async with opened(_existing(settings)) as store:
        async for event in erase(store, COLLECTIONS, user):
            match event:
                case Erased():
                    erased[event.collection] += event.documents
                    late = late or (event.passing > 1 and event.documents > 0)
                case Rewritten():
                    is_rewritten = True
    print(table([("collection", "erased"), *erased.items()]))
    if late:
        complain(f"a server was writing for {user!r} meanwhile; let the user's devices rest")
    if is_rewritten:
        complain(f"it still writes, so {user!r} is not erased; stop it and erase again")
    return Exit.WRONG if is_rewritten else Exit.DONE


def _scrub(uri: str) -> Exit:
    with understood() as outcome:
        if not scrub_store(uri):
            complain(
                "another program has the store open, and its log may hold what was erased "
                "until that program ends"
            )
    return outcome[-1]


async def _export(settings: Settings, user: str, output: Path | None) -> Exit:
    async with opened(_existing(settings)) as store:
        with sink(output) as out:
            async for collection, document in export(store, COLLECTIONS, user):
                line = {"collection": collection, "document": document}
                text = json.dumps(line, default=_said, ensure_ascii=False)
                out.write(f"{text}\n".encode())
    return Exit.DONE


def _said(value: object) -> str:
    """An instant as the API writes it; for what no store of petcore holds, any text."""
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _existing(settings: Settings) -> Store:
    return existing_store(settings.store, settings.mongo_driver)


def _settings(asked: Namespace) -> Settings:
    return read_settings(store=asked.store, mongo_driver=asked.mongo_driver)


def _add_user(parser: ArgumentParser) -> None:
    parser.add_argument("--user", metavar="NAME", type=_user, required=True, help="the user_id")


def _user(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ArgumentTypeError("is not written in UTF-8") from None
    if not text:
        raise ArgumentTypeError("must not be empty")
    return text
