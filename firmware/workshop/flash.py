"""``task firmware:flash``: put MicroPython itself onto a board, with esptool.

The image is compared with its published sum before the board is touched: what is on the board is
erased, and a wrong image leaves nothing that starts. Not here: the pet (``deploy.py``).
"""

import hashlib
import re
import sys
from argparse import ArgumentTypeError, Namespace
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from subprocess import run as start

from firmware.workshop import cable, command
from firmware.workshop.command import Failed, Refused

# Where the chip's own loader looks for what to start.
OFFSETS = {"esp32": "0x1000", "esp32s3": "0x0"}
# The first byte of every image for these chips, and what stands at its place 12, in two bytes.
MAGIC = 0xE9
CHIPS = {0: "esp32", 9: "esp32s3"}
CHIP_AT = slice(12, 14)
USAGE = "task firmware:flash PORT=/dev/ttyUSB0 IMAGE=ESP32_GENERIC.bin SHA256=..."
BAUD = 460_800
BAUD_MIN, BAUD_MAX = 9_600, 2_000_000


def chip_of(image: Path, sha256: str) -> str:
    """The chip that the image is for. Raises ``Refused`` if the file is not this image."""
    if not re.fullmatch(r"[0-9a-fA-F]{64}", sha256):
        raise Refused(
            "--sha256 must be the 64 digits of the image's SHA-256; micropython.org says it beside "
            "the download"
        )
    try:
        content = image.read_bytes()
    except OSError as error:
        raise Refused(f"the image {image} cannot be read: {error.strerror}") from error
    found = hashlib.sha256(content).hexdigest()
    if found != sha256.lower():
        raise Refused(
            f"the image {image} has the SHA-256 {found}, not {sha256.lower()}: download it again"
        )
    if content[:1] != bytes([MAGIC]):
        raise Refused(
            f"the image {image} is none for an ESP32, whose first byte is {MAGIC:02x}; take the "
            ".bin, not the .uf2 or .elf"
        )
    chip = CHIPS.get(int.from_bytes(content[CHIP_AT], "little"))
    if chip is None or len(content) < CHIP_AT.stop:
        raise Refused(f"the image {image} is for another chip; the pet runs on ESP32 and ESP32-S3")
    return chip


def commands(
    esptool: Sequence[str], port: str, chip: str, baud: int, image: Path
) -> list[list[str]]:
    """What is run, one after the other."""
    on_board = [*esptool, "--chip", chip, "--port", port, "--baud", str(baud)]
    return [[*on_board, "erase-flash"], [*on_board, "write-flash", OFFSETS[chip], str(image)]]


def _esptool(asked: Sequence[str] | None) -> list[str]:
    if asked:
        return list(asked)
    if find_spec("esptool") is None:
        raise Refused("esptool is not installed; `task firmware:flash` brings it along")
    return [sys.executable, "-m", "esptool"]


def _execute(asked: Namespace) -> None:
    if not (asked.image.name and asked.sha256):
        raise Refused(f"say what to flash, as in {USAGE}")
    chip = chip_of(asked.image, asked.sha256)
    esptool = _esptool(asked.esptool)
    cable.require_usable(asked.port)
    for line in commands(esptool, asked.port, chip, asked.baud, asked.image):
        try:
            done = start(line, check=False)
        except OSError as error:
            raise Refused(f"{line[0]} cannot be run: {error.strerror}") from error
        if done.returncode:
            raise Failed(
                f"esptool could not {line[len(esptool) + 6]}; is the board an {chip}, as the image "
                "is? Hold its BOOT button while it connects, use another cable, or a lower --baud "
                "such as 115200"
            )
    print("MicroPython is on the board; next: task firmware:config, task firmware:deploy")


def _baud(text: str) -> int:
    if not text.isdecimal() or not BAUD_MIN <= int(text) <= BAUD_MAX:
        raise ArgumentTypeError(f"must be from {BAUD_MIN} to {BAUD_MAX}")
    return int(text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare, erase, write, and return the exit code."""
    parser = command.command_line("flash", "Put MicroPython onto a board.")
    parser.add_argument("--port", required=True, help="such as /dev/ttyUSB0")
    parser.add_argument("--image", type=Path, required=True, metavar="FILE", help="a .bin")
    parser.add_argument("--sha256", required=True, metavar="DIGITS", help="what it must be")
    parser.add_argument("--baud", type=_baud, default=BAUD, help=f"(default {BAUD})")
    parser.add_argument(
        "--esptool", nargs="+", metavar="WORD", help="another way to run esptool, 5 or newer"
    )
    return command.run(parser, _execute, arguments)


if __name__ == "__main__":
    sys.exit(main())
