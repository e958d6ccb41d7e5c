"""How the files of a message are shown in its row."""

import re
from datetime import UTC, datetime

import pytest

from messenger.elements.message_files import size_in_words
from messenger.elements.message_row import RowRenderer
from models import FileView, MessageView, Quote

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
PICTURE = FileView('tok_1', 'Tea & <b>.png', 1234, 'image/png', 'abc', 40, 20)


def html_of(*files: FileView, text: str = '', quote: Quote | None = None) -> str:
    message = MessageView(7, 7, 'Ann', 'ann', 'k', text, NOON, files=files, quote=quote)
    return RowRenderer().render(message).html


def test_a_picture_has_its_place_before_it_is_there() -> None:
    html = html_of(PICTURE)

    assert (
        '<img src="/files/tok_1/Tea%20%26%20%3Cb%3E.png" alt="Tea &amp; &lt;b&gt;.png" width="40" height="20"' in html
    )
    assert 'loading="lazy"' in html
    assert 'aria-labelledby="m7a m7t m7x m7f"' in html


@pytest.mark.parametrize(
    ('size', 'shown'),
    [((384, 320), (384, 320)), ((2560, 1280), (384, 192)), ((100, 3200), (10, 320)), ((2560, 1), (384, 1))],
)
def test_a_large_picture_takes_little_room(size: tuple[int, int], shown: tuple[int, int]) -> None:
    html = html_of(FileView('tok', 'a.png', 1, 'image/png', 'abc', *size))

    assert f' width="{shown[0]}" height="{shown[1]}" ' in html


@pytest.mark.parametrize(
    ('media_type', 'tag'),
    [
        ('audio/mpeg', 'audio'),
        ('video/mp4', 'video'),
        ('video/x-msvideo', 'a'),
        ('image/svg+xml', 'a'),
        ('text/html', 'a'),
        ('application/pdf', 'a'),
        ('', 'a'),
    ],
)
def test_media_are_played_and_all_else_is_a_card(media_type: str, tag: str) -> None:
    html = html_of(FileView('tok', 'a', 25_000_000, media_type, 'abc'))

    found = re.search('<div class="files" id="m7f"><([a-z]+)(.*)', html)
    assert found
    assert found[1] == tag
    assert ('download' in found[2]) == ('25 MB' in found[2]) == (tag == 'a')


def test_several_files_and_a_text_are_one_message() -> None:
    html = html_of(PICTURE, FileView('tok', 'a.pdf', 1, '', 'abc'), text='Look')

    assert re.search('Look.*<img .*a.pdf</bdi> <small>1 byte', html, re.DOTALL)


def test_a_message_without_files_looks_as_before() -> None:
    assert 'files' not in html_of(text='Tea?')
    assert 'aria-labelledby="m7a m7t m7x"' in html_of(text='Tea?')


def test_a_quoted_message_without_text_is_a_file() -> None:
    assert '<span dir="auto">a file</span>' in html_of(text='Nice', quote=Quote(1, 'Ben', '', False))


@pytest.mark.parametrize(
    ('size', 'words'),
    [(0, '0 bytes'), (1, '1 byte'), (999, '999 bytes'), (1500, '1.5 kB'), (999_600, '1 MB'), (25 * 10**6, '25 MB')],
)
def test_sizes_are_told_as_people_know_them(size: int, words: str) -> None:
    assert size_in_words(size) == words
