"""Files that users send, harmless and hostile."""

import io
import struct
import zlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PIL import Image

from messenger.files import Files
from models import FileView

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
MAX_SIZE, MAX_TOTAL = 1_000_000, 2_500_000
GPS = 0x8825
ORIENTATION = 0x0112
PLACE = b'N 51 30'
MP4 = b'\0\0\0\x18ftypisom\0\0\0\0isommp42' + b'\0' * 1000
PDF = b'%PDF-1.7\n' + b'x' * 1000
HTML = b'<!doctype html><script>alert(1)</script>'
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'


MakeFiles = Callable[..., Files]


@dataclass(frozen=True)
class Sender:
    name: str = 'Ann'
    user_id: str = 'ann'


ANN, BEN = Sender(), Sender('Ben', 'ben')


class Moment:
    """The time, which a test moves."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


def picture(picture_format: str, size: tuple[int, int] = (40, 20), mode: str = 'RGB', **options: object) -> bytes:
    """A picture of one colour."""
    file = io.BytesIO()
    Image.new('RGB', size, 'red').convert(mode).save(file, picture_format, **options)
    return file.getvalue()


def photo(size: tuple[int, int] = (40, 20), orientation: int = 1, picture_format: str = 'JPEG') -> bytes:
    """A picture that knows where it was taken and how the camera was held."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif[0x010E] = PLACE.decode()
    exif[GPS] = {1: 'N', 2: (51.0, 30.0, 0.0)}
    options: dict[str, Any] = {'comment': PLACE} if picture_format == 'JPEG' else {}
    return picture(picture_format, size, exif=exif, **options)


def animation(picture_format: str, frames: int = 3, size: tuple[int, int] = (40, 20)) -> bytes:
    file = io.BytesIO()
    images = [Image.new('RGB', size, (number * 90 % 256, 0, 80)) for number in range(frames)]
    images[0].save(file, picture_format, save_all=True, append_images=images[1:], duration=50, comment=PLACE)
    return file.getvalue()


def huge_png(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says that it is huge, and is so once it is decompressed."""
    rows = zlib.compress(b'\0' * min(width * height, 50_000_000), 9)
    parts = [(b'IHDR', struct.pack('>IIBBBBB', width, height, 8, 0, 0, 0, 0)), (b'IDAT', rows), (b'IEND', b'')]
    return b'\x89PNG\r\n\x1a\n' + b''.join(
        struct.pack('>I', len(data)) + name + data + struct.pack('>I', zlib.crc32(name + data)) for name, data in parts
    )


async def pieces(content: bytes, size: int = 65_536) -> AsyncIterator[bytes]:
    """What comes of a file, bit by bit."""
    for start in range(0, len(content), size):
        yield content[start : start + size]


def kind(file: FileView) -> tuple[str, int | None, int | None]:
    return file.media_type, file.width, file.height


def on_disk(folder: Path) -> list[Path]:
    return [path for path in folder.rglob('*') if path.is_file()]
