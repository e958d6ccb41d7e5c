"""Files on both engines: each is kept once, for what it is, or refused in words without a trace."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from messenger.files import (
    MAX_UPLOADS,
    FileError,
    Files,
    FileTooLargeError,
    FileUnavailableError,
    NoRoomError,
    TooManyUploadsError,
)
from messenger.storage import FileStore, FilesUnavailableError, Store
from tests.support.files import (
    ANN,
    BEN,
    HTML,
    MAX_SIZE,
    MAX_TOTAL,
    MP4,
    PDF,
    SVG,
    huge_png,
    kind,
    on_disk,
    photo,
    picture,
    pieces,
)
from tests.support.postgres import both_engines

pytestmark = both_engines


async def fail_after(content: bytes) -> AsyncIterator[bytes]:
    yield content
    raise ConnectionResetError


async def test_a_file_is_found_by_its_address(files: Files, folder: Path) -> None:
    sent = await files.receive(pieces(PDF), name='../Grüße.pdf', upload_id='1', by=ANN)

    found = await files.find(sent.token)

    assert found == sent
    assert (sent.name, sent.size, kind(sent)) == ('Grüße.pdf', len(PDF), ('application/pdf', None, None))
    assert sent.sha256 == hashlib.sha256(PDF).hexdigest()
    assert len(sent.token) >= 22
    path = await files.path(sent)
    assert path
    assert path.read_bytes() == PDF
    assert [path] == on_disk(folder)
    assert (path.stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (0o600, 0o700)
    assert sent.token not in str(path)
    assert await files.find('unknown') is None


@pytest.mark.parametrize(
    ('content', 'expected'),
    [
        (photo((40, 20), orientation=6), ('image/jpeg', 20, 40)),
        (picture('PNG'), ('image/png', 40, 20)),
        (MP4, ('video/mp4', None, None)),
        (b'', ('application/octet-stream', None, None)),
        (HTML, ('application/octet-stream', None, None)),
        (SVG, ('application/octet-stream', None, None)),
        (huge_png(60_000, 60_000), ('application/octet-stream', None, None)),
        (picture('JPEG')[:200] + HTML, ('application/octet-stream', None, None)),
        (b'PK\x03\x04' + picture('PNG'), ('application/zip', None, None)),
    ],
    ids=['photo', 'png', 'video', 'empty', 'html', 'svg', 'bomb', 'broken photo', 'zip'],
)
async def test_a_file_is_what_its_content_is(
    content: bytes, expected: tuple[str, int | None, int | None], files: Files
) -> None:
    sent = await files.receive(pieces(content), name='picture.png', upload_id='1', by=ANN)

    assert kind(sent) == expected
    path = await files.path(sent)
    assert path
    assert sent.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert sent.size == path.stat().st_size


async def test_a_repeated_upload_is_the_same_file(files: Files, folder: Path) -> None:
    first = await files.receive(pieces(PDF), name='a.pdf', upload_id='1', by=ANN)
    again = await files.receive(pieces(PDF), name='a.pdf', upload_id='1', by=ANN)
    other = await files.receive(pieces(PDF), name='a.pdf', upload_id='1', by=BEN)

    assert again == first
    assert other.token != first.token
    assert len(on_disk(folder)) == 2


async def test_an_upload_that_begins_anew_before_the_server_knows_is_one_file(files: Files, folder: Path) -> None:
    sent = await asyncio.gather(*[files.receive(pieces(PDF, 7), name='a.pdf', upload_id='1', by=ANN) for _ in range(5)])

    assert len(set(sent)) == 1
    assert len(on_disk(folder)) == 1


async def test_a_file_that_is_too_large_leaves_nothing(files: Files, store: Store, folder: Path) -> None:
    with pytest.raises(FileTooLargeError, match=r'^A file can have at most 1 MB\.$'):
        await files.receive(pieces(b'x' * (MAX_SIZE + 1)), name='a', upload_id='1', by=ANN)

    assert on_disk(folder) == []
    kept = await files.receive(pieces(b'x' * MAX_SIZE), name='a', upload_id='1', by=ANN)
    assert kept.size == await store.files.total_size() == MAX_SIZE


async def test_all_files_together_have_a_limit(files: Files, store: Store, folder: Path) -> None:
    for number in range(2):
        await files.receive(pieces(b'x' * MAX_SIZE), name='a', upload_id=f'{number}', by=ANN)

    with pytest.raises(NoRoomError, match='There is no room for more files'):
        await files.receive(pieces(b'x' * 500_001), name='a', upload_id='2', by=ANN)
    together = await asyncio.gather(
        *[files.receive(pieces(b'x' * 300_000), name='a', upload_id=f'{name}', by=ANN) for name in 'abc'],
        return_exceptions=True,
    )

    assert sum(isinstance(file, NoRoomError) for file in together) >= 2
    assert await store.files.total_size() <= MAX_TOTAL
    assert sum(path.stat().st_size for path in on_disk(folder)) == await store.files.total_size()


async def test_an_upload_that_ends_early_leaves_nothing(files: Files, folder: Path) -> None:
    with pytest.raises(ConnectionResetError):
        await files.receive(fail_after(PDF), name='a.pdf', upload_id='1', by=ANN)

    assert on_disk(folder) == []
    assert (await files.receive(pieces(PDF), name='a.pdf', upload_id='1', by=ANN)).size == len(PDF)


async def test_an_upload_that_is_cancelled_leaves_nothing(files: Files, folder: Path) -> None:
    begun, never = asyncio.Event(), asyncio.Event()

    async def stop_in_the_middle() -> AsyncIterator[bytes]:
        yield PDF
        begun.set()
        await never.wait()

    upload = asyncio.create_task(files.receive(stop_in_the_middle(), name='a.pdf', upload_id='1', by=ANN))
    await begun.wait()
    assert len(on_disk(folder)) == 1
    upload.cancel()
    await asyncio.wait({upload})

    async with asyncio.timeout(5):
        while on_disk(folder):
            await asyncio.sleep(0.01)


async def test_one_user_sends_only_so_many_at_once(files: Files) -> None:
    never = asyncio.Event()

    async def wait() -> AsyncIterator[bytes]:
        await never.wait()
        yield b''

    uploads = [
        asyncio.create_task(files.receive(wait(), name='a', upload_id=f'{number}', by=ANN))
        for number in range(MAX_UPLOADS)
    ]
    await asyncio.sleep(0)

    with pytest.raises(TooManyUploadsError, match='20 of your files are on their way already'):
        await files.receive(pieces(PDF), name='a', upload_id='x', by=ANN)
    await files.receive(pieces(PDF), name='a', upload_id='x', by=BEN)
    never.set()
    assert len({file.token for file in await asyncio.gather(*uploads)}) == MAX_UPLOADS
    await files.receive(pieces(PDF), name='a', upload_id='x', by=ANN)


@pytest.mark.parametrize('upload_id', ['', 'a b', 'x' * 65, 'ü', '\0'])
async def test_an_upload_without_a_proper_key_is_refused(upload_id: str, files: Files) -> None:
    with pytest.raises(FileError, match='came without a proper key'):
        await files.receive(pieces(PDF), name='a', upload_id=upload_id, by=ANN)


async def test_a_file_that_the_operator_has_deleted_is_not_there(files: Files, folder: Path) -> None:
    sent = await files.receive(pieces(PDF), name='a', upload_id='1', by=ANN)
    on_disk(folder)[0].unlink()

    assert await files.path(sent) is None


async def test_files_that_cannot_be_kept_are_refused_in_words(files: Files, house: Path, folder: Path) -> None:
    folder.rename(house / 'elsewhere')
    folder.write_text('in the way')

    with pytest.raises(FileUnavailableError, match=r'^The server cannot keep files now\. Please try again later\.$'):
        await files.receive(pieces(PDF), name='a', upload_id='1', by=ANN)
    with pytest.raises(FilesUnavailableError, match=r'^Files cannot be kept in .*files \(.*\)\. Make it a writable'):
        FileStore(folder)
