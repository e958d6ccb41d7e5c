"""What a hostile text can cost: counted in calls, since a clock says something else on every machine."""

from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messenger.chat import clean_text
from messenger.commands import ChatError
from messenger.markdown import find_emoji, first_line, is_only_emoji, render, render_markdown
from tests.support.work import calls

MAX_CALLS = 160_000  # about 20 ms
MAX_CALLS_OF_QUOTE = 70_000
LONGEST = 10_000  # characters, the highest limit of a message
PARTS = [
    *('[', ']', '](', '[a](', '[a](b) ', '[[[[]]]](a)', '![', '(', ')', '*', '**', '*a', 'a*', '_', '_a', '__a__ '),
    *('~~', '~~a', '`', '``', '`a`', '<', '<a:b>', '<a@b.c>', '&', '&amp;', '&#1;', '\\', '\\_', '\\a', '"', "'"),
    *('@', '@a', '@a ', '@a b c d ', '@a.', 'a@b.c ', 'http://', 'https://a.b/', '://', 'www.a.com ', 'a.com ', '/'),
    *('\n', '\n\n', 'a\n', 'a\n\n', '- a\n', '- a\n\n', '1. a\n', '2. ', '2. a\nb\n', '> ', '> > > > a\n', '- - - a\n'),
    *('```\n', '```python\nx\n```\n', ':', ':tada:', 'a', 'a b:', '.', ' ', '\t', 'é', '\u200d', '\u0300', '🎉', '1️⃣'),
]
TEXTS = st.lists(st.sampled_from(PARTS), min_size=1, max_size=6).map(''.join)


def fill(part: str, length: int, *, end: str = '') -> str:
    return (part * length)[: length - len(end)] + end


@pytest.mark.parametrize('end', ['', '](a)', 'a](a "', '*', ')'])
@pytest.mark.parametrize('part', PARTS)
def test_no_text_costs_more_than_a_little(part: str, end: str) -> None:
    text = fill(part, LONGEST, end=end)

    assert calls(lambda: render_markdown(text)) < MAX_CALLS
    assert calls(lambda: first_line(text)) < MAX_CALLS_OF_QUOTE


@given(TEXTS)
@settings(max_examples=100, deadline=None, derandomize=True)
def test_no_mixture_costs_more_than_a_little(part: str) -> None:
    text = fill(part, LONGEST)

    assert calls(lambda: render_markdown(text)) < MAX_CALLS
    assert calls(lambda: first_line(text)) < MAX_CALLS_OF_QUOTE


@pytest.mark.parametrize('part', ['[*', '<b>&', '*a\n', '@a b c d '])
def test_text_beyond_the_limit_is_shown_as_it_was_typed(part: str) -> None:
    text = fill(part, LONGEST)

    html = render(text)

    shown = html.removeprefix('<p>').removesuffix('</p>').replace('<br>\n', '\n')
    assert '<' not in shown
    assert unescape(shown) == text


def test_a_long_text_with_much_markdown_is_within_the_limit() -> None:
    text = fill('a word, *it*, **bold** and `code` of http://a.example/b\n- an item for @ann: ok\n\n', 4000)

    assert render(text).count('<em>') == 50
    assert first_line(text).startswith('a word, it, bold and code of')


@pytest.mark.parametrize('part', ['\u200d', '🎉', '1️⃣', ':a', ':tada:', 'é', '🇨🇭', '❤\u200d'])
def test_a_long_text_is_not_searched_for_emoji(part: str) -> None:
    assert calls(lambda: is_only_emoji(fill(part, LONGEST))) < 3000


@pytest.mark.parametrize('part', ['a ', 'a', ':', '\u200d', '🎉'])
def test_a_long_search_for_emoji_finds_nothing_at_once(part: str) -> None:
    query = fill(part, 100_000)

    assert calls(lambda: find_emoji(query)) < 10
    assert find_emoji(query) == []


def test_a_text_that_is_too_long_is_not_read_to_its_end() -> None:
    def clean() -> None:
        with pytest.raises(ChatError, match='at most 4,000 characters'):
            clean_text('\u200d' * 100_000, max_length=4000)

    assert calls(clean) < 500


@pytest.mark.parametrize('code', ['\n' * 999, 'a' * 999, '*' * 999, 'a_' * 499, '{' * 999])
@pytest.mark.parametrize('language', ['java', 'c++', 'kotlin', 'make', 'markdown'])
def test_code_that_is_tiresome_for_a_lexer_has_no_colours(language: str, code: str) -> None:
    assert 'class="' not in render(f'```{language}\n{code}\n```').partition('<code>')[2].partition('</code>')[0]


def test_code_has_colours_within_limits() -> None:
    assert render('```python\nx = 1\n```\n' * 10).count('class="mi"') == 10
    assert render('```python\nx = 1\n```\n' * 11).count('class="mi"') == 0
    assert render(f'```python\nx = 1\n```\n~~~python\n{"x = 1 " * 170}\n~~~').count('class="mi"') == 0
