"""What a chat adds to Markdown: mentions, emoji by name, large emoji, the line that is quoted."""

import pytest

from messenger.markdown import first_line, is_only_emoji, render
from models import fold_name, user_hash
from tests.unit.test_markdown import spans


def mentioned(text: str) -> list[list[str]]:
    """For each mention in a text, whom it could mean."""
    return [(attributes['data-users'] or '').split() for attributes in spans(text)]


def people(*names: str) -> list[str]:
    return [user_hash(fold_name(name)) for name in names]


@pytest.mark.parametrize(
    ('text', 'whom'),
    [
        ('(**@Ann**), hi', [people('ann')]),
        ('@ann @bob\nlee', [people('ann'), people('bob')]),
        ('@Ann de la Cruz is', [people('ann', 'ann de', 'ann de la', 'ann de la cruz')]),
        ("@o'neil-smith", [people("o'neil-smith")]),
        ("@ann's", [people("ann's", 'ann')]),
        ('@O’Neil', [people('o’neil')]),
        ('@ann. See', [people('ann', 'ann.', 'ann. see')]),
        ('@नमस्ते', [people('नमस्ते')]),
        ('@Zoë, @ОЛЬГА, @李明', [people('zoë'), people('ольга'), people('李明')]),
        ('@allan, @All hands', [people('allan'), ['all', *people('all hands')]]),
        ('@ann"><script>', [people('ann')]),
        ('@ann" data-users="all', [people('ann')]),
    ],
)
def test_a_mention_is_marked_for_everybody_it_could_mean(text: str, whom: list[list[str]]) -> None:
    assert mentioned(text) == whom


@pytest.mark.parametrize(
    'text',
    [
        'x@ann',
        'é@ann',
        'ann@example.com',
        'https://a.example/@ann',
        '`@ann`',
        '~~~\n@ann',
        r'\@ann',
        '@ ann',
        '@<b>',
        '[@ann](x)',
        'medium.com/@ann',
        'a_@example.com',
    ],
)
def test_not_every_at_is_a_mention(text: str) -> None:
    assert mentioned(text) == []


def test_a_mention_reads_as_it_was_typed() -> None:
    assert render('@Ann!') == f'<p><span class="mention" data-users="{people("ann")[0]}">@Ann</span>!</p>'


@pytest.mark.parametrize(
    ('text', 'html'),
    [
        ('well :tada: done', '<p>well 🎉 done</p>'),
        ('**:tada::tada:**', '<p><strong>🎉🎉</strong></p>'),
        (':people_holding_hands:', '<p>🧑\u200d🤝\u200d🧑</p>'),
        (':nothing_like_it: at 10:30:45', '<p>:nothing_like_it: at 10:30:45</p>'),
        ('`:tada:`', '<p><code>:tada:</code></p>'),
        ('~~~\n:tada:', '<code>:tada:</code>'),
        ('http://a.example/:tada:/x', '>http://a.example/:tada:/x</a>'),
        ('www.example.com/:tada:/x', '>www.example.com/:tada:/x</a>'),
        ('std::a::b', 'std::a::b'),
        (r'\:tada:', '<p>:tada:</p>'),
        ('[:tada:](http://a.example)', '>:tada:</a>'),
    ],
)
def test_short_codes_become_emoji_in_words_only(text: str, html: str) -> None:
    assert html in render(text)


@pytest.mark.parametrize(
    'text',
    ['🎉', '🎉 🎉🎉', ' ❤️ ', '❤', '👨\u200d👩\u200d👧', '🏳️\u200d🌈', '👍🏽', '🇨🇭', '🇨🇭🇫🇷🇩🇪', '1️⃣', '*️⃣', ':tada: :+1:'],
)
def test_one_to_three_emoji_are_shown_large(text: str) -> None:
    assert is_only_emoji(text)


@pytest.mark.parametrize(
    'text',
    ['', ' ', '1', '123', '#*', '::', ':no_such:', 'a🎉', '🎉!', '`🎉`', '🎉🎉🎉🎉', '🇨🇭🇫🇷🇩🇪🇮🇹', '\u200d', '\ufe0f'],
)
def test_anything_else_is_not(text: str) -> None:
    assert not is_only_emoji(text)


@pytest.mark.parametrize(
    ('text', 'line'),
    [
        ('one\ntwo\n\nthree', 'one two three'),
        ('**b** *i* ~~s~~ `c` [there](https://a.example)', 'b i s c there'),
        ('```python\nx = 1\n\ny\n```', 'x = 1 y'),
        ('> wise\n\n* a\n  1. b', 'wise a b'),
        ('@Ann Lee, :tada:', '@Ann Lee, 🎉'),
        ('<b>x</b> &amp; y', '<b>x</b> & y'),
        ('x' * 120, 'x' * 120),
        ('x' * 121, 'x' * 119 + '…'),
    ],
)
def test_a_text_is_quoted_as_one_plain_line(text: str, line: str) -> None:
    assert first_line(text) == line
    assert first_line(text, max_length=3) == f'{line[:2]}…'


def test_a_link_to_another_kind_of_place_stays_as_it_was_typed() -> None:
    assert render('[x](irc://y)') == '<p>[x](irc://y)</p>'
