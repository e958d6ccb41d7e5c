"""Rows: rendered once for everybody, in steps, and kept up to a size."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messenger.elements.message_row import RowRenderer, may_mention, mentioned_in
from models import MessageView, Quote, fold_name, user_hash
from tests.support.work import calls

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
COSTLY = '*a [b '  # what is parsed for long, but not beyond the limit


def message(seq: int, text: str, *, author: str = 'Ann', quote: Quote | None = None) -> MessageView:
    return MessageView(seq, seq, author, fold_name(author), f'k{seq}', text, NOON, quote=quote)


def marked(rows: RowRenderer, text: str) -> str:
    """What is marked as a mention in a message of somebody else."""
    html = rows.render(message(1, text, author='Zoe')).html
    return html.partition('class="mention"')[2].partition('>')[2].partition('<')[0]


@pytest.mark.parametrize(
    ('text', 'mark'),
    [
        ('@Jonas Weber has it', '@Jonas Weber'),
        ('@jonas weber, look', '@jonas weber'),
        ("@Jonas Weber's", "@Jonas Weber's"),
        ('(@Jonas Weber)', '@Jonas Weber'),
        ('@Jonas Weber.', '@Jonas Weber'),
        ('@Jonas Webster', '@Jonas'),
        ('@Jonas', '@Jonas'),
        ('@Ann Lee', '@Ann'),
        ('@all people', '@all'),
    ],
)
def test_name_of_somebody_who_is_here_is_marked_whole(text: str, mark: str) -> None:
    rows = RowRenderer({'jonas weber'}.__contains__)

    assert marked(rows, text) == mark


def test_name_of_somebody_who_has_written_is_marked_whole() -> None:
    rows = RowRenderer()
    assert marked(rows, '@Jonas Weber, hello') == '@Jonas'

    rows.render(message(2, 'Hello', author='Jonas Weber'))

    html = rows.render(message(3, '@Jonas Weber has it')).html
    assert f'{user_hash("jonas weber")} ' in html
    assert '>@Jonas Weber</span>' in html


async def test_authors_of_later_messages_are_known_in_earlier_ones() -> None:
    rows = await RowRenderer().render_all([message(1, '@Jo Lee, tea?'), message(2, 'Yes', author='Jo Lee')])

    assert '>@Jo Lee</span>' in rows[0].html


def test_quote_says_whose_it_is_so_that_a_reply_to_me_is_marked() -> None:
    row = RowRenderer().render(message(2, 'Yes', quote=Quote(1, 'Jo Lee', 'Tea?', deleted=False)))

    assert f'data-target="1" data-users="{user_hash("jo lee")}"' in row.html


def test_what_is_kept_is_bounded_in_bytes() -> None:
    rows = RowRenderer(cache_size=100_000)

    for seq in range(1, 400):
        rows.render(message(seq, f'**{seq}** {"🎉 " * 500}'))

    assert 50_000 < rows.cached_size <= 100_000
    assert calls(lambda: rows.render(message(399, 'not looked at'))) < 20


def test_a_row_larger_than_all_that_is_kept_is_rendered_nevertheless() -> None:
    rows = RowRenderer(cache_size=1000)

    assert '<strong>' in rows.render(message(1, f'**b** {"a " * 2000}')).html
    assert rows.cached_size == 0


def test_a_text_is_parsed_once_however_often_its_row_changes() -> None:
    rows = RowRenderer()
    first = message(1, COSTLY * 100)

    parsing = calls(lambda: rows.render(first))

    assert calls(lambda: rows.render(replace(first, seq=2, edited=True))) < parsing / 10


def test_an_edit_that_a_thousand_replies_quote_is_parsed_once() -> None:
    rows = RowRenderer()
    replies = [
        message(seq, 'Yes', quote=Quote(1, 'Ann', f'{COSTLY * 200}{seq % 1}', deleted=False)) for seq in range(99)
    ]

    parsing = calls(lambda: rows.render(replies[0]))

    assert parsing > 5000
    assert calls(lambda: [rows.render(reply) for reply in replies[1:]]) < 98 * parsing / 8


@pytest.mark.parametrize(('text', 'most'), [('Yes', 50), (COSTLY * 500, 2)])
async def test_others_have_their_turn_between_rows(text: str, most: int) -> None:
    rows, turns, rendered = RowRenderer(), 0, asyncio.Event()

    async def count_turns() -> None:
        nonlocal turns
        while not rendered.is_set():
            turns += 1
            await asyncio.sleep(0)

    other = asyncio.create_task(count_turns())
    steps = [step async for step in rows.render_in_steps([message(seq, text) for seq in range(1, 201)])]
    rendered.set()
    await other

    assert [row.seq for step in steps for row in step] == list(range(1, 201))
    assert max(map(len, steps)) <= most
    assert turns >= len(steps) - 1


@given(
    st.lists(st.sampled_from(['@', '&#64;', '＠', 'jo', ' ', '[', '](x)', '`', '\\', '<', '>', '\n', 'a.'])).map(
        ''.join
    )
)
def test_message_that_mentions_somebody_is_one_that_may(text: str) -> None:
    one = message(1, text or 'x')

    assert may_mention(one) or mentioned_in(RowRenderer().render(one)) == []


def test_reply_mentions_whom_it_replies_to() -> None:
    reply = message(2, 'Yes', quote=Quote(1, 'Jo Lee', 'Tea?', deleted=False))

    assert may_mention(reply)
    assert mentioned_in(RowRenderer().render(reply)) == [user_hash('jo lee')]
