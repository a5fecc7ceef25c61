"""The command ``petsim``. What it offers stands in ``commands.menu``, which takes a second to load;
somebody may press Ctrl-C meanwhile.
"""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from simulator.commands import Exit


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit code."""
    try:
        with _stopped_at_once():
            from simulator.commands.menu import choose  # noqa: PLC0415 -- it takes a second
        return choose(arguments)
    except KeyboardInterrupt:
        print("petsim: stopped", file=sys.stderr)
        return Exit.STOPPED


@contextmanager
def _stopped_at_once() -> Iterator[None]:
    """Ctrl-C ends all, as long as there is nothing to tidy up. An exception in the middle of an
    import would be told as an error, or swallowed by who imports.
    """

    def stop(*_: object) -> None:
        os.write(sys.stderr.fileno(), b"petsim: stopped\n")
        os._exit(Exit.STOPPED)

    # Who was started in the background does not hear of Ctrl-C, and need not.
    is_heard = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if is_heard:
        signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        if is_heard:
            signal.signal(signal.SIGINT, signal.default_int_handler)


if __name__ == "__main__":
    sys.exit(main())
