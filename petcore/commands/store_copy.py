"""``petcore store copy`` at work: what it tells, and what it came to."""

from collections import Counter

from petcore.commands import Exit
from petcore.commands.store_output import Complaints, bars, complain, table
from petcore.commands.store_running import existing, naming, opened
from petcore.services.collections import COLLECTIONS
from petcore.services.upkeep.copy import Left, Moved, Proof, Step, copy
from petcore.settings import Settings
from petcore.wiring import create_store

_CHECKSUM_SHOWN = 16


async def copied(settings: Settings, to: str) -> Exit:
    """Copy the store of the settings. Raises ``StartRefused``."""
    complaints, proofs = Complaints(), list[Proof]()
    written: Counter[str] = Counter()
    moved: list[str] = []
    with naming("--to"):
        target = create_store(to, settings.mongo_driver)
    with naming("--from (PETCORE_STORE)"):
        source = existing(settings)
    async with opened(source, "--from (PETCORE_STORE)"), opened(target, "--to"):
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
                    case Moved():
                        moved.append(event.collection)
    left = complaints.print()
    print(_proof_table(proofs, written))
    unlike = [proof.collection for proof in proofs if not proof.holds]
    if left or unlike or moved:
        complain(_verdict(left, unlike, moved))
        return Exit.WRONG
    print("This holds only if nobody wrote to the source meanwhile: no server, no worker.")
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


def _verdict(left: int, unlike: list[str], moved: list[str]) -> str:
    said = []
    if left:
        said.append(f"{left} documents were left as they are")
    if unlike:
        said.append(
            f"Source and target differ in {', '.join(unlike)}. If a server changes one of them, "
            "stop it and copy again; if an _id is no string, `petcore store check` says so"
        )
    if moved:
        where = ", ".join(moved)
        said.append(f"A server writes to the source, in {where}; stop it and copy again")
    return ". ".join(said)
