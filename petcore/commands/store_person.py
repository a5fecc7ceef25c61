"""``petcore store erase`` and ``export`` at work: all that is stored about one person."""

import json
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import IO

from petcore.commands import Exit
from petcore.commands.store_output import complain, table
from petcore.commands.store_running import existing, opened, sink, understood
from petcore.services.collections import PERSONAL
from petcore.services.outbox import Document
from petcore.services.upkeep.erase import Erased, Rewritten, census, erase
from petcore.services.upkeep.export import export
from petcore.settings import Settings, shown
from petcore.wiring import scrub_store


async def announced(settings: Settings, user: str, found: Counter[str]) -> Exit:
    """Say how many documents the user has, and count them in ``found``."""
    async with opened(existing(settings)) as store:
        found += Counter(await census(store, PERSONAL, user))
    if found:
        print(table(list(found.items())))
    print(f"{user!r} has {found.total()} documents in {shown(settings.store)}")
    return Exit.DONE


async def erased(settings: Settings, user: str, gone: Counter[str]) -> Exit:
    """Erase the user, and count in ``gone`` what that was."""
    late = is_rewritten = False
    async with opened(existing(settings)) as store:
        async for event in erase(store, PERSONAL, user):
            match event:
                case Erased():
                    gone[event.collection] += event.documents
                    late = late or (event.passing > 1 and event.documents > 0)
                case Rewritten():
                    is_rewritten = True
    if gone.total():
        print(table([("collection", "erased"), *gone.items()]))
        print("Certain only if no server runs on the store: it may yet store what it has begun.")
    if is_rewritten:
        complain(f"a server still writes, so {user!r} is not erased; stop it and erase again")
    elif late:
        complain(f"a server was writing for {user!r} meanwhile; stop it and erase again")
    return Exit.WRONG if late or is_rewritten else Exit.DONE


def scrubbed(uri: str) -> Exit:
    """Leave nothing of what was erased in the store's file; ``WRONG`` if it is in use."""
    with understood() as outcome:
        if not scrub_store(uri):
            complain(
                "another program has the store open, so its file and its log may still hold what "
                "was erased; stop that program and erase again"
            )
            outcome.append(Exit.WRONG)
    return outcome[-1]


async def exported(settings: Settings, user: str, output: Path | None) -> Exit:
    """Write all that is stored about the user; nothing is written if that is nothing."""
    async with opened(existing(settings)) as store:
        found = export(store, PERSONAL, user)
        first = await anext(found, None)
        if first is None:
            return told_if_nothing(settings, user, 0)
        with sink(output) as out:
            _write(out, *first)
            async for collection, document in found:
                _write(out, collection, document)
    return Exit.DONE


def told_if_nothing(settings: Settings, user: str, documents: int) -> Exit:
    """``WRONG`` if there are no documents: the name or the store may be misspelled."""
    if documents:
        return Exit.DONE
    complain(f"nothing is stored about {user!r} in {shown(settings.store)}")
    return Exit.WRONG


def _write(out: IO[bytes], collection: str, document: Document) -> None:
    line = {"collection": collection, "document": document}
    out.write(f"{json.dumps(line, default=_said, ensure_ascii=False)}\n".encode())


def _said(value: object) -> str:
    """An instant as the API writes it; for what no store of petcore holds, any text."""
    return value.isoformat() if isinstance(value, datetime) else str(value)
