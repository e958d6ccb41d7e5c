"""How scripts and style sheets go over the network, and what is left alone."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from messenger.pages.compression import ENCODINGS, MAX_SIZE, CompressedFiles

SCRIPT = b'console.log("hello");\n' * 10_000
calls: list[bytes] = []


def count_and_compress(body: bytes) -> bytes:
    calls.append(body)
    return gzip.compress(body)


@pytest.fixture
async def http(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    (tmp_path / 'script.js').write_bytes(SCRIPT)
    (tmp_path / 'huge.js').write_bytes(b' ' * (MAX_SIZE + 1))
    (tmp_path / 'picture.svg').write_bytes(SCRIPT)
    encodings = getattr(request, 'param', ENCODINGS)
    app = Starlette(
        routes=[
            Route('/page', lambda _: PlainTextResponse(SCRIPT)),
            Route('/compressed.js', lambda _: Response(SCRIPT, 200, {'Content-Encoding': 'x'}, 'text/javascript')),
            Mount('/', StaticFiles(directory=tmp_path)),
        ],
        middleware=[Middleware(CompressedFiles, encodings=encodings)],
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url='http://test') as http:
        yield http


@pytest.mark.parametrize(
    ('accepted', 'encoding'),
    [
        ('gzip, deflate, br, zstd', 'br'),
        ('gzip, deflate', 'gzip'),
        ('gzip, br;q=0', 'gzip'),
        ('identity', None),
        ('', None),
    ],
)
async def test_script_comes_as_small_as_the_browser_takes_it(
    accepted: str, encoding: str | None, http: httpx.AsyncClient
) -> None:
    for _ in range(2):
        response = await http.get('/script.js', headers={'Accept-Encoding': accepted})

        assert response.content == SCRIPT
        assert response.headers.get('Content-Encoding') == encoding
        assert (int(response.headers['Content-Length']) < 2000) == (encoding is not None)
        assert response.headers.get('Vary') == ('Accept-Encoding' if encoding else None)


@pytest.mark.parametrize('http', [{'gzip': count_and_compress}], indirect=True)
async def test_script_is_compressed_once_however_many_ask(http: httpx.AsyncClient) -> None:
    calls.clear()

    responses = await asyncio.gather(*[http.get('/script.js') for _ in range(20)])

    assert {response.content for response in responses} == {SCRIPT}
    assert calls == [SCRIPT]


async def test_everything_else_is_left_alone(http: httpx.AsyncClient) -> None:
    etag = (await http.get('/script.js')).headers['ETag']

    for method, path, headers, status in [
        ('GET', '/page', {}, 200),
        ('GET', '/picture.svg', {}, 200),
        ('GET', '/huge.js', {}, 200),
        ('GET', '/nowhere.js', {}, 404),
        ('HEAD', '/script.js', {}, 200),
        ('GET', '/script.js', {'Range': 'bytes=0-9'}, 206),
        ('GET', '/script.js', {'If-None-Match': etag}, 304),
    ]:
        response = await http.request(method, path, headers=headers)
        assert response.status_code == status, path
        assert 'Content-Encoding' not in response.headers
    assert (await http.get('/compressed.js')).headers['Content-Encoding'] == 'x'
