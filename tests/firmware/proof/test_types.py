"""What touches the board's own modules, against their stubs; and that this check finds anything."""

from pathlib import Path

import pytest

from firmware.workshop import types
from firmware.workshop.command import Exit
from firmware.workshop.manifest import ROOT

# A file, what stands in it, what is planted in its place, and what must be said of it.
PLANTED = [
    ("firmware/hal/wifi.py", ".connect(", ".conect(", '"WLAN" has no attribute "conect"'),
    ("firmware/hal/wifi.py", ".active(False)", ".activate(False)", "activate"),
    ("firmware/hal/ssd1306.py", ".writeto(", ".write_to(", "write_to"),
    ("firmware/hal/buzzer.py", ".duty_u16(LOUD)", ".duty_u8(LOUD)", "duty_u8"),
    ("firmware/hal/buttons.py", "irq(handler=", "irq(hander=", "irq"),
    ("firmware/hal/esp32.py", "WDT(timeout=", "WDT(timeout_s=", "WDT"),
    ("firmware/hal/esp32.py", "Pin.PULL_UP", "Pin.PULLUP", "PULLUP"),
    ("firmware/hal/safe_mode.py", "network.STA_IF", "network.STATION", "STATION"),
    ("firmware/main.py", "machine.reset()", "machine.restart()", "restart"),
]


def test_what_is_planted_is_found(tmp_path: Path) -> None:
    """Each slip of the pen is named, in its file, and nothing else is."""
    planted = {}
    for number, (name, there, instead, words) in enumerate(PLANTED):
        source = (ROOT / name).read_text(encoding="utf-8")
        assert there in source
        path = tmp_path / f"planted_{number}.py"
        path.write_text(source.replace(there, instead, 1), encoding="utf-8")
        planted[path] = words
    said = types.check(list(planted))
    for path, words in planted.items():
        assert [line for line in said if path.name in line and words in line], (path, said)
    errors = [line for line in said if ": error: " in line]
    assert {line.partition(".py:")[0][-1] for line in errors} == set("012345678")


def test_the_firmware_uses_what_an_esp32_has(capsys: pytest.CaptureFixture[str]) -> None:
    """As `task firmware:types` says."""
    assert types.main([]) == Exit.DONE
    assert "files use what an ESP32 has" in capsys.readouterr().out
    names = {path.name for path in types.on_board()}
    assert {"main.py", "esp32.py", "safe_mode.py", "wifi.py", "ssd1306.py"} <= names
