"""Files over HTTP: who may send them, what is refused, and how they are served."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.support.company import socket_clients
from tests.support.files import HTML, MP4, PDF, SVG, on_disk, photo, picture
from tests.support.server import Server
from tests.support.uploader import Uploader
from tests.support.waiting import until

MEGABYTE = 1_000_000


async def test_a_file_is_served_as_it_was_sent(ann: Uploader, folder: Path) -> None:
    sent = await ann.keep(PDF, name='../Grüße 世界.pdf')

    got = await ann.http.get(sent['address'])

    assert (sent['name'], sent['size'], sent['media_type']) == ('Grüße 世界.pdf', len(PDF), 'application/pdf')
    assert (got.status_code, got.content) == (200, PDF)
    assert unquote(got.headers['content-disposition']) == "attachment; filename*=utf-8''Grüße 世界.pdf"
    assert got.headers['content-type'] == 'application/octet-stream'
    assert int(got.headers['content-length']) == len(PDF)
    assert 'content-encoding' not in got.headers
    assert len(on_disk(folder)) == 1


async def test_a_file_can_do_nothing_to_who_opens_it(ann: Uploader) -> None:
    for content in (PDF, HTML, SVG, MP4, picture('PNG')):
        headers = (await ann.http.get((await ann.keep(content, name='page.html'))['address'])).headers

        assert headers['x-content-type-options'] == 'nosniff'
        assert headers.get_list('content-security-policy') == ["sandbox; default-src 'none'"]
        assert headers['cross-origin-resource-policy'] == 'same-origin'
        assert headers['cache-control'] == 'private, max-age=31536000, immutable'


@pytest.mark.parametrize(
    ('content', 'media_type', 'disposition'),
    [
        (photo(), 'image/jpeg', 'inline'),
        (picture('PNG'), 'image/png', 'inline'),
        (picture('GIF'), 'image/gif', 'inline'),
        (picture('WEBP'), 'image/webp', 'inline'),
        (MP4, 'video/mp4', 'inline'),
        (b'ID3\3' + b'\0' * 100, 'audio/mpeg', 'inline'),
        *((content, 'application/octet-stream', 'attachment') for content in (HTML, SVG, PDF, b'', picture('BMP'))),
        (b'GIF89a' + HTML, 'application/octet-stream', 'attachment'),
    ],
    ids=['jpeg', 'png', 'gif', 'webp', 'mp4', 'mp3', 'html', 'svg', 'pdf', 'empty', 'bmp', 'polyglot'],
)
async def test_only_pictures_and_media_are_shown(
    content: bytes, media_type: str, disposition: str, ann: Uploader
) -> None:
    sent = await ann.keep(content, name='picture.png')

    got = await ann.http.get(sent['address'])

    assert got.headers['content-type'] == media_type
    assert got.headers['content-disposition'].split(';')[0] == disposition


async def test_a_part_of_a_file_can_be_loaded(ann: Uploader) -> None:
    address = (await ann.keep(MP4, name='film.mp4'))['address']

    part = await ann.http.get(address, headers={'Range': 'bytes=4-7', 'Accept-Encoding': 'gzip'})
    beyond = await ann.http.get(address, headers={'Range': 'bytes=9999-'})

    assert (part.status_code, part.content) == (206, b'ftyp')
    assert part.headers['content-range'] == f'bytes 4-7/{len(MP4)}'
    assert beyond.status_code == 416
    assert (await ann.http.head(address)).headers['content-length'] == str(len(MP4))


async def test_whoever_is_not_logged_in_sends_nothing(ann: Uploader, file_server: Server) -> None:
    for token in ('', 'x', 'x' * 5000):
        refused = await ann.send(PDF, **{'X-Upload-Token': token})
        assert (refused.status_code, refused.json()['error']) == (
            401,
            'You have been logged out, so this file was not sent.',
        )
    async with socket_clients() as join, Uploader(file_server.url, 'Ben') as uploads:
        page = await join(file_server.url, 'Ben')
        await uploads.log_in()
        await uploads.keep(PDF)

        await page.act('leave', tag='nicegui-browser_tab')

        async with asyncio.timeout(5):
            while (await uploads.send(PDF)).status_code != 401:
                await asyncio.sleep(0.05)


async def test_only_the_address_finds_a_file(ann: Uploader) -> None:
    sent = await ann.keep(PDF)
    token = sent['token']

    for other in (token[:-1], 'x', f'{token}%00', '%2e%2e%2fmain.db'):
        missing = await ann.http.get(f'/files/{other}/tea.txt')
        assert (missing.status_code, missing.text) == (404, 'There is no file at this address.')
    for path in ('/files', f'/files/{token}', f'/files/{token}/a/b', f'/files/{"x" * 900}/a'):
        assert (await ann.http.get(path)).status_code in (404, 405)
    assert (await ann.http.get(f'/files/{token}/anything')).status_code == 200


async def test_files_do_not_count_as_pages(ann: Uploader) -> None:
    address = (await ann.keep(picture('PNG')))['address']

    found = [(await ann.http.get(path)).status_code for path in [address] * 200 + ['/files/x/y'] * 200]

    assert found == [200] * 200 + [404] * 200
    assert (await ann.http.get('/')).status_code == 200


async def test_a_page_of_another_site_cannot_send_files(ann: Uploader) -> None:
    asked = await ann.http.options('/files', headers={'Origin': 'http://evil', 'Access-Control-Request-Method': 'POST'})

    assert 'access-control-allow-origin' not in asked.headers
    assert (await ann.http.post('/files', content=PDF, headers={'Host': 'evil.example'})).status_code == 403


async def test_what_is_too_large_is_refused_in_words_and_leaves_nothing(ann: Uploader, folder: Path) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b'x' * 50_000

    for content in (b'x' * (MEGABYTE + 1), chunks()):
        refused = await ann.send(content)
        assert (refused.status_code, refused.json()['error']) == (413, 'A file can have at most 1 MB.')
    for _ in range(3):
        await ann.keep(b'x' * MEGABYTE)
    refused = await ann.send(b'x')

    assert refused.status_code == 507
    assert refused.json()['error'].startswith('There is no room for more files. Delete')
    await until(lambda: len(on_disk(folder)) == 3)


async def test_a_lost_response_doubles_nothing(ann: Uploader, folder: Path) -> None:
    sent = [(await ann.send(PDF, upload_id='the-same')).json() for _ in range(3)]

    assert sent[0]['name'] == 'tea.txt'
    assert sent[0] == sent[1] == sent[2]
    assert len(on_disk(folder)) == 1


async def test_an_endless_repeat_is_cut(ann: Uploader) -> None:
    await ann.send(PDF, upload_id='the-same')

    assert (await ann.send(_endless(), upload_id='the-same')).status_code == 413


async def _endless() -> AsyncIterator[bytes]:
    for _ in range(1000):
        yield b'x' * 50_000
