"""What an operator may choose: ``MESSENGER_*`` in the environment or in ``.env``, checked once at the start."""

from typing import Any

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

DEFAULT_PASSWORD = '123'
LOOPBACK = ('127.0.0.1', '::1', 'localhost')


class WrongSetting(Exception):
    """A setting that cannot be used; the message is one sentence that ends in an action."""


class Settings(BaseSettings):
    """Everything that can be set from outside; the descriptions are what the README's table shows."""

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
    native: bool = Field(False, description='open a desktop window instead of only serving browsers')
    database_url: str = Field('sqlite:///main.db', description='where messages are kept')
    reconnect_grace: float = Field(
        300.0, ge=1, le=86400, description='seconds that a lost connection keeps its session, from 1 to 86400'
    )
    max_message_length: int = Field(
        4000, ge=1, le=10_000, description='longest message, in characters, from 1 to 10000'
    )
    page_size: int = Field(50, ge=1, le=500, description='messages loaded at a time, from 1 to 500')

    @field_validator('database_url')
    @classmethod
    def _only_sqlite(cls, url: str) -> str:
        if not url.startswith('sqlite:///') or not url.removeprefix('sqlite:///').strip():
            raise ValueError('must look like sqlite:///main.db')
        return url

    @property
    def listens_beyond_this_machine(self) -> bool:
        return self.host not in LOOPBACK

    @property
    def has_default_password(self) -> bool:
        return self.password.get_secret_value() == DEFAULT_PASSWORD


def read(**options: Any) -> Settings:
    """Read the settings; ``options`` come from the command line and go before the environment and ``.env``.

    :raises WrongSetting: if a value cannot be used
    """
    try:
        settings = Settings(**options)
    except ValidationError as error:
        raise WrongSetting(_sentence(error, options)) from None
    except (UnicodeDecodeError, OSError):
        raise WrongSetting('The file .env cannot be read as UTF-8 text. Save it as UTF-8, or remove it.') from None
    if settings.native and 'host' not in settings.model_fields_set:
        settings.host = '127.0.0.1'
    return settings


def _sentence(error: ValidationError, options: dict[str, Any]) -> str:
    first = error.errors()[0]
    name = str(first['loc'][0])
    if name in options:
        label, remedy = f'--{name}', 'Correct it on the command line.'
    else:
        label, remedy = f'MESSENGER_{name.upper()}', 'Correct it in .env or the environment.'
    given = '' if name == 'password' or not first['input'] else f", not '{first['input']}'"
    return f'{label} {_rule(name, first["type"])}{given}. {remedy}'


def _rule(name: str, kind: str) -> str:
    limits = {type(rule).__name__.lower(): rule for rule in Settings.model_fields[name].metadata}
    annotation = Settings.model_fields[name].annotation
    if annotation in (int, float):
        return f'must be a number from {limits["ge"].ge} to {limits["le"].le}'
    if annotation is bool:
        return 'must be true or false'
    if kind in ('string_too_short', 'too_short'):
        return 'must not be empty'
    if kind in ('string_too_long', 'too_long'):
        return f'must have at most {limits["maxlen"].max_length} characters'
    return 'must look like sqlite:///main.db'
