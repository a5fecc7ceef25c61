"""Living through a world: where its trace goes, by which store, and what comes of it."""

import shlex
from pathlib import Path

from petcore.errors import StartRefused, StoreUnavailable
from petcore.ports.store import Store
from petcore.settings import shown as without_password
from petcore.wiring import create_store
from simulator.commands import Exit, Misuse
from simulator.commands.camera import require_opencv
from simulator.commands.voice import Voice
from simulator.kernel.stopwatch import Stopwatch
from simulator.kernel.trace import Json
from simulator.report import PAGE, PICTURE
from simulator.report.summary import summarize
from simulator.server.holdings import require_empty
from simulator.signals.recording import BadRecording
from simulator.world import Outcome, World, run

TRACE, SUMMARY = "trace.jsonl", "summary.json"


def live(world: World, out: Path, voice: Voice, store: Store | None = None) -> tuple[Outcome, Json]:
    """Run the world, on ``store`` if there is one; leave its trace in ``out``. The summary comes
    back with the outcome. Raises ``Misuse`` if the store is lost, a recording is not what it was,
    or faces cannot be drawn.
    """
    if world.camera:
        require_opencv()
    watch = Stopwatch()
    total_ms = world.lasts_ms
    with voice.progress("time passes", total_ms) as progress, (out / TRACE).open("wb") as file:
        try:
            outcome = run(world, file, progress, store)
        except (StartRefused, StoreUnavailable) as error:
            raise Misuse(f"--store: {error}") from None
        except BadRecording as error:
            raise Misuse(str(error)) from None
    return outcome, summarize(world, outcome, watch.seconds)


def make_folder(out: Path) -> Path:
    """The folder, made if need be, without what an earlier run left there to be mistaken for this
    one's. Raises ``Misuse`` if nothing can be written there.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name in (SUMMARY, PAGE, PICTURE):
            (out / name).unlink(missing_ok=True)
        (out / TRACE).touch()
    except OSError as error:
        raise Misuse(f"cannot write to {out}: {error.strerror}") from None
    return out


def open_store(uri: str | None) -> Store | None:
    """The empty store of this URI, if one is wanted. Raises ``Misuse``."""
    if uri is None:
        return None
    try:
        store = create_store(uri)
        require_empty(store)
    except (StartRefused, StoreUnavailable) as error:
        raise Misuse(str(error)) from None
    return store


def judged(outcome: Outcome) -> Exit:
    """What the judges think, as an exit code."""
    if not outcome.court.is_content:
        return Exit.BROKEN
    return Exit.UNTESTED if outcome.court.idle else Exit.KEPT


def said_again(words: list[str]) -> str:
    """The command that was given, for a shell, without a password."""
    return f"petsim {without_password(shlex.join(words))}"
