"""What a person types into the search, and the line that is shown of what is found."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messenger.commands import ChatError
from messenger.folding import fold
from messenger.search import mark_terms, parse_query
from models import MessageView, RoomView, SearchQuery

GENERAL, OPS, SHIFT = RoomView(1, 'general', 'general'), RoomView(2, 'ops', 'Ops'), RoomView(3, 'shift', 'Late Shift')
FIRST = datetime(2026, 11, 1, tzinfo=UTC)


def find_room(name: str) -> RoomView | None:
    return {'general': GENERAL, 'ops': OPS, 'Late Shift': SHIFT}.get(name)


def line(text: str, *terms: str) -> str:
    message = MessageView(1, 1, 'Ann', 'ann', 'k', text, FIRST)
    return str(mark_terms(message, SearchQuery(tuple(map(fold, terms)))))


@pytest.mark.parametrize(
    ('words', 'query'),
    [
        ('tea', SearchQuery(('tea',))),
        ('  Tea   Kéttle ', SearchQuery(('tea', 'kettle'))),
        ('"the kettle" on', SearchQuery(('the kettle', 'on'))),
        ('“the kettle” „ist an“', SearchQuery(('the kettle', 'ist an'))),
        ('"not  closed', SearchQuery(('not closed',))),
        ("it's 50% a*b NEAR(x", SearchQuery(("it's", '50%', 'a*b', 'near(x'))),
        ('from:Ann tea', SearchQuery(('tea',), 'ann')),
        ('FROM:"Mary Ann"', SearchQuery((), 'mary ann')),
        ('from:zoë', SearchQuery((), 'zoe')),
        ('has:link', SearchQuery(has_link=True)),
        ('after:2026-11-01', SearchQuery(since=FIRST)),
        ('before:2026-11-1 tea', SearchQuery(('tea',), until=FIRST)),
        ('https://example.org', SearchQuery(('https://example.org',))),
        ('to:ann', SearchQuery(('to:ann',))),
        ('in:ops tea', SearchQuery(('tea',), room_id=2)),
        ('IN:"Late Shift"', SearchQuery(room_id=3)),
        ('in:ops in:general', SearchQuery(room_id=1)),
        ('built-in:ops', SearchQuery(('built-in:ops',))),
        ('from: te', SearchQuery(('te',))),
        ('世', SearchQuery(('世',))),
        ('tea a', SearchQuery(('tea', 'a'))),
        ('te\0a', SearchQuery(('tea',))),
        ('half \ud800', SearchQuery(('half', '?'))),
    ],
)
def test_what_is_typed_becomes_a_query(words: str, query: SearchQuery) -> None:
    assert parse_query(words, find_room=find_room) == query


@pytest.mark.parametrize('words', ['', ' ', 'a', '"', '""', 'from:', 'in:', 'has:', 'before:', '\0', '\u200b', 'a b'])
def test_too_little_is_not_searched_for(words: str) -> None:
    assert parse_query(words) is None


@pytest.mark.parametrize(
    ('words', 'sentence'),
    [
        ('x' * 10_000, 'A search can have at most 200 characters; this one has 10,000.'),
        ('tea ' * 11, 'A search can have at most 10 words. Put some of them in quotation marks.'),
        ('before:2026-13-01', 'A day is written like 2026-11-01, as in after:2026-11-01.'),
        ('after:yesterday', 'A day is written like 2026-11-01, as in after:2026-11-01.'),
        ('in:nowhere tea', 'There is no such room. A name of several words is put in quotation marks.'),
        ('in:""', 'There is no such room. A name of several words is put in quotation marks.'),
        ('has:files', 'has: is followed by link, as in has:link.'),
    ],
)
def test_what_cannot_be_searched_for_is_a_sentence(words: str, sentence: str) -> None:
    with pytest.raises(ChatError) as caught:
        parse_query(words, find_room=find_room)

    assert str(caught.value) == sentence


def test_a_day_begins_by_the_clock_of_who_searches() -> None:
    query = parse_query('after:2026-11-01', utc_offset=timedelta(hours=2))

    assert query
    assert query.since == FIRST - timedelta(hours=2)


@given(st.text(max_size=250))
def test_whatever_is_typed_is_a_query_or_a_sentence(words: str) -> None:
    with suppress(ChatError):
        query = parse_query(words)
        assert query is None or all(term == fold(term) != '' for term in query.terms)


@pytest.mark.parametrize(
    ('text', 'terms', 'shown'),
    [
        ('The kettle is on', ('kettle',), 'The <mark>kettle</mark> is on'),
        ('Der GRÜẞE Kéttle', ('grusse', 'kettle'), 'Der <mark>GRÜẞE</mark> <mark>Kéttle</mark>'),
        ('one\n\n  two', ('one two',), '<mark>one two</mark>'),
        ('teatime', ('teat', 'atim'), '<mark>teatim</mark>e'),
        ('**bold** <b>', ('bold',), '**<mark>bold</mark>** &lt;b&gt;'),
        ('<b>', ('<b>',), '<mark>&lt;b&gt;</mark>'),
        ('from somebody', (), 'from somebody'),
        ('这个世界', ('世界',), '这个<mark>世界</mark>'),
    ],
)
def test_words_that_are_found_are_marked(text: str, terms: tuple[str, ...], shown: str) -> None:
    assert line(text, *terms) == shown


def test_a_long_text_is_a_line_around_the_first_word() -> None:
    found = line('before ' * 100 + 'kettle ' + 'after ' * 100, 'kettle')

    assert found.startswith('… before ')
    assert found.endswith(' …')
    assert ' <mark>kettle</mark> after' in found
    assert len(found) < 200


@given(st.text(max_size=300), st.lists(st.text(min_size=1, max_size=3), max_size=3))
def test_no_text_becomes_anything_but_text(text: str, terms: list[str]) -> None:
    shown = line(text, *[term for term in terms if fold(term)])

    assert not {'<', '>', '"', "'"} & set(shown.replace('<mark>', '').replace('</mark>', ''))
