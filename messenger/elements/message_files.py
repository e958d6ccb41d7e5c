"""The HTML of the files in a message's row."""

from collections.abc import Sequence

from markupsafe import Markup

from models import FileView

FILES = Markup('<div class="files" id="m{id}f">{files}</div>')
# its place is there before the picture is, since the size is the one on the screen
PICTURE = Markup(
    '<a class="picture" href="{address}" target="_blank" data-action="show" title="{name}">'
    '<img src="{address}" alt="{name}" width="{width}" height="{height}" loading="lazy" decoding="async"></a>'
)
VIDEO = Markup('<video src="{address}" title="{name}" aria-label="{name}" controls preload="metadata"></video>')
AUDIO = Markup('<audio src="{address}" title="{name}" aria-label="{name}" controls preload="metadata"></audio>')
CARD = Markup('<a class="file" href="{address}" download><bdi class="name">{name}</bdi> <small>{size}</small></a>')
MAX_WIDTH, MAX_HEIGHT = 384, 320  # of a picture in a row
UNITS = ('bytes', 'kB', 'MB', 'GB')


def render_files(message_id: int, files: Sequence[FileView]) -> Markup:
    """Return what a row shows of the files of its message: pictures, players, and cards for everything else."""
    return FILES.format(id=message_id, files=Markup('').join(map(_render_file, files))) if files else Markup('')


def size_in_words(size: int) -> str:
    """Return a size in bytes as people know it: 999 bytes, 1.5 kB, 25 MB."""
    number, unit = float(size), 0
    while number >= 999.5 and unit < len(UNITS) - 1:
        number, unit = number / 1000, unit + 1
    return f'{number:.3g} {UNITS[unit] if size != 1 else "byte"}'


def _render_file(file: FileView) -> Markup:
    template = {'image': PICTURE, 'video': VIDEO, 'audio': AUDIO}.get(file.kind, CARD)
    width, height = _size_on_screen(file.width or MAX_WIDTH, file.height or MAX_HEIGHT)
    return template.format(
        address=file.address, name=file.name, width=width, height=height, size=size_in_words(file.size)
    )


def _size_on_screen(width: int, height: int) -> tuple[int, int]:
    """Return the size of a picture in a row, in CSS pixels; it shrinks where there is less room."""
    scale = min(1, MAX_WIDTH / width, MAX_HEIGHT / height)
    return max(1, round(width * scale)), max(1, round(height * scale))
