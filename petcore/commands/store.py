"""``petcore store copy|check|erase|export``: move a store, examine it, take a person out of it."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections import Counter
from pathlib import Path

from petcore.commands import (
    Exit,
    add_driver_argument,
    add_store_arguments,
    store_settings,
)
from petcore.commands.store_copy import copied
from petcore.commands.store_output import (
    Complaints,
    ask,
    bars,
    complain,
    require_somebody,
    table,
)
from petcore.commands.store_person import announced, erased, exported, scrubbed, told_if_nothing
from petcore.commands.store_running import existing, opened, run
from petcore.errors import StartRefused
from petcore.services.collections import COLLECTIONS
from petcore.services.upkeep.check import Complaint
from petcore.settings import KEPT_STORES, Settings, shown
from petcore.wiring import are_one_store, wire_checker


def add_copy_arguments(parser: ArgumentParser) -> None:
    """From where, to where."""
    parser.add_argument(
        "--from", dest="store", metavar="URI", help="the source (default PETCORE_STORE)"
    )
    parser.add_argument("--to", metavar="URI", required=True, help=f"the target: {KEPT_STORES}")
    add_driver_argument(parser)


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
    settings = store_settings(asked)
    if asked.to == "memory:":
        raise StartRefused("--to memory: would be gone at the end; name another store")
    if are_one_store(settings.store, asked.to):
        raise StartRefused(f"--from and --to are one and the same: {shown(asked.to)}")
    return run(copied(settings, asked.to))


def check_store(asked: Namespace) -> Exit:
    """Check every document. Raises ``StartRefused``."""
    return run(_check(store_settings(asked)))


def erase_user(asked: Namespace) -> Exit:
    """Remove a person once that is confirmed. Raises ``StartRefused``."""
    settings = store_settings(asked)
    if not asked.yes:
        require_somebody("erase")
        found = Counter[str]()
        answer = run(announced(settings, asked.user, found)) or (_ask() if found else Exit.DONE)
        if answer:
            return answer
    gone = Counter[str]()
    outcome = run(erased(settings, asked.user, gone))
    if outcome:
        return outcome
    # Where nothing is left, an erasure may have been cut off just before the scrubbing.
    told = told_if_nothing(settings, asked.user, gone.total())
    return scrubbed(settings.store) or told


def export_user(asked: Namespace) -> Exit:
    """Write what is stored about a person. Raises ``StartRefused``."""
    output: Path | None = asked.output
    if output is not None and (output.is_dir() or not output.parent.is_dir()):
        raise StartRefused(f"--output: {output} cannot be a file; name one in a folder that exists")
    return run(exported(store_settings(asked), asked.user, output))


def _ask() -> Exit:
    # Outside of the event loop, which would not hear Ctrl-C meanwhile.
    return ask("Erase them for ever?", otherwise="nothing was erased")


async def _check(settings: Settings) -> Exit:
    complaints = Complaints()
    counts: dict[str, int] = {}
    async with opened(existing(settings)) as store:
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
