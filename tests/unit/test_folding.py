"""Texts as they are compared in a search."""

import sys
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messenger.folding import fold, fold_with_positions

TEXTS = st.text(st.characters(exclude_categories=['Cs']), max_size=40)


@pytest.mark.parametrize(
    ('text', 'folded'),
    [
        ('Grüße aus KÖLN', 'grusse aus koln'),
        ('cafe\u0301 Café', 'cafe cafe'),
        ('İstanbul', 'istanbul'),
        ('ΜΆΪΟΣ μάϊος', 'μαιοσ μαιοσ'),
        ('Ёлка', 'елка'),
        ('ＡＢＣ ﬁne', 'abc fine'),
        ('שָׁלוֹם', 'שלום'),
        ('が か', 'が か'),  # two letters
        ('안녕하세요', '안녕하세요'),
        ('हिन्दी', 'हिन्दी'),
        ('世界', '世界'),
        ('soft\u00adhyphen zero\u200bwidth', 'softhyphen zerowidth'),
        ('  two\n\nlines\u00a0\u3000 and\ttabs ', 'two lines and tabs'),
        ('a\x1eb\x1fc\0d', 'a b cd'),
    ],
)
def test_case_accents_width_and_spaces_do_not_count(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_what_is_folded_stays_as_it_is() -> None:
    changed = [code for code in range(sys.maxunicode) if not 0xD800 <= code < 0xE000 and not is_folded(chr(code))]

    assert changed == []


def is_folded(char: str) -> bool:
    return fold(fold(char)) == fold(char)


@given(TEXTS, TEXTS)
def test_positions_lead_to_where_the_folded_text_comes_from(one: str, other: str) -> None:
    text = normalize('NFC', f'{one}Kéttle{other}'.replace('\0', ''))

    folded, positions = fold_with_positions(text)

    assert folded.rstrip() == fold(text)
    assert len(positions) == len(folded)
    assert positions == sorted(positions)
    start = folded.index('kettle')
    assert fold(text[positions[start] : positions[start + 5] + 1]) == 'kettle'
