"""The files for several servers, as an operator gets them: they fit each other, and the balancer's is valid."""

import re
import subprocess
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from config import Settings
from tests.support.balancer import CONFIGURATION
from tests.support.server import ROOT

SERVERS = {'a', 'b'}


@pytest.fixture
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / 'docker-compose.scale.yml').read_text())
    return loaded


def test_haproxy_accepts_its_configuration(haproxy: str) -> None:
    checked = subprocess.run([haproxy, '-c', '-f', CONFIGURATION], capture_output=True, text=True, check=False)

    problems = [line for line in checked.stderr.splitlines() if 'WARNING' in line or 'ALERT' in line]
    assert checked.returncode == 0
    assert not [line for line in problems if 'could not resolve address' not in line]  # these names are in Docker only


def test_balancer_knows_each_server_by_its_name(compose: dict[str, Any]) -> None:
    configuration = CONFIGURATION.read_text()

    for backend in re.split(r'^backend ', configuration, flags=re.MULTILINE)[1:]:
        assert set(re.findall(r'^    server (\w+) \1:8000$', backend, re.MULTILINE)) == SERVERS
    assert set(re.findall(r'use-server (\w+) if { url_param\(replica\) -m str \1 }', configuration)) == SERVERS
    for name in SERVERS:
        assert compose['services'][name]['environment']['MESSENGER_REPLICA'] == name


def test_settings_in_the_compose_file_exist(compose: dict[str, Any]) -> None:
    known = {f'MESSENGER_{name.upper()}' for name in Settings.model_fields}

    for name in SERVERS:
        assert set(compose['services'][name]['environment']) <= known


def test_each_waits_until_what_it_needs_is_healthy(compose: dict[str, Any]) -> None:
    services = compose['services']

    for name, needed in {'a': {'postgres'}, 'b': {'postgres'}, 'balancer': SERVERS}.items():
        assert set(services[name]['depends_on']) == needed
        assert {one['condition'] for one in services[name]['depends_on'].values()} == {'service_healthy'}
        assert all('healthcheck' in services[other] for other in needed)


def test_only_the_balancer_is_reached_from_outside_and_the_database_from_the_servers_alone(
    compose: dict[str, Any],
) -> None:
    services = compose['services']

    assert [name for name, service in services.items() if 'ports' in service] == ['balancer']
    assert {name for name, service in services.items() if 'back' in service['networks']} == {'postgres', *SERVERS}
    assert compose['networks']['back'] == {'internal': True}


def test_database_has_no_password_that_everybody_knows(compose: dict[str, Any]) -> None:
    password = compose['services']['postgres']['environment']['POSTGRES_PASSWORD']

    assert password.startswith('${MESSENGER_DATABASE_PASSWORD:?')


def test_believed_addresses_are_those_of_the_balancer_s_network(compose: dict[str, Any]) -> None:
    [network] = compose['networks']['front']['ipam']['config']

    for name in SERVERS:
        assert compose['services'][name]['environment']['MESSENGER_TRUSTED_PROXIES'] == network['subnet']


def test_servers_are_given_the_time_that_draining_takes(compose: dict[str, Any]) -> None:
    for name in SERVERS:
        assert compose['services'][name]['stop_signal'] == 'SIGUSR1'
        assert compose['services'][name]['stop_grace_period'] == '60s'
