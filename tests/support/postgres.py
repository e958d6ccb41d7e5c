"""A PostgreSQL of our own, from Debian's package: in a temporary folder, on a socket, gone afterwards."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

both_engines = pytest.mark.parametrize('engine', ['sqlite', 'postgresql'], indirect=True)
on_postgres = pytest.mark.parametrize('engine', ['postgresql'], indirect=True)
endurance = [pytest.mark.endurance, pytest.mark.timeout(900)]
FOLDERS = sorted(Path('/usr/lib/postgresql').glob('*/bin'))
SHARED_MEMORY = Path('/dev/shm')
MEMORY = SHARED_MEMORY if SHARED_MEMORY.is_dir() else None
CONFIGURATION = {
    'listen_addresses': '',
    'max_connections': 300,
    'shared_buffers': '128MB',
    'log_min_messages': 'warning',
    'wal_keep_size': '64MB',
}
PASSWORD = 'open sesame'


def find_programs() -> Path | None:
    """The folder of initdb and pg_ctl, None if PostgreSQL is not installed."""
    if FOLDERS:
        return FOLDERS[-1]
    found = shutil.which('initdb')
    return Path(found).parent if found else None


class Postgres:
    """One database server with as many databases as tests ask for."""

    def __init__(
        self,
        programs: Path,
        *,
        parent: Path | None = MEMORY,
        primary: 'Postgres | None' = None,
        port: int = 5432,
        **configuration: object,
    ) -> None:
        """
        :param parent: where its folder is made; in memory if possible, since tests need not wait for a disk
        :param primary: which it follows as an asynchronous standby
        :param configuration: as in ``postgresql.conf``
        """
        self._programs = programs
        self.port = port
        self.folder = Path(tempfile.mkdtemp(prefix='pg', dir=parent))
        self._numbers = count(1)
        if os.geteuid() == 0:
            shutil.chown(self.folder, 'postgres', 'postgres')
        if primary:
            source = ('-h', primary.folder, '-p', f'{primary.port}', '-U', 'postgres')
            self._run('pg_basebackup', *source, '-D', self._data, '-R', '-c', 'fast')
        else:
            self._run('initdb', '-D', self._data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C')
        with (self._data / 'postgresql.conf').open('a') as file:
            for name, value in (
                CONFIGURATION | configuration | {'port': port, 'unix_socket_directories': self.folder}
            ).items():
                file.write(f"{name} = '{value}'\n")
        if not primary:
            access = self._data / 'pg_hba.conf'
            access.write_text(f'local all guest scram-sha-256\nlocal all stranger reject\n{access.read_text()}')
        self.start()
        if not primary:
            self.execute(f"CREATE ROLE guest LOGIN PASSWORD '{PASSWORD}'")

    @property
    def log(self) -> str:
        return (self.folder / 'log').read_text()

    @property
    def pid(self) -> int:
        return int((self._data / 'postmaster.pid').read_text().split()[0])

    @property
    def _data(self) -> Path:
        return self.folder / 'data'

    def start(self) -> None:
        self._control('start', '-l', self.folder / 'log')

    def stop(self, how: str = 'fast') -> None:
        self._control('stop', '-m', how)

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Do not run, for as long as this lasts."""
        self.stop()
        try:
            yield
        finally:
            self.start()

    def restart(self, how: str = 'immediate') -> None:
        self.stop(how)
        self.start()

    def promote(self) -> None:
        """Have a standby take over."""
        self._control('promote')

    def trust(self, network: str) -> None:
        """Let in whoever comes from a network."""
        with (self._data / 'pg_hba.conf').open('a') as file:
            file.write(f'host all all {network} trust\n')
        self.execute('SELECT pg_reload_conf()')

    def terminate(self, url: str, who: str = 'true') -> None:
        """End connections to a database.

        :param who: condition on ``pg_stat_activity``
        """
        name = make_url(url).database
        self.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}' AND ({who})")

    def remove(self) -> None:
        if (self._data / 'postmaster.pid').exists():
            self.stop('immediate')
        shutil.rmtree(self.folder)

    def create_database(self, options: str = '') -> str:
        """Return the URL of a new, empty database."""
        name = f'test_{next(self._numbers)}'
        self.execute(f'CREATE DATABASE {name} {options}')
        return self.url(name)

    def drop_database(self, url: str) -> None:
        self.execute(f'DROP DATABASE {make_url(url).database} WITH (FORCE)')

    @contextmanager
    def configured(self, setting: str, value: str) -> Iterator[None]:
        """Have another value of a setting of the server, for as long as this lasts."""
        self._configure(f'SET {setting} = {value}')
        try:
            yield
        finally:
            self._configure(f'RESET {setting}')

    @contextmanager
    def as_standby(self) -> Iterator[None]:
        """Wait as a standby for a primary server that never comes, for as long as this lasts."""
        signal = self._data / 'standby.signal'
        signal.touch()
        self.restart('fast')
        try:
            yield
        finally:
            signal.unlink()
            self.restart('fast')

    def execute(self, sql: str, url: str = '') -> list[tuple[object, ...]]:
        """Run a statement in a database, and return its rows."""
        with psycopg.connect(libpq_url(url or self.url('postgres')), autocommit=True) as connection:
            found = connection.execute(sql.encode())
            return found.fetchall() if found.description else []

    def url(self, name: str) -> str:
        port = '' if self.port == 5432 else f'&port={self.port}'
        return f'postgresql+psycopg://postgres@/{name}?host={self.folder}{port}'

    def _configure(self, change: str) -> None:
        self.execute(f'ALTER SYSTEM {change}')
        self._control('reload')

    def _control(self, *arguments: str | Path) -> None:
        self._run('pg_ctl', '-w', '-s', '-D', self._data, *arguments)

    def _run(self, program: str, *arguments: str | Path) -> None:
        command: Sequence[str | Path] = (self._programs / program, *arguments)
        user = 'postgres' if os.geteuid() == 0 else None  # PostgreSQL does not run as root
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=self.folder, user=user, group=user)


def libpq_url(url: str) -> str:
    """Return the URL of a database as psycopg takes it, without SQLAlchemy's name for the driver."""
    return url.replace('+psycopg', '')
