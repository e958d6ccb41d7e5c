"""The store of one of several servers, in this process, and what it tells."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from messenger.storage import Store
from messenger.storage.commands import PostMessage
from models import Changes, MessageView
from tests.support.waiting import until

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


@dataclass
class Replica:
    """A server's store, and what it tells."""

    store: Store
    told: list[Changes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store.on_commit(self.told.append)
        self.store.start()

    @property
    def messages(self) -> list[MessageView]:
        return [message for changes in self.told for message in changes.messages]

    @property
    def shown(self) -> dict[int, MessageView]:
        return {message.id: message for message in self.messages}

    async def has_told_everything(self) -> None:
        """Everything in the database has been told as it is, in order and without a gap."""
        kept = {message.id: message for message in await self.store.changes_after(0, 10_000)}
        await until(lambda: self.shown == kept)
        seqs = [message.seq for message in self.messages]
        assert seqs == sorted(set(seqs))
        ends = [changes.messages[-1].seq for changes in self.told]
        assert [changes.follows for changes in self.told] == [0, *ends][:-1]


def post(text: str, author: str = 'ann') -> PostMessage:
    return PostMessage(author, author, text, text, NOON)
