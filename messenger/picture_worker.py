"""Makes a picture that can be shown of a file that somebody has sent. A program of its own: see `messenger.pictures`.

It is started with two paths, writes the picture to the second one and what it is to the standard output. It exits with
another status than 0 if the file is no picture, or none that should be shown.
"""

import json
import sys
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps, ImageSequence

FORMATS = ('PNG', 'JPEG', 'GIF', 'WEBP')
ANIMATED = ('GIF', 'WEBP')
MAX_PIXELS = 40_000_000  # of all frames of an animation together
MAX_SIDE = 2560  # of a still picture; larger ones are scaled
MAX_MEMORY = 1024**3  # bytes
MAX_SECONDS = 20  # of the processor
KEPT = ('icc_profile', 'transparency')  # all else that a picture says of itself may tell where it was taken
QUALITY = 85


def main(source: Path, target: Path) -> None:
    limit_resources()
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    warnings.simplefilter('error', Image.DecompressionBombWarning)  # of more than that; of twice as many it is an error
    with Image.open(source, formats=FORMATS) as image:  # reads its head only
        picture_format = 'JPEG' if image.format == 'MPO' else str(image.format)  # of several JPEGs the first one
        frames = getattr(image, 'n_frames', 1)
        if picture_format in ANIMATED and frames > 1:
            if image.width * image.height * frames > MAX_PIXELS:
                raise ValueError('These are too many frames.')
            save_animation(image, target, picture_format)
            width, height = image.size
        else:
            width, height = save_still(image, target, picture_format)
    print(json.dumps({'media_type': Image.MIME[picture_format], 'width': width, 'height': height}))


def save_still(image: Image.Image, target: Path, picture_format: str) -> tuple[int, int]:
    """Save a picture, or the first frame of one, upright and no larger than a screen, and return its size."""
    if max(image.size) > MAX_SIDE:
        if image.mode in ('1', 'P', 'PA'):  # which cannot be scaled well
            image = image.convert('RGBA' if image.has_transparency_data else 'RGB')
        image.thumbnail((MAX_SIDE, MAX_SIDE))
    ImageOps.exif_transpose(image, in_place=True)
    if picture_format == 'JPEG' and image.mode not in ('L', 'RGB'):
        image = image.convert('RGB')
    image.info = {name: image.info[name] for name in KEPT if name in image.info}
    image.save(target, picture_format, **save_options(picture_format, image))
    return image.size


def save_animation(image: Image.Image, target: Path, picture_format: str) -> None:
    """Save all frames of an animation as they are."""
    durations = [frame.info.get('duration', 0) for frame in ImageSequence.Iterator(image)]
    options = save_options(picture_format, image) | {'duration': durations, 'loop': image.info.get('loop', 0)}
    image.seek(0)
    image.save(target, picture_format, save_all=True, **options)


def save_options(picture_format: str, image: Image.Image) -> dict[str, Any]:
    match picture_format:
        case 'JPEG':
            return {'quality': QUALITY, 'icc_profile': image.info.get('icc_profile')}
        case 'WEBP':
            return {'quality': QUALITY, 'icc_profile': image.info.get('icc_profile'), 'exif': b'', 'xmp': b''}
        case 'GIF':
            return {'comment': b''}
    return {}


def limit_resources() -> None:
    """Have the system end this process if a picture needs too much, where the system can do so."""
    if sys.platform != 'win32':
        import resource

        for limit, most in (
            (resource.RLIMIT_AS, MAX_MEMORY),
            (resource.RLIMIT_CPU, MAX_SECONDS),
            (resource.RLIMIT_CORE, 0),
        ):
            with suppress(ValueError, OSError):
                resource.setrlimit(limit, (most, most))


if __name__ == '__main__':
    main(Path(sys.argv[1]), Path(sys.argv[2]))
