"""A page in one room misses nothing of it, and need not look again because of what is said in others."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from messenger.pages.room_positions import RoomPositions
from models import Changes, MessageView

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
ROOMS = st.integers(1, 4)
BATCHES = st.lists(ROOMS, min_size=1, max_size=6)


def change(seq: int, room_id: int) -> MessageView:
    return MessageView(seq, seq, 'Ann', 'ann', f'{seq}', f'{seq}', NOON, room_id=room_id)


@dataclass
class Page:
    """What a page knows of the room that it shows, and of those that it has shown before."""

    room_id: int = 1
    cursors: dict[int, int] = field(default_factory=dict)
    known: dict[int, set[int]] = field(default_factory=dict)

    def sync(self, history: Sequence[MessageView]) -> None:
        """Read what has changed in the room after the cursor; the cursor is then the last position of all."""
        cursor = self.cursors.get(self.room_id, 0)
        new = {one.seq for one in history if one.room_id == self.room_id and one.seq > cursor}
        self.known[self.room_id] = self.known.get(self.room_id, set()) | new
        self.cursors[self.room_id] = max(cursor, history[-1].seq if history else 0)

    def hear(self, follows: int, messages: Sequence[MessageView]) -> bool:
        """Take changes of the room, and return False if something before them has not come."""
        if follows > self.cursors[self.room_id]:
            return False
        self.known[self.room_id] |= {one.seq for one in messages}
        self.cursors[self.room_id] = max(self.cursors[self.room_id], messages[-1].seq)
        return True


class Conversation(RuleBasedStateMachine):
    """All that is committed, a server that tells it, and a page that may be deaf for a while."""

    @initialize(before=st.lists(ROOMS, max_size=5))
    def start(self, before: list[int]) -> None:
        self.history: list[MessageView] = []
        self.positions = RoomPositions()
        self.page = Page()
        self.is_deaf = self.has_missed = False
        self._commit(before)
        self.come_back()

    @rule(rooms=BATCHES)
    def tell(self, rooms: list[int]) -> None:
        """The server commits changes and tells them."""
        self._tell(rooms, failing_after=len(rooms))

    @rule(rooms=BATCHES, told=st.integers(0, 3))
    def fail_to_tell(self, rooms: list[int], told: int) -> None:
        """Telling breaks off, after which nobody knows which rooms have heard of it."""
        self._tell(rooms, failing_after=told)

    @rule(rooms=BATCHES)
    def let_another_program_write(self, rooms: list[int]) -> None:
        """What it writes is told by nobody; which rooms it was in cannot be known."""
        self._commit(rooms)
        self.has_missed = True

    @rule()
    def grow_deaf(self) -> None:
        self.is_deaf = True

    @rule()
    def hear_again(self) -> None:
        """Without a word: the page does not know that it has missed something."""
        self.is_deaf = False

    @rule()
    def come_back(self) -> None:
        """The page has another connection."""
        self.page.sync(self.history)
        self.is_deaf = self.has_missed = False

    @rule(room_id=ROOMS)
    def show_another_room(self, room_id: int) -> None:
        self.page.room_id = room_id
        self.come_back()

    @rule(lost=st.integers(0, 5))
    def fall_back(self, lost: int) -> None:
        """A standby takes over that lacks the last changes, and all pages begin anew."""
        self.history = self.history[: max(len(self.history) - lost, 0)]
        self.positions.forget()
        self.page = Page(self.page.room_id)
        self.come_back()

    def teardown(self) -> None:
        """Whatever has happened, the next change in its room tells the page what it lacks."""
        if hasattr(self, 'page'):
            self.is_deaf = False
            self._tell([self.page.room_id], failing_after=1)
            kept = {one.seq for one in self.history if one.room_id == self.page.room_id}
            assert self.page.known[self.page.room_id] == kept

    def _commit(self, rooms: Sequence[int]) -> Changes:
        follows = self.history[-1].seq if self.history else 0
        new = [change(follows + number, room_id) for number, room_id in enumerate(rooms, start=1)]
        self.history += new
        return Changes(follows, new)

    def _tell(self, rooms: Sequence[int], *, failing_after: int) -> None:
        changes = self._commit(rooms)
        reached = list(zip(self.positions.split(changes), range(failing_after), strict=False))
        heard = [(follows, messages) for (room_id, follows, messages), _ in reached if room_id == self.page.room_id]
        if self.page.room_id in rooms and (self.is_deaf or not heard):
            self.has_missed = True
            return
        for follows, messages in heard:
            if not self.page.hear(follows, messages):
                assert self.has_missed, 'nothing of this room was lost'
                self.come_back()


TestConversation = Conversation.TestCase
TestConversation.settings = settings(max_examples=300, stateful_step_count=30, deadline=None)
