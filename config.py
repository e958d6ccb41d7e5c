"""The operator's settings: ``MESSENGER_*`` in the environment or in ``.env``, checked once at the start."""

import re
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

DEFAULT_PASSWORD = '123'
# what SQLAlchemy reads in the same way; an @ within a password would make the rest of it a host's name
DATABASE_URL = re.compile(
    r'sqlite:///\s*\S.*|postgresql\+psycopg://(?=.)([^:/@]*(:[^@]*)?@)?(\[[^]@/?]*]|[^@:/?]*)(:\d*)?(/[^@?]*)?(\?[^@]*)?',
    re.DOTALL,
)
SQLITE = 'sqlite:///'
MEGABYTE = 1_000_000  # bytes
LOOPBACK_HOSTS = ('127.0.0.1', '::1', 'localhost')


class ConfigError(Exception):
    """A setting is invalid; the message is one sentence that ends in an action."""


class Settings(BaseSettings):
    """All settings with their defaults and limits; the README's table shows their descriptions."""

    model_config = SettingsConfigDict(env_prefix='MESSENGER_', env_file='.env', env_ignore_empty=False, extra='ignore')

    title: str = Field('Simple Messenger', min_length=1, max_length=60, description='name shown on the screens')
    password: SecretStr = Field(
        SecretStr(DEFAULT_PASSWORD), min_length=1, description='the one password that everybody shares'
    )
    host: str = Field(
        '0.0.0.0',
        min_length=1,
        description='address to listen on (a native window listens on `127.0.0.1` unless this is set)',
    )
    port: int = Field(8000, ge=1, le=65535, description='port to listen on, from 1 to 65535')
    allowed_hosts: str = Field(
        '',
        max_length=2000,
        description='names, separated by commas, by which browsers reach it on the internet; `*` for any',
    )
    native: bool = Field(False, description='open a desktop window instead of only serving browsers')
    database_url: SecretStr = Field(SecretStr('sqlite:///main.db'), description='where messages are kept')
    files: str = Field(
        '',
        description='directory where files are kept (unless it is set, `files` beside a SQLite database, otherwise in '
        'the folder where the server is started)',
    )
    max_file_size: int = Field(25, ge=1, le=10_000, description='largest file, in megabytes, from 1 to 10000')
    max_files_size: int = Field(
        10_000, ge=1, le=100_000_000, description='all files together, in megabytes, from 1 to 100000000'
    )
    replica: str = Field(
        '',
        max_length=40,
        pattern='^[A-Za-z0-9_-]*$',
        description='name of this server, by which a load balancer finds it again, if several use one PostgreSQL',
    )
    reconnect_grace: float = Field(
        1800.0, ge=1, le=86400, description='seconds that a lost connection keeps its session, from 1 to 86400'
    )
    max_message_length: int = Field(
        4000, ge=1, le=10_000, description='longest message, in characters, from 1 to 10000'
    )
    page_size: int = Field(50, ge=1, le=500, description='messages loaded at a time, from 1 to 500')

    posts_per_second: float = Field(
        2.0, ge=0.01, le=1_000_000, description='messages that a person can send, from 0.01 to 1000000 a second'
    )
    post_burst: int = Field(
        10, ge=1, le=1_000_000, description='messages that a person can send at once, from 1 to 1000000'
    )
    sessions_per_address: int = Field(
        500, ge=1, le=1_000_000, description='people that can be here from one address, from 1 to 1000000'
    )
    max_rooms: int = Field(200, ge=1, le=1000, description='rooms, without those that are archived, from 1 to 1000')
    trusted_proxies: str = Field(
        '',
        description='reverse proxies whose `X-Forwarded-For` is believed: addresses or networks, separated by commas',
    )

    @field_validator('trusted_proxies')
    @classmethod
    def _check_trusted_proxies(cls, proxies: str) -> str:
        return ','.join(str(ip_network(proxy.strip())) for proxy in proxies.split(',') if proxy.strip())

    @field_validator('database_url')
    @classmethod
    def _check_database_url(cls, url: SecretStr) -> SecretStr:
        if not DATABASE_URL.fullmatch(url.get_secret_value()):
            raise ValueError('must look like sqlite:///main.db')
        return url

    @property
    def uses_sqlite(self) -> bool:
        """Whether messages are in a file that this server has for itself."""
        return self.database_url.get_secret_value().startswith(SQLITE)

    @property
    def files_directory(self) -> Path:
        """Where files are kept."""
        if self.files or not self.uses_sqlite:
            return Path(self.files or 'files')
        return Path(self.database_url.get_secret_value().removeprefix(SQLITE).strip()).parent / 'files'

    @property
    def file_limits(self) -> tuple[int, int]:
        """How large one file, and all files together, may be, in bytes."""
        return self.max_file_size * MEGABYTE, self.max_files_size * MEGABYTE

    @property
    def listens_beyond_this_machine(self) -> bool:
        """Whether other machines on the network can connect."""
        return self.host not in LOOPBACK_HOSTS

    @property
    def has_default_password(self) -> bool:
        """Whether the password is the documented one, which everybody knows."""
        return self.password.get_secret_value() == DEFAULT_PASSWORD


def load_settings(**options: Any) -> Settings:
    """Read and check the settings.

    :param options: values from the command line, which override the environment, which overrides ``.env``
    :raises ConfigError: if a value is invalid or ``.env`` cannot be read
    """
    try:
        settings = Settings(**options)
    except ValidationError as error:
        raise ConfigError(_explain_error(error, options)) from None
    except (UnicodeDecodeError, OSError):
        raise ConfigError('The file .env cannot be read as UTF-8 text. Save it as UTF-8, or remove it.') from None
    if settings.native and 'host' not in settings.model_fields_set:
        settings.host = '127.0.0.1'
    return settings


def _explain_error(error: ValidationError, options: dict[str, Any]) -> str:
    first_error = error.errors()[0]
    name = str(first_error['loc'][0])
    if name in options:
        label, action = f'--{name}', 'Correct it on the command line.'
    else:
        label, action = f'MESSENGER_{name.upper()}', 'Correct it in .env or the environment.'
    is_secret = Settings.model_fields[name].annotation is SecretStr
    given = '' if is_secret or not first_error['input'] else f", not '{first_error['input']}'"
    return f'{label} {_explain_rule(name, first_error["type"])}{given}. {action}'


def _explain_rule(name: str, error_type: str) -> str:
    limits = {type(rule).__name__.lower(): rule for rule in Settings.model_fields[name].metadata}
    annotation = Settings.model_fields[name].annotation
    if annotation in (int, float):
        return f'must be a number from {limits["ge"].ge} to {limits["le"].le}'
    if annotation is bool:
        return 'must be true or false'
    if error_type in ('string_too_short', 'too_short'):
        return 'must not be empty'
    if error_type in ('string_too_long', 'too_long'):
        return f'must have at most {limits["maxlen"].max_length} characters'
    return {
        'database_url': 'must look like sqlite:///main.db or postgresql+psycopg://user:password@host/name '
        '(in a password, @ is written %40)',
        'replica': 'must have letters, digits, hyphens and underscores only',
        'trusted_proxies': 'must be addresses or networks such as 10.0.0.1 or 10.0.0.0/24, separated by commas',
    }[name]
