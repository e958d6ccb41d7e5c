"""Settings: where they come from, and how invalid ones are reported."""

from pathlib import Path

import pytest
from sqlalchemy import make_url

from config import ConfigError, load_settings

WRONG_URL = (
    'MESSENGER_DATABASE_URL must look like sqlite:///main.db or postgresql+psycopg://user:password@host/name '
    '(in a password, @ is written %40).'
)


@pytest.fixture(autouse=True)
def no_settings(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ('DATABASE_URL', 'HOST', 'PORT'):
        monkeypatch.delenv(f'MESSENGER_{name}')


def test_defaults_are_those_of_the_product() -> None:
    settings = load_settings()

    assert (settings.host, settings.port) == ('0.0.0.0', 8000)
    assert settings.password.get_secret_value() == '123'
    assert settings.database_url.get_secret_value() == 'sqlite:///main.db'
    assert settings.has_default_password
    assert settings.listens_beyond_this_machine


def test_command_line_overrides_environment_overrides_env_file(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (house / '.env').write_text('MESSENGER_TITLE=From the file\nMESSENGER_PORT=1001\nMESSENGER_PAGE_SIZE=7\n')
    monkeypatch.setenv('MESSENGER_TITLE', 'From the environment')
    monkeypatch.setenv('MESSENGER_PORT', '1002')

    settings = load_settings(port='1003')

    assert (settings.title, settings.port, settings.page_size) == ('From the environment', 1003, 7)


def test_foreign_lines_in_the_env_file_do_not_matter(house: Path) -> None:
    (house / '.env').write_text('COLOUR=blue\nMESSENGERS=3\n')

    assert load_settings().title == 'Simple Messenger'


@pytest.mark.parametrize(
    ('name', 'value', 'sentence'),
    [
        ('PORT', 'abc', "MESSENGER_PORT must be a number from 1 to 65535, not 'abc'."),
        ('PORT', '0', "MESSENGER_PORT must be a number from 1 to 65535, not '0'."),
        ('PORT', '65536', "MESSENGER_PORT must be a number from 1 to 65535, not '65536'."),
        ('PORT', '', 'MESSENGER_PORT must be a number from 1 to 65535.'),
        ('NATIVE', 'perhaps', "MESSENGER_NATIVE must be true or false, not 'perhaps'."),
        ('TITLE', '', 'MESSENGER_TITLE must not be empty.'),
        ('RECONNECT_GRACE', 'nan', "MESSENGER_RECONNECT_GRACE must be a number from 1 to 86400, not 'nan'."),
        ('MAX_MESSAGE_LENGTH', '0', "MESSENGER_MAX_MESSAGE_LENGTH must be a number from 1 to 10000, not '0'."),
        ('PAGE_SIZE', '1e3', "MESSENGER_PAGE_SIZE must be a number from 1 to 500, not '1e3'."),
        *(
            (
                'TRUSTED_PROXIES',
                value,
                f'MESSENGER_TRUSTED_PROXIES must be addresses or networks such as 10.0.0.1 or '
                f"10.0.0.0/24, separated by commas, not '{value}'.",
            )
            for value in ('*', 'proxy', '10.0.0.1/8', '10.0.0.1 x')
        ),
        *(
            ('DATABASE_URL', value, WRONG_URL)
            for value in (
                '',
                'mysql://x',
                'sqlite:///',
                'sqlite:/// ',
                'postgresql+psycopg://',
                'postgres://ann:secret@host/name',
                'postgresql://ann:secret@host/name',
                'postgresql+psycopg://ann:sec@ret@host/name',
                'postgresql+psycopg://ann:sec@re/t@host/name',
                'postgresql+psycopg://a/nn:secret@host/name',
                'postgresql+psycopg://ann:secret/name',
                'postgresql+psycopg://ann:secret@host:port/name',
            )
        ),
        ('REPLICA', 'a b', "MESSENGER_REPLICA must have letters, digits, hyphens and underscores only, not 'a b'."),
    ],
)
def test_invalid_setting_is_a_sentence_that_ends_in_an_action(
    name: str, value: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f'MESSENGER_{name}', value)

    with pytest.raises(ConfigError) as caught:
        load_settings()

    assert str(caught.value) == f'{sentence} Correct it in .env or the environment.'


@pytest.mark.parametrize(
    ('url', 'parts'),
    [
        ('sqlite:///main.db', (None, None, None, None, 'main.db')),
        ('sqlite:////data/main.db', (None, None, None, None, '/data/main.db')),
        ('postgresql+psycopg://ann:s%40c/r?t:@host:5433/name', ('ann', 's@c/r?t:', 'host', 5433, 'name')),
        ('postgresql+psycopg://ann@[::1]:5432/name?sslmode=require', ('ann', None, '::1', 5432, 'name')),
        ('postgresql+psycopg://host', (None, None, 'host', None, None)),
        ('postgresql+psycopg:///name?host=/run/postgresql', (None, None, None, None, 'name')),
    ],
)
def test_an_accepted_url_is_what_its_reader_expects(
    url: str, parts: tuple[str | int | None, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('MESSENGER_DATABASE_URL', url)

    read = make_url(load_settings().database_url.get_secret_value())

    assert (read.username, read.password, read.host, read.port, read.database) == parts


def test_invalid_option_is_named() -> None:
    with pytest.raises(ConfigError, match=r'^--port must be a number .* Correct it on the command line\.$'):
        load_settings(port='high')


def test_a_password_is_never_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('MESSENGER_PASSWORD', 'open sesame')
    monkeypatch.setenv('MESSENGER_DATABASE_URL', 'postgresql+psycopg://ann:sesame@host/name?password=sesame')
    assert 'sesame' not in f'{load_settings()!r} {load_settings()}'

    monkeypatch.setenv('MESSENGER_PASSWORD', '')
    with pytest.raises(ConfigError, match='MESSENGER_PASSWORD must not be empty'):
        load_settings()


def test_binary_env_file_is_reported(house: Path) -> None:
    (house / '.env').write_bytes(b'MESSENGER_TITLE=\xff\xfe\n')

    with pytest.raises(ConfigError, match='Save it as UTF-8'):
        load_settings()


def test_window_listens_on_this_machine_only_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings(native=True).host == '127.0.0.1'
    assert not load_settings(native=True).listens_beyond_this_machine

    monkeypatch.setenv('MESSENGER_HOST', '0.0.0.0')
    assert load_settings(native=True).host == '0.0.0.0'


@pytest.mark.parametrize(
    ('settings', 'directory'),
    [
        ({}, 'files'),
        ({'DATABASE_URL': 'sqlite:////data/main.db'}, '/data/files'),
        ({'DATABASE_URL': 'sqlite:///kept/main.db'}, 'kept/files'),
        ({'DATABASE_URL': 'postgresql+psycopg://ann@host/name'}, 'files'),
        ({'DATABASE_URL': 'sqlite:////data/main.db', 'FILES': '/srv/files'}, '/srv/files'),
    ],
)
def test_files_are_beside_the_database_unless_it_is_said_otherwise(
    settings: dict[str, str], directory: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(f'MESSENGER_{name}', value)

    assert load_settings().files_directory == Path(directory)
