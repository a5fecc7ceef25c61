"""The pictures of the screens: what the pages of the project show is what the pet draws."""

from pathlib import Path

import pytest
from PIL import Image

from firmware.logic import scene as scenes
from firmware.workshop import screens
from firmware.workshop.command import Exit

KEPT = Path(__file__).parents[2] / "docs" / "screens"
RGB = "RGB"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Draw everything into a folder."""
    out = tmp_path_factory.mktemp("screens") / "of" / "the pet"
    assert screens.main(["--out", str(out)]) == Exit.DONE
    return out


def film(path: Path) -> list[tuple[bytes, int]]:
    """The frames of a film, and how long each of them stands."""
    with Image.open(path) as image:
        frames = []
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            frames.append((image.convert(RGB).tobytes(), image.info.get("duration", 0)))
    return frames


def test_the_pictures_in_docs_are_of_this_pet(made: Path) -> None:
    """Who changes a screen draws them anew: ``task firmware:screens``."""
    names = sorted(path.name for path in made.iterdir())
    assert names == sorted(path.name for path in KEPT.iterdir())
    stale = [name for name in names if film(made / name) != film(KEPT / name)]
    assert stale == []


def test_the_same_drawing_gives_the_same_bytes(made: Path, tmp_path: Path) -> None:
    """No moment of making, no name of a machine is in a file."""
    screens.write(tmp_path)
    names = [path.name for path in made.iterdir()]
    assert [
        name for name in names if (made / name).read_bytes() != (tmp_path / name).read_bytes()
    ] == []


def test_every_screen_of_the_logic_has_its_picture() -> None:
    """And no two pictures have one name."""
    known = {value for name, value in vars(scenes).items() if name == value and name.isupper()}
    assert {screen.scene[0] for screen in screens.SCREENS} == known
    assert len({screen.name for screen in screens.SCREENS}) == len(screens.SCREENS)


def test_a_picture_is_the_panel_enlarged(made: Path) -> None:
    """Every point a square, with a rim around all of them."""
    with Image.open(made / "status.png") as image:
        picture = image.convert(RGB)
    scale, rim = screens.SCALE, screens.SCALE * screens.RIM_WIDTH
    assert picture.size == (128 * scale + 2 * rim, 64 * scale + 2 * rim)
    assert picture.getpixel((0, 0)) == screens.RIM
    assert picture.getpixel((rim, rim)) == screens.DARK  # the bar's corner is rounded
    square = picture.crop((rim + scale, rim, rim + 2 * scale, rim + scale))
    assert set(square.get_flattened_data()) == {screens.LIT}


def test_a_film_lasts_as_long_as_what_it_shows(made: Path) -> None:
    """Frames stand in it as on the panel; a film counts in hundredths of a second."""
    lengths = {path.stem: sum(stand for _, stand in film(path)) for path in made.glob("*.gif")}
    assert lengths == {screen.name: screen.film_ms for screen in screens.SCREENS if screen.film_ms}


def test_a_folder_that_cannot_be_written_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line, no traceback."""
    (tmp_path / "taken").write_text("", encoding="utf-8")
    assert screens.main(["--out", str(tmp_path / "taken")]) == Exit.FAILED
    assert str(tmp_path / "taken") in capsys.readouterr().err
