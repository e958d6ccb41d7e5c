"""Pictures are shown upright, no larger than a screen, and say nothing of where they were taken."""

from pathlib import Path

import pytest
from PIL import Image

from messenger.pictures import Picture, make_picture
from tests.support.files import HTML, PLACE, animation, huge_png, photo, picture


def make(content: bytes, house: Path) -> tuple[Picture | None, Path]:
    source, target = house / 'source', house / 'target'
    source.write_bytes(content)
    return make_picture(source, target), target


@pytest.mark.parametrize('picture_format', ['PNG', 'JPEG', 'GIF', 'WEBP'])
def test_a_picture_keeps_its_format_and_size(picture_format: str, house: Path) -> None:
    made, target = make(picture(picture_format), house)

    assert made == Picture(f'image/{picture_format.lower()}', 40, 20)
    with Image.open(target) as image:
        assert (image.format, image.size) == (picture_format, (40, 20))
        assert image.convert('L').getextrema() == pytest.approx((76, 76), abs=2)  # red all over


@pytest.mark.parametrize('picture_format', ['PNG', 'JPEG', 'WEBP'])
def test_nothing_says_where_a_picture_was_taken(picture_format: str, house: Path) -> None:
    content = photo(picture_format=picture_format)
    assert PLACE in content

    _, target = make(content, house)

    assert PLACE not in target.read_bytes()
    with Image.open(target) as image:
        assert not image.getexif()


def test_a_picture_is_turned_as_the_camera_was_held(house: Path) -> None:
    made, target = make(photo((40, 20), orientation=6), house)

    assert made == Picture('image/jpeg', 20, 40)
    with Image.open(target) as image:
        assert image.size == (20, 40)


@pytest.mark.parametrize('mode', ['RGB', 'P', '1', 'L', 'LA', 'RGBA'])
def test_a_large_picture_is_scaled_to_a_screen(mode: str, house: Path) -> None:
    made, target = make(picture('PNG', (5000, 2500), mode), house)

    assert made == Picture('image/png', 2560, 1280)
    with Image.open(target) as image:
        assert image.size == (2560, 1280)


@pytest.mark.parametrize('picture_format', ['GIF', 'WEBP'])
def test_an_animation_goes_on_to_move(picture_format: str, house: Path) -> None:
    made, target = make(animation(picture_format), house)

    assert made == Picture(f'image/{picture_format.lower()}', 40, 20)
    assert PLACE not in target.read_bytes()
    with Image.open(target) as image:
        assert getattr(image, 'n_frames', 1) == 3


@pytest.mark.parametrize(
    'content',
    [
        b'',
        HTML,
        huge_png(60_000, 60_000),  # declares 3.6 gigapixels
        huge_png(8000, 8000),  # 64 megapixels, of which it has most
        huge_png(2**31 - 1, 2**31 - 1),
        huge_png(0, 10),
        picture('PNG')[:60],
        picture('JPEG')[:200],
        picture('BMP'),
        picture('TIFF'),
        b'GIF89a' + HTML,
        b'RIFF\xff\xff\xff\xffWEBPVP8 ' + b'\xff' * 100,
        animation('GIF', frames=60, size=(1000, 1000)),
    ],
    ids=[
        'empty',
        'html',
        'bomb',
        'huge',
        'endless',
        'flat',
        'half',
        'half a photo',
        'bmp',
        'tiff',
        'gif',
        'webp',
        'long',
    ],
)
def test_what_cannot_be_shown_is_no_picture(content: bytes, house: Path) -> None:
    assert make(content, house)[0] is None


def test_what_hides_behind_a_picture_is_gone(house: Path) -> None:
    made, target = make(picture('GIF') + HTML, house)

    assert made
    assert HTML not in target.read_bytes()
