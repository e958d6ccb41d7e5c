"""What every HTTP answer says and does not say."""

import re

from nicegui import app
from nicegui.testing import User


async def test_the_health_check_answers(user: User) -> None:
    answer = await user.http_client.get('/health')

    assert (answer.status_code, answer.json()) == (200, {'status': 'ok'})


async def test_a_server_with_its_database_is_alive_and_ready(user: User) -> None:
    for path in ('/health/live', '/health/ready'):
        answer = await user.http_client.get(path)
        assert (answer.status_code, answer.json()) == (200, {'status': 'ok'})


async def test_every_answer_forbids_other_hosts_and_frames(user: User) -> None:
    answer = await user.http_client.get('/')

    policy = answer.headers['Content-Security-Policy']
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert not re.search(r'https?:|\*', policy)
    assert answer.headers['Referrer-Policy'] == 'no-referrer'
    assert 'set-cookie' not in answer.headers


async def test_no_storage_secret_is_set_and_nothing_is_kept_for_browsers(user: User) -> None:
    assert app.storage.secret is None
