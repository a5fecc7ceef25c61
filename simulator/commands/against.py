"""``petsim day --against URL``: the same people and pets, in real time, at a server that runs."""

import argparse
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from simulator.commands import Exit, Misuse
from simulator.commands.living import TRACE, judged, make_folder
from simulator.commands.voice import Voice
from simulator.faults.faults import Faults
from simulator.faults.presets import CALM, HOME
from simulator.kernel.stopwatch import Stopwatch
from simulator.kernel.trace import Json
from simulator.outdoors.run import Lived, run_outdoors, world_at
from simulator.outdoors.server import NO_TOKENS, NoServer, Told
from simulator.report.summary import summarize
from simulator.signals.recording import BadRecording
from simulator.world import World

SCALE_MAX = 3600
_TOKEN = re.compile(r"\S{8,512}")
_TOKENS_BYTES_MAX = 2**20
_PARTS = 2


def add_against_arguments(parser: argparse.ArgumentParser) -> None:
    """What can be said of a server that runs somewhere."""
    parser.add_argument(
        "--against",
        metavar="URL",
        help="a server that runs, such as http://127.0.0.1:5000, instead of a simulated one: real "
        "time, real sockets, new user ids; judged is what can be seen from outside",
    )
    parser.add_argument(
        "--time-scale",
        type=int,
        metavar="N",
        help="how fast time runs there, as in `petcore serve --time-scale N` (default 1)",
    )
    parser.add_argument(
        "--tokens",
        type=Path,
        metavar="FILE",
        help="for a locked server: a line `USER_ID TOKEN` for each student, NAME, NAME-2 and so on",
    )


def require_possible(asked: argparse.Namespace, world: World) -> None:
    """Raise ``Misuse`` if this cannot be had from outside."""
    wishes = {"--talkative": world.talkative, "--camera": world.camera, "--store": asked.store}
    for name, is_wanted in wishes.items():
        if is_wanted:
            raise Misuse(f"{name} needs a server of this world's own: leave it out with --against")
    if world.scenario.door == "locked":
        raise Misuse("the scenario locks its own server: with --against give --tokens instead")
    if _of_network(world.faults) != world.faults:
        raise Misuse("--faults: with --against only the network fails, as in storm:network")
    if not 1 <= _scale(asked) <= SCALE_MAX:
        raise Misuse(f"--time-scale must be 1 to {SCALE_MAX}")


def _scale(asked: argparse.Namespace) -> int:
    return 1 if asked.time_scale is None else int(asked.time_scale)


def _of_network(faults: Faults) -> Faults:
    """Of these faults those that can befall the way to a server somewhere."""
    return HOME.model_copy(
        update={
            "network": faults.network,
            "as_told": faults.as_told,
            "settle_min": faults.settle_min,
        }
    )


class Elsewhere:
    """The server, and the world where its clock stands. Raises ``Misuse`` if there is none."""

    def __init__(self, asked: argparse.Namespace, world: World) -> None:
        require_possible(asked, world)
        self._url, self._scale = _url(asked.against), _scale(asked)
        self._tokens = NO_TOKENS if asked.tokens is None else _tokens(asked.tokens, world.pets)
        faults = CALM.model_copy(update={"network": world.faults.network})
        wanted = world.model_copy(update={"faults": faults})
        self.world, self._told = self._found(wanted)

    def _found(self, world: World) -> tuple[World, Told]:
        try:
            return world_at(world, self._url, self._scale, self._tokens)
        except NoServer as error:
            raise Misuse(f"--against: {error}") from None

    def announce(self, voice: Voice) -> None:
        """Tell what is about to happen."""
        scenario, scale = self.world.scenario, self._scale
        voice.say(f"seed {self.world.seed}, scenario {scenario.title!r}, pets {self.world.pets}")
        voice.say(f"  {scenario.story}")
        voice.say(f"  at {self._url}, where time runs {scale} times as fast as here")
        voice.say(f"  {scenario.hours} h, which take {scenario.hours * 60 / scale:,.1f} min")
        voice.say(f"  the first student is {scenario.person.user_id}")
        voice.say(f"  gets up at {scenario.timetable.wake:%H:%M} by the clock of {scenario.zone}\n")

    def live(self, out: Path, voice: Voice) -> tuple[Lived, Json]:
        """Live there; leave the trace in ``out``. The summary comes back with what came of it."""
        watch, total_ms = Stopwatch(), self.world.scenario.hours * 3_600_000
        folder = make_folder(out)
        with voice.progress("time passes", total_ms) as bar, (folder / TRACE).open("wb") as file:
            try:
                lived = run_outdoors(
                    self.world, self._url, self._told, self._scale, file, bar, self._tokens
                )
            except BadRecording as error:
                raise Misuse(str(error)) from None
        told = {
            "against": self._url,
            "time_scale": self._scale,
            "behind_s": round(lived.behind_s, 3),
            "set_aside": [
                {"judge": each.judge, "at_ms": each.at, "words": each.words}
                for each in lived.set_aside
            ],
        }
        return lived, {**summarize(self.world, lived.outcome, watch.seconds), **told}

    def judged(self, lived: Lived, voice: Voice) -> Exit:
        """What the judges think, as an exit code. A machine that is late proves nothing but what
        has nothing to do with time.
        """
        if not lived.is_late:
            return judged(lived.outcome)
        aside = [f"{each.judge}: {each.words}" for each in lived.set_aside]
        voice.complain(
            f"petsim: this machine is too slow for --time-scale {self._scale} with "
            f"{self.world.pets} pets: it was late by up to {lived.behind_s:.1f} s, so nothing is "
            f"proven from then on that has to do with time; "
            f"{len(aside)} objections are set aside{''.join(f': {said}' for said in aside[:1])}"
        )
        return Exit.MISUSED if lived.outcome.court.is_content else Exit.BROKEN


def _url(text: str) -> str:
    """The URL without a slash at its end. Raises ``Misuse``, which does not repeat it."""
    try:
        parts = urlsplit(text)
        is_good = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        is_good = False
    if not is_good or parts.query or parts.fragment:
        raise Misuse("--against must be a URL such as http://127.0.0.1:5000")
    if parts.username is not None:
        raise Misuse("--against must not hold a name or a password; tokens stand in --tokens FILE")
    return text.rstrip("/")


def _tokens(path: Path, pets: int) -> Mapping[str, str]:
    """Tokens by user, those of the first student first. Raises ``Misuse``, which repeats none."""
    try:
        text = path.read_text(encoding="utf-8")[:_TOKENS_BYTES_MAX]
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise Misuse(f"--tokens: cannot read {path}: {reason}") from None
    tokens: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        parts = line.split()
        if not parts or parts[0].startswith("#"):
            continue
        if len(parts) != _PARTS or not _TOKEN.fullmatch(parts[1]):
            raise Misuse(f"--tokens: {path}:{number}: must be `USER_ID TOKEN`")
        tokens[parts[0]] = parts[1]
    if not tokens:
        raise Misuse(f"--tokens: {path} holds no tokens")
    first = next(iter(tokens))
    for user in (first, *(f"{first}-{number}" for number in range(2, pets + 1))):
        if user not in tokens:
            raise Misuse(f"--tokens: {path} has no token of {user}, one of the {pets} students")
    return tokens
