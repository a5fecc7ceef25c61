# What a board runs first. Small, and put onto the board as source, so that it can be read and
# mended there. Whatever fails is told at the cable and on the panel, and the board starts again.
# Who stops it with Ctrl-C gets the prompt.

import sys
import time

import machine

RESTART_S = 10
# Only MicroPython has it.
_print_exception = getattr(sys, "print_exception", print)


def main() -> None:
    try:
        from firmware.hal.start import live  # noqa: PLC0415  whatever fails, also this

        live()
    except Exception as failure:  # noqa: BLE001
        _print_exception(failure)
        _show(failure)
    time.sleep(RESTART_S)
    machine.reset()


def _show(failure: Exception) -> None:
    try:
        from firmware.hal.safe_mode import show_failure  # noqa: PLC0415

        show_failure(failure)
    except Exception as another:  # noqa: BLE001
        _print_exception(another)


if __name__ == "__main__":
    main()
