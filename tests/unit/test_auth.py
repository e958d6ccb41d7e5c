"""Logging in: usernames, the password, the throttle, names in use."""

import unicodedata

import pytest

from auth import LoginError, LoginService, LoginSession, clean_username
from messenger.throttle import Source
from models import fold_name
from tests.support.clock import Clock

HERE = Source('192.168.0.7', 'a page')


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def logins(clock: Clock) -> LoginService:
    return LoginService('secret', clock=clock)


async def refusal(logins: LoginService, name: str, password: str = 'secret', source: Source = HERE) -> str:
    with pytest.raises(LoginError) as caught:
        await logins.log_in(name, password, source)
    return str(caught.value)


async def test_any_name_and_the_shared_password_log_in(logins: LoginService) -> None:
    session = await logins.log_in('Ann', 'secret', HERE)

    assert (session.name, session.ended) == ('Ann', False)


@pytest.mark.parametrize(
    ('typed', 'shown'),
    [
        ('  Ann ', 'Ann'),
        ('Ann\t', 'Ann'),
        ('Ann   Lee', 'Ann Lee'),
        ('Ａｎｎ', 'Ann'),
        ('Zoe\u0308', 'Zoë'),
        ('\u00a0Ann\u2003Lee\u00a0', 'Ann Lee'),
        ('李雷', '李雷'),
        ('عمر', 'عمر'),
        ('🐙 Octo', '🐙 Octo'),
        ('x' * 32, 'x' * 32),
        ("O'Neil <b>", "O'Neil <b>"),
    ],
)
def test_names_are_trimmed_and_normalised(typed: str, shown: str) -> None:
    assert clean_username(typed) == shown


@pytest.mark.parametrize('name', ['', ' ', '\u3000\t '])
def test_a_name_is_needed(name: str) -> None:
    with pytest.raises(LoginError, match='Please type your name'):
        clean_username(name)


@pytest.mark.parametrize('name', ['x' * 33, '\ufdfa' * 3, 'ab' * 50_000])
def test_normalised_name_has_at_most_32_characters(name: str) -> None:
    with pytest.raises(LoginError, match='at most 32 characters'):
        clean_username(name)


def test_name_of_composed_characters_may_be_four_times_as_long() -> None:
    decomposed = unicodedata.normalize('NFD', 'ᾂ' * 32)

    assert len(decomposed) == 128
    assert clean_username(decomposed) == 'ᾂ' * 32


def test_overlong_name_is_refused_before_it_is_normalised() -> None:
    with pytest.raises(LoginError, match='at most 32 characters; this one has 129'):
        clean_username('\ufdfa' * 129)  # normalised, it would have 2,322


@pytest.mark.parametrize(
    'name',
    [
        'A\0nn', 'A\nnn', 'A\x1bnn', 'A\x7fnn', 'Ann\u200b', 'A\u200dnn', '\u202eAnn', 'A\u2066nn', 'Ann\ufeff',
        'Ann\u00ad', 'Ann\u2060', 'Ann\u034f', 'Ann\u115f', 'Ann\u3164', 'Ann\uffa0', 'Ann\u2800', 'Ann\ufe0f',
        'Ann\U000e0041', 'Ann\U000e0100', 'Ann\ue000', 'Ann\u2028x', 'Ann\ud800', 'Ann\ufffc', 'Ann\U0001d159',
        'Ann\u0378', 'Ann\u2065', '\u2065', 'Ann\ufff0', 'Ann\U000e0001', 'Ann\U000e0fff', 'Ann\U0010ffff',
    ],
)  # fmt: skip
def test_name_has_no_invisible_characters(name: str) -> None:
    with pytest.raises(LoginError, match='control or invisible'):
        clean_username(name)


@pytest.mark.parametrize('twin', ['Ann', 'ann', 'ANN', ' ann ', 'Ａnn'])
async def test_a_name_in_use_is_refused_whatever_its_case(logins: LoginService, twin: str) -> None:
    await logins.log_in('Ann', 'secret', HERE)

    assert await refusal(logins, twin) == 'Ann is already here. Please choose another name.'


@pytest.mark.parametrize(
    ('first', 'twin'),
    [
        *(('Ann', '\u0410nn'), ('ann', '\u0430nn'), ('Alice', 'AIice'), ('Bob', 'B\u043eb'), ('Bernard', 'Bemard')),
        *(
            ('Ann', '\u0430nn'),
            ('Leo', '1eo'),
            ('\u0410\u043d\u043d\u0430', 'A\u043d\u043da'),
            ('\u05d5\u05d5', '\u05f0'),
        ),
    ],
)
async def test_a_name_that_looks_like_one_in_use_is_refused(logins: LoginService, first: str, twin: str) -> None:
    await logins.log_in(first, 'secret', HERE)

    assert await refusal(logins, twin) == f'{first} is already here. Please choose another name.'


@pytest.mark.parametrize(('first', 'other'), [('Ian', 'Lan'), ('Ann', 'Anne'), ('Ann', 'Änn'), ('李雷', '李')])
async def test_a_name_that_only_resembles_another_is_free(logins: LoginService, first: str, other: str) -> None:
    await logins.log_in(first, 'secret', HERE)

    assert (await logins.log_in(other, 'secret', HERE)).name == other


async def test_lookalike_of_a_disconnected_user_is_refused(logins: LoginService) -> None:
    logins.set_connected(await logins.log_in('Ann', 'secret', HERE), False)

    assert (await refusal(logins, '\u0410nn')).startswith('Ann is already here')


def test_case_is_folded_as_unicode_says() -> None:
    assert fold_name('Straße') == fold_name('STRASSE')
    assert fold_name('ΣΊΣΥΦΟΣ') == fold_name('Σίσυφος')
    assert fold_name('Ann') != fold_name('Anna')


async def test_a_name_is_free_again_after_the_session(logins: LoginService) -> None:
    first = await logins.log_in('Ann', 'secret', HERE)
    logins.log_out(first)

    second = await logins.log_in('Ann', 'secret', HERE)

    assert first.ended
    assert not second.ended


async def test_name_of_a_disconnected_user_is_taken_over(logins: LoginService) -> None:
    lost = await logins.log_in('Ann', 'secret', HERE)
    logins.set_connected(lost, False)

    back = await logins.log_in('ann', 'secret', HERE)

    assert lost.ended
    assert not back.ended
    assert (await refusal(logins, 'ANN')).startswith('ann is already here')


async def test_end_of_a_replaced_session_does_not_end_the_new_one(logins: LoginService) -> None:
    lost = await logins.log_in('Ann', 'secret', HERE)
    logins.set_connected(lost, False)
    await logins.log_in('Ann', 'secret', HERE)

    logins.log_out(lost)

    assert 'already here' in await refusal(logins, 'Ann')


async def test_name_in_use_is_not_revealed_without_the_password(logins: LoginService) -> None:
    await logins.log_in('Ann', 'secret', HERE)

    assert await refusal(logins, 'Ann', 'guess') == 'That is not the password. Please try again.'


@pytest.mark.parametrize('wrong', ['', 'Secret', 'secret ', 'secre', 'secrets', 'sécret', '\ud800', 'x' * 100_000])
async def test_a_wrong_password_is_a_sentence(logins: LoginService, wrong: str) -> None:
    assert await refusal(logins, 'Ann', wrong) == 'That is not the password. Please try again.'


async def test_right_password_works_after_the_wait_and_not_before(logins: LoginService, clock: Clock) -> None:
    for _ in range(2):
        await refusal(logins, 'Ann', 'guess')

    assert await refusal(logins, 'Ann') == 'Too many wrong passwords. Please try again in 20 seconds.'

    clock.advance(20)
    assert isinstance(await logins.log_in('Ann', 'secret', HERE), LoginSession)
