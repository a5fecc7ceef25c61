"""The conformance kit and the firmware hold each other to their word: the firmware keeps every
promise, and the kit sees every fault that is planted into it.

All of them run at once, in one test: they mostly wait, and each for itself would take a minute.
"""

import asyncio
import sys
from pathlib import Path

import pytest

from simulator.conformance.child import Command, own
from simulator.conformance.promises import judge
from simulator.conformance.verdict import Finding, Verdict
from simulator.conformance.walk import Wish, walk
from tests.firmware.faults.planted import FAULTS, ROOT, Fault
from tests.firmware.vm import micropython

SCALE = 100
TOO_SLOW = "too slow"
PLAIN = Command(
    (
        sys.executable,
        str(ROOT / "tests" / "simulator" / "conformance" / "plain_device.py"),
        "{port}",
        "{scale}",
    )
)
WHAT_A_PLAIN_DEVICE_LACKS = {
    "proves who it is",
    "answers prompts once",
    "leaves withdrawn prompts",
    "runs Pomodoros",
    "asks for encouragement",
    "shows what it is told",
    "shows nothing stale",
    "counts down truly",
    "notices the end of a phase",
}

Findings = dict[str, Finding]


def house_with(fault: Fault, folder: Path) -> Command:
    """Give the command that runs the firmware with a fault in it."""
    house = folder / fault.name.replace(" ", "_")
    fault.plant(house)
    return own(house)


def on_cpython(command: Command) -> Command:
    """Give the same command without the VM."""
    return Command((sys.executable, *command.words[command.words.index("-m") :]), command.folder)


async def walked(device: Command) -> Findings:
    """Walk a device through the story in haste; give the findings by the names of the promises."""
    heard: list[str] = []
    wish = Wish(device=device, scale=SCALE, is_quick=True, say=heard.append)
    return {promise.name: found for promise, found in judge(await walk(wish)).items()}


async def all_walked(devices: list[Command]) -> list[Findings]:
    """Walk all of them at once."""
    return await asyncio.gather(*map(walked, devices))


def not_kept(findings: Findings) -> dict[str, tuple[str, ...]]:
    """Give what is not kept; a machine that was too slow to tell is nobody's fault."""
    return {
        name: found.evidence
        for name, found in findings.items()
        if found.verdict is not Verdict.KEPT
        and not (found.verdict is Verdict.UNTESTED and TOO_SLOW in found.evidence[0])
    }


def test_the_firmware_keeps_all_promises_and_every_fault_is_seen(tmp_path: Path) -> None:
    """On the VM and on CPython all is kept; of each fault the promise meant for it is broken. A
    device that has no more than a reminder breaks nothing that it does not have.
    """
    assert micropython()
    devices = [own(), on_cpython(own()), PLAIN]
    devices += [house_with(fault, tmp_path) for fault in FAULTS]
    there, here, plain, *faulty = asyncio.run(all_walked(devices))
    assert not_kept(there) == {}
    assert not_kept(here) == {}
    assert set(not_kept(plain)) == WHAT_A_PLAIN_DEVICE_LACKS
    assert {plain[name].verdict for name in WHAT_A_PLAIN_DEVICE_LACKS} == {Verdict.UNTESTED}
    for fault, findings in zip(FAULTS, faulty, strict=True):
        found = findings[fault.seen_by]
        if found.verdict is Verdict.UNTESTED and TOO_SLOW in found.evidence[0]:
            pytest.skip(f"{fault.name}: {found.evidence[0]}")
        assert found.verdict is Verdict.BROKEN, (fault.name, found)
