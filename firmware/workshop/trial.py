"""``task firmware:try``: a real server, a pretend board, and all that a maker does with the two.

From an empty flash to a reminder that was answered, in half a minute, by the commands that a real
board is set up with; ``main.py`` and the host of the ESP32 run on it as they are. Nothing is left
behind.

Not here: the board and who stands before it (``pretend_board.py``, ``person.py``).
"""

import json
import os
import re
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen, TimeoutExpired
from tempfile import TemporaryDirectory

from rich.console import Console

from firmware.hal.pins import DEFAULTS, ESP32
from firmware.workshop import command, config, deploy
from firmware.workshop.build import build
from firmware.workshop.command import Failed, started
from firmware.workshop.person import Person, before_a_board, wait_until

USER = "trial"
PET = "trial-pet"
# The whole day of a zone without summer time.
SCHEDULE = {
    "user_id": USER,
    "timezone": "UTC",
    "start_time": "00:00",
    "end_time": "23:59",
    "interval_min": 60,
    "enabled": True,
}
WIFI = ("trial-wifi", "trial-password")
FIRST_BUTTON = DEFAULTS[ESP32]["first_button"]
# A pet that finds no server at first asks again after up to a minute.
PATIENCE_S = 30.0
TIMEOUT_S = 30.0
LINES_SHOWN = 15


@dataclass(frozen=True, slots=True)
class House:
    """Where the trial happens: a server with its store, and a board with somebody before it."""

    folder: Path
    port: int
    person: Person

    @property
    def store(self) -> str:
        """The server's store."""
        return store_in(self.folder)


def store_in(folder: Path) -> str:
    """The store of a server in this folder."""
    return f"sqlite:///{folder / 'petcore.db'}"


def _environment() -> dict[str, str]:
    """The one here, without what would make it another server."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PETCORE_")}


@contextmanager
def served(folder: Path) -> Iterator[int]:
    """A server behind a locked door; gives its port. Raises ``Failed``."""
    serve = [sys.executable, "-m", "petcore", "serve", "--locked", "--port", "0"]
    serve += ["--store", store_in(folder), "--log-level", "warning"]
    with started(
        lambda: Popen(serve, stdout=PIPE, stderr=DEVNULL, text=True, env=_environment())
    ) as server:
        said = server.stdout.readline() if server.stdout is not None else ""
        ready = re.search(r"http://127\.0\.0\.1:(\d+)", said)
        if ready is None:
            raise Failed("the server did not start; run `petcore serve --locked` to see why")
        yield int(ready[1])


def petcore(house: House, *words: str) -> str:
    """Run a command of petcore on the house's store; return what it printed. Raises ``Failed``."""
    told = [sys.executable, "-m", "petcore", *words, "--store", house.store]
    with started(
        lambda: Popen(told, stdout=PIPE, stderr=PIPE, text=True, env=_environment())
    ) as child:
        try:
            said, complaint = child.communicate(timeout=TIMEOUT_S)
        except TimeoutExpired as late:
            took = f"takes longer than {TIMEOUT_S:g} s"
            raise Failed(f"petcore {words[0]} {words[1]}: {took}") from late
    if child.returncode:
        raise Failed(f"petcore {words[0]} {words[1]}: {complaint.strip()}")
    return said


def set_schedule(house: House) -> None:
    """The user wants to be reminded, as his own page would say. Raises ``Failed``."""
    token = petcore(house, "device", "add", "page", "--user", USER).strip()
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    connection = HTTPConnection("127.0.0.1", house.port, timeout=TIMEOUT_S)
    try:
        connection.request("POST", "/api/water/schedule", json.dumps(SCHEDULE), headers)
        answer = connection.getresponse()
        if answer.status != 200:  # noqa: PLR2004
            raise Failed(f"the server refuses a schedule: {answer.status} {answer.read()!r}")
    finally:
        connection.close()


def set_up(house: House, built: Path) -> None:
    """Deploy onto an empty board, and say what it must know."""
    house.person.tell_wifi(*WIFI)
    deploy.deploy(house.person.port, built)
    config.write(house.person.port, settings_for(house.port))


def settings_for(port: int) -> dict[str, object]:
    """What this board must know."""
    given = {
        "wifi_ssid": WIFI[0],
        "wifi_password": WIFI[1],
        "server": f"http://127.0.0.1:{port}",
        "device_name": PET,
    }
    return config.merged({}, given, ESP32, None)


def pair(house: House) -> None:
    """Read the code from the panel and let the pet in. Raises ``Failed``."""
    wait_until("the panel shows a code", house.person.code, PATIENCE_S)
    petcore(house, "device", "confirm", house.person.code(), "--user", USER, "--yes")


def be_reminded(house: House) -> None:
    """Wait for the reminder, and for its tone. Raises ``Failed``."""
    wait_until("the panel says `Drink water`", lambda: house.person.sees("Drink water"), PATIENCE_S)
    wait_until("the reminder is heard", house.person.tones, PATIENCE_S)


def answer(house: House) -> None:
    """Press the button; the reminder goes, and the server knows. Raises ``Failed``."""
    house.person.press(FIRST_BUTTON)
    wait_until(
        "the reminder has gone from the panel",
        lambda: not house.person.sees("Drink water"),
        PATIENCE_S,
    )
    wait_until("the server has the answer", lambda: "DEVICE_ACK" in exported(house), PATIENCE_S)


def exported(house: House) -> str:
    """All that the server knows of the user."""
    return petcore(house, "store", "export", "--user", USER)


def deploy_again(house: House, built: Path) -> None:
    """Nothing has changed, and the pet knows its token still. Raises ``Failed``."""
    planned = deploy.deploy(house.person.port, built)
    if planned.changed or planned.removed:
        raise Failed(f"what was deployed is deployed again: {deploy.told(planned)}")
    said = len(house.person.said())
    wait_until("the pet has started", lambda: "joined" in house.person.said()[said:], PATIENCE_S)
    if house.person.code():
        raise Failed("the pet asks for a code again")


def try_all(folder: Path, console: Console) -> None:
    """Do it all in this folder, saying what. Raises ``Failed``, ``Refused``."""
    built = folder / "build"
    build(built)
    with served(folder) as port, before_a_board(folder) as person:
        house = House(folder, port, person)
        steps: tuple[tuple[str, Callable[[], None]], ...] = (
            ("a user wants to be reminded", lambda: set_schedule(house)),
            ("deploy and settings onto an empty board", lambda: set_up(house, built)),
            ("its code is read from the panel and confirmed", lambda: pair(house)),
            ("the reminder is on the panel, and a tone", lambda: be_reminded(house)),
            ("it is answered by a press, and the server knows", lambda: answer(house)),
            ("the next deploy changes nothing", lambda: deploy_again(house, built)),
        )
        try:
            for name, step in steps:
                with console.status(name):
                    step()
                console.print(f"[green]✓[/] {name}")
        except Failed:
            console.print("the board said:", *person.said().splitlines()[-LINES_SHOWN:], sep="\n")
            raise


def _execute(asked: Namespace) -> None:
    with TemporaryDirectory() as folder:
        try_all(Path(folder), command.console())


def main(arguments: Sequence[str] | None = None) -> int:
    """Try all, say what was done, and return the exit code."""
    parser = command.command_line("trial", "Try all commands on a pretend board.")
    command.heed_sigterm()
    return command.run(parser, _execute, arguments)


if __name__ == "__main__":
    sys.exit(main())
