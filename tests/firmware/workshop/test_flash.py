"""MicroPython is put onto a board by a stand-in of esptool that writes down what it was told."""

import hashlib
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from firmware.workshop import flash
from firmware.workshop.command import Exit

IMAGE = b"\xe9\x01\x02\x03".ljust(24, b"\x00")
FOR_S3 = IMAGE[:12] + b"\x09" + IMAGE[13:]
FOR_C3 = IMAGE[:12] + b"\x05" + IMAGE[13:]
STAND_IN = """
import sys
open({seen!r}, "a").write(" ".join(sys.argv[1:]) + "\\n")
sys.exit(2 if {refused!r} in sys.argv else 0)
"""


@dataclass(frozen=True)
class Bench:
    """A board's port, an image, and a stand-in of esptool."""

    folder: Path

    def run(self, *words: str, image: bytes = IMAGE, sha256: str = "", refused: str = "-") -> int:
        """Flash, and return the exit code. The stand-in fails where it is told ``refused``."""
        (self.folder / "image.bin").write_bytes(image)
        (self.folder / "port").touch()
        script = self.folder / "esptool.py"
        seen = str(self.folder / "seen")
        script.write_text(STAND_IN.format(seen=seen, refused=refused))
        told = ["--port", str(self.folder / "port"), "--image", str(self.folder / "image.bin")]
        told += ["--sha256", sha256 or hashlib.sha256(image).hexdigest(), *words]
        return flash.main([*told, "--esptool", sys.executable, str(script)])

    def seen(self) -> list[list[str]]:
        """What the stand-in was told, call by call."""
        seen = self.folder / "seen"
        return (
            [shlex.split(line) for line in seen.read_text().splitlines()] if seen.exists() else []
        )


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A bench of its own for each test."""
    return Bench(tmp_path)


@pytest.mark.parametrize(
    ("content", "chip", "offset"), [(IMAGE, "esp32", "0x1000"), (FOR_S3, "esp32s3", "0x0")]
)
def test_the_flash_is_erased_and_then_written(
    bench: Bench, content: bytes, chip: str, offset: str
) -> None:
    """The image says for which chip it is; each looks for what it starts at its own place."""
    assert bench.run("--baud", "115200", image=content) == Exit.DONE
    told = ["--chip", chip, "--port", str(bench.folder / "port"), "--baud", "115200"]
    image = str(bench.folder / "image.bin")
    assert bench.seen() == [[*told, "erase-flash"], [*told, "write-flash", offset, image]]


@pytest.mark.parametrize(
    ("image", "sha256", "said"),
    [
        (IMAGE, "0" * 64, "download it again"),
        (IMAGE, "abc", "--sha256 must be the 64 digits"),
        (b"\x7fELF", "", "is none for an ESP32"),
        (b"", "", "is none for an ESP32"),
        (FOR_C3, "", "is for another chip"),
        (b"\xe9", "", "is for another chip"),
    ],
)
def test_a_wrong_image_never_reaches_the_board(
    bench: Bench, capsys: pytest.CaptureFixture[str], image: bytes, sha256: str, said: str
) -> None:
    """Erased is what is on the board; so all is looked at before."""
    assert bench.run(image=image, sha256=sha256) == Exit.REFUSED
    assert bench.seen() == []
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("words", [["", "0" * 64], ["image.bin", ""]])
def test_what_to_flash_must_be_said(capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    """The task passes empty words on when nobody said IMAGE= or SHA256=."""
    image, sha256 = words
    assert flash.main(["--port", "P", "--image", image, "--sha256", sha256]) == Exit.REFUSED
    assert "IMAGE=ESP32_GENERIC.bin SHA256=" in capsys.readouterr().err


def test_digits_may_be_capital(bench: Bench) -> None:
    """As some pages write them."""
    assert bench.run(sha256=hashlib.sha256(IMAGE).hexdigest().upper()) == Exit.DONE


def test_an_image_that_is_not_there(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    """It is named."""
    words = ["--port", "P", "--image", str(bench.folder / "nowhere.bin"), "--sha256", "0" * 64]
    assert flash.main(words) == Exit.REFUSED
    assert "nowhere.bin cannot be read: No such file" in capsys.readouterr().err


def test_a_board_that_cannot_be_erased_is_not_written_to(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    """And it says what helps."""
    assert bench.run(refused="erase-flash") == Exit.FAILED
    assert [words[-1] for words in bench.seen()] == ["erase-flash"]
    assert "could not erase-flash; is the board an esp32" in capsys.readouterr().err


def test_without_esptool_it_says_who_brings_it(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is in no group that everybody installs."""
    monkeypatch.setattr(flash, "find_spec", lambda *_: None)
    image = bench.folder / "image.bin"
    image.write_bytes(IMAGE)
    words = ["--port", "P", "--image", str(image)]
    assert flash.main([*words, "--sha256", hashlib.sha256(IMAGE).hexdigest()]) == Exit.REFUSED
    assert "`task firmware:flash` brings it along" in capsys.readouterr().err


def test_a_program_that_is_not_there(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    """It is named, too."""
    image = bench.folder / "image.bin"
    image.write_bytes(IMAGE)
    words = ["--port", "P", "--image", str(image), "--sha256", hashlib.sha256(IMAGE).hexdigest()]
    assert flash.main([*words, "--esptool", "/nowhere/esptool"]) == Exit.REFUSED
    assert "/nowhere/esptool cannot be run" in capsys.readouterr().err


@pytest.mark.parametrize("baud", ["0", "-1", "fast", "99999999"])
def test_a_speed_that_no_board_has(bench: Bench, baud: str) -> None:
    """It is refused before anything else."""
    with pytest.raises(SystemExit):
        bench.run("--baud", baud)
    assert bench.seen() == []
