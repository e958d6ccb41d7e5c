"""Those who talk. What they say carries a number, by which everybody's pages are watched."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Protocol

NUMBER = re.compile(r'Message No\. (\d+)\.')
NUMBER_IN_BYTES = re.compile(NUMBER.pattern.encode())

Tell = Callable[[Sequence[int]], None]


class Member(Protocol):
    """Somebody who talks; ``tell`` is called with the numbers of the messages that arrive, in their order."""

    def __init__(self, port: int, name: str, tell: Tell) -> None: ...

    async def enter(self) -> None: ...

    def say(self, number: int) -> None: ...

    def acknowledge(self) -> None: ...

    def close(self) -> None: ...


def sentence(number: int) -> str:
    """A message of usual length; one in five has some Markdown."""
    cake = '*one* piece' if number % 5 == 0 else 'one piece'
    return f'Message No. {number:07}. The kettle is on, and there is {cake} of cake left on the table.'


@lru_cache(maxsize=256)
def numbers(payload: bytes) -> Sequence[int]:
    """The numbers in a packet; most packets go to many people and are read once."""
    return [int(number) for number in NUMBER_IN_BYTES.findall(payload)]
