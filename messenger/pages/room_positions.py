"""What the changes of each room follow."""

from collections.abc import Sequence

from models import Changes, MessageView


class RoomPositions:
    """Splits changes of all rooms into those of each, and knows after which position nothing else has changed there.

    That is the position of the room's last change that was told, or else the one at which telling has begun: a page
    that has come so far in its room misses nothing, whatever has happened in others meanwhile.
    """

    def __init__(self) -> None:
        self._told = -1  # position up to which everything has been told, -1 before anything has
        self._start = 0
        self._told_in_room: dict[int, int] = {}

    def forget(self) -> None:
        """Begin anew, since positions mean something else now."""
        self._told = -1

    def split(self, changes: Changes) -> Sequence[tuple[int, int, list[MessageView]]]:
        """Return each room's id, what its changes follow, and these changes.

        They count as told from now on: should telling them fail, the next ones in these rooms say what is missing.
        """
        if changes.follows != self._told:  # the first ones; or something of others between them has not been told
            self._start = changes.follows
            self._told_in_room.clear()
        self._told = changes.messages[-1].seq
        by_room: dict[int, list[MessageView]] = {}
        for message in changes.messages:
            by_room.setdefault(message.room_id, []).append(message)
        found = [(room_id, self._told_in_room.get(room_id, self._start), of_it) for room_id, of_it in by_room.items()]
        self._told_in_room |= {room_id: of_it[-1].seq for room_id, of_it in by_room.items()}
        return found
