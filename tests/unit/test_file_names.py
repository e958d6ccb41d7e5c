"""Names of files are kept as people know them, and can be saved anywhere."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from messenger.files import MAX_NAME_SIZE, clean_file_name
from messenger.lookalikes import is_invisible


@pytest.mark.parametrize(
    ('given_name', 'name'),
    [
        ('Grüße 世界.txt', 'Grüße 世界.txt'),
        ('e\u0301.txt', 'é.txt'),
        ('../../etc/passwd', 'passwd'),
        ('C:\\Users\\ann\\tea.png', 'tea.png'),
        ('..', 'file'),
        ('', 'file'),
        ('.env', 'env'),
        ('tea\0.png', 'tea.png'),
        ('tea\r\nSet-Cookie: a.png', 'teaSet-Cookie: a.png'),
        ('cod\u202egnp.exe', 'codgnp.exe'),
        ('  a   b .txt ', 'a b.txt'),
        ('x' * 300 + '.png', 'x' * 251 + '.png'),
        ('世' * 300 + '.png', '世' * 83 + '.png'),
        ('a.' + 'x' * 300, 'a.' + 'x' * 253),
        ('\ud800.txt', 'txt'),
    ],
)
def test_a_name_is_clean(given_name: str, name: str) -> None:
    assert clean_file_name(given_name) == name


@given(st.text(st.characters(), max_size=400))
@example('/')
@example('a' * 5000)
@example('e' + '\u0301' * 100_000)
def test_any_name_becomes_one_that_can_be_saved(given_name: str) -> None:
    name = clean_file_name(given_name)

    assert 1 <= len(name.encode()) <= MAX_NAME_SIZE
    assert not any(is_invisible(char) or char in '/\\' for char in name)
    assert name.strip('. ')
    assert clean_file_name(name) == name
