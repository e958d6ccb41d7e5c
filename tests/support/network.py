"""A network of its own for a process (Linux, root): a cable to this machine that a test can have swallow packets."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress

SUBNET = f'10.213.{os.getpid() % 256}'  # of this run alone
NETWORK, ADDRESS, FAR_ADDRESS = f'{SUBNET}.0/24', f'{SUBNET}.1', f'{SUBNET}.2'


class Network:
    """What is started with ``prefix`` reaches this machine at ``ADDRESS``, and nobody else."""

    def __init__(self) -> None:
        """
        :raises OSError: if this is not possible here
        """
        self._name = f'messenger{os.getpid()}'
        self._near, self._far = f'near{os.getpid()}', f'far{os.getpid()}'
        self.prefix = ('ip', 'netns', 'exec', self._name)
        self._run('ip', 'netns', 'add', self._name)
        try:
            self._run('ip', 'link', 'add', self._near, 'type', 'veth', 'peer', 'name', self._far, 'netns', self._name)
            self._run('ip', 'addr', 'add', f'{ADDRESS}/24', 'dev', self._near)
            self._run('ip', 'link', 'set', self._near, 'up')
            self._run('ip', '-n', self._name, 'addr', 'add', f'{FAR_ADDRESS}/24', 'dev', self._far)
            self._run('ip', '-n', self._name, 'link', 'set', self._far, 'up')
            with self.swallowing('INPUT'):
                pass
        except OSError:
            self.remove()
            raise

    @contextmanager
    def swallowing(self, *chains: str, probability: float = 1.0) -> Iterator[None]:
        """Lose packets without a word.

        :param chains: ``OUTPUT`` for what goes to this machine, ``INPUT`` for what comes from it
        """
        chance = [] if probability == 1 else ['-m', 'statistic', '--mode', 'random', '--probability', f'{probability}']
        for chain in chains:
            self._run(*self.prefix, 'iptables', '-A', chain, *chance, '-j', 'DROP')
        yield
        self._run(*self.prefix, 'iptables', '-F')

    @contextmanager
    def delaying(self, milliseconds: int) -> Iterator[None]:
        """Deliver packets to this machine so much later.

        :raises OSError: if the kernel cannot do it
        """
        self._run(*self.prefix, 'tc', 'qdisc', 'add', 'dev', self._far, 'root', 'netem', 'delay', f'{milliseconds}ms')
        yield
        self._run(*self.prefix, 'tc', 'qdisc', 'del', 'dev', self._far, 'root')

    def remove(self) -> None:
        for command in (('ip', 'link', 'del', self._near), ('ip', 'netns', 'del', self._name)):
            with suppress(OSError):
                self._run(*command)

    def _run(self, *command: str) -> None:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise OSError(done.stderr.strip())
