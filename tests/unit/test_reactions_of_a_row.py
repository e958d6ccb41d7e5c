"""The row of a message, the same for everybody."""

from datetime import UTC, datetime

from messenger.elements.message_row import RowRenderer
from models import MessageView, Reaction, user_hash


def message(*reactions: Reaction) -> MessageView:
    now = datetime(2026, 11, 24, tzinfo=UTC)
    return MessageView(1, 1, 'Ann', 'ann', 'k', 'Cake', now, reactions=reactions)


def test_all_who_reacted_find_themselves_and_fifty_are_named() -> None:
    everybody = tuple(f'visitor {number}' for number in range(500))

    row = RowRenderer().render(message(Reaction('👍', everybody, everybody[:50]))).html

    assert all(user_hash(user) in row for user in everybody)
    assert 'visitor 49 and 450 more' in row
    assert 'visitor 50' not in row
    assert '>👍 500<' in row


def test_row_with_as_many_reactions_as_can_be_is_not_large() -> None:
    names = tuple(f'{number:032}' for number in range(500))
    reactions = [
        Reaction(chr(0x1F600 + n), names[n * 20 : n * 20 + 20], names[n * 20 : n * 20 + 20]) for n in range(24)
    ]

    assert len(RowRenderer().render(message(*reactions)).html) < 60_000


def test_row_names_all_if_they_are_few() -> None:
    row = RowRenderer().render(message(Reaction('👍', ('ann', 'ben'), ('Ann', 'Ben')))).html

    assert 'aria-label="👍 2: Ann, Ben"' in row
