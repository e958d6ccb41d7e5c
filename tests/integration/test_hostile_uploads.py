"""Uploads that no page sends, too many of them, and servers that are killed meanwhile: nothing is left of them."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.support.attacker import memory_of
from tests.support.files import PDF, on_disk
from tests.support.server import Server
from tests.support.uploader import Uploader
from tests.support.waiting import until

MEGABYTE = 1_000_000


@pytest.mark.parametrize(
    'length', ['Content-Length: -1', 'Content-Length: 1e3', 'Content-Length: 9' + '9' * 30, 'Content-Length: ٣']
)
async def test_a_length_that_is_none_is_refused(length: str, ann: Uploader, folder: Path) -> None:
    reader, writer = await ann.open(length)

    assert (await asyncio.wait_for(reader.read(), 10)).split(b' ')[1] in (b'400', b'413')
    writer.close()
    assert on_disk(folder) == []


async def test_a_body_that_is_shorter_than_it_says_leaves_nothing(ann: Uploader, folder: Path) -> None:
    _, writer = await ann.open('Content-Length: 1000000')
    writer.write(b'x' * 500_000)
    await writer.drain()
    await until(lambda: sum(path.stat().st_size for path in on_disk(folder)) == 500_000)

    writer.close()

    await until(lambda: on_disk(folder) == [])


async def test_a_body_that_stops_to_come_is_given_up(ann: Uploader, folder: Path) -> None:
    reader, writer = await ann.open('Content-Length: 1000000')
    writer.write(b'x' * 500_000)

    assert b'408 Request Timeout' in await asyncio.wait_for(reader.readline(), 10)

    writer.close()
    await until(lambda: on_disk(folder) == [])


async def test_what_comes_after_a_body_is_not_part_of_it(ann: Uploader, folder: Path) -> None:
    reader, writer = await ann.open('Content-Length: 4')
    writer.write(b'teapot and so on')

    assert b'400 Bad Request' in await asyncio.wait_for(reader.read(), 10)
    writer.close()
    await asyncio.sleep(0.5)
    assert all(path.read_bytes() == b'teap' for path in on_disk(folder))


async def test_a_client_that_waits_for_leave_gets_it_unless_it_is_refused(ann: Uploader) -> None:
    reader, writer = await ann.open('Content-Length: 4', 'Expect: 100-continue')
    assert await asyncio.wait_for(reader.readline(), 10) == b'HTTP/1.1 100 Continue\r\n'
    writer.write(b'tea!')
    assert b'201 Created' in await asyncio.wait_for(reader.readuntil(b'Created'), 10)
    writer.close()

    reader, writer = await ann.open('Content-Length: 1000001', 'Expect: 100-continue')
    assert b'413' in await asyncio.wait_for(reader.readline(), 10)
    writer.close()


async def test_hostile_names_are_only_names(ann: Uploader, folder: Path) -> None:
    names = [
        '../../../etc/passwd',
        'a\0b',
        'cod\u202egnp.exe',
        'x' * 300,
        '世' * 300,
        'a"\r\nX-Evil: 1',
        '',
        '..',
        '%41',
    ]

    kept = [(await ann.keep(b'x', name=name)) for name in names]

    assert all(1 <= len(file['name'].encode()) <= 255 for file in kept)
    for file in kept:
        got = await ann.http.get(file['address'])
        assert got.status_code == 200
        assert 'x-evil' not in got.headers
    assert all(folder in path.parents and len(path.name) == 62 for path in on_disk(folder))


@pytest.mark.parametrize('file_server', [{'posts_per_second': 2, 'post_burst': 10}], indirect=True)
async def test_many_small_files_are_slowed_down(ann: Uploader) -> None:
    answers = [await ann.send(b'x') for _ in range(60)]

    refused = [answer for answer in answers if answer.status_code == 429]
    assert len(refused) >= 20
    assert refused[-1].json()['error'].startswith('That was too much at once. Please wait')
    assert int(refused[-1].headers['retry-after']) >= 1
    assert all(answer.status_code in (201, 429) for answer in answers)


async def test_what_a_killed_server_was_receiving_is_gone_after_its_restart(
    ann: Uploader, file_server: Server, folder: Path
) -> None:
    kept = await ann.keep(PDF)
    _, writer = await ann.open('Content-Length: 1000000')
    writer.write(b'x' * 500_000)
    await writer.drain()
    await until(lambda: len(on_disk(folder)) == 2)

    await file_server.kill()
    writer.close()
    assert len(on_disk(folder)) == 2
    await file_server.start()

    await until(lambda: len(on_disk(folder)) == 1)
    async with httpx.AsyncClient(base_url=file_server.url) as http:
        assert (await http.get(kept['address'])).content == PDF


@pytest.mark.skipif(sys.platform != 'linux', reason='memory is read from /proc')
@pytest.mark.parametrize('file_server', [{'max_file_size': 25, 'max_files_size': 1000}], indirect=True)
async def test_twenty_large_uploads_at_once_need_little_memory(ann: Uploader, file_server: Server) -> None:
    piece = bytes(MEGABYTE)

    async def large() -> AsyncIterator[bytes]:
        for _ in range(25):
            yield piece

    await ann.keep(PDF)  # what is needed once
    before = memory_of(file_server)
    answers = await asyncio.gather(*[ann.send(large()) for _ in range(20)])
    peak = memory_of(file_server, 'VmHWM')
    downloads = await asyncio.gather(*[ann.http.get(answer.json()['address']) for answer in answers[:5]])

    assert [answer.status_code for answer in answers] == [201] * 20
    assert all(len(download.content) == 25 * MEGABYTE for download in downloads)
    assert peak - before < 50 * MEGABYTE
