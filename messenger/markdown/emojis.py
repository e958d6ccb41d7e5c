"""Emoji: by their short codes, by the words of their names, and alone in a message."""

import re
from functools import cache
from itertools import islice

import emoji

SHORT_CODES = re.compile(r'(?<![\w:])(?::[^\s:]+:)+(?![\w:])')  # one or more, side by side, but not within `a:b:c`
MAX_LARGE_EMOJI = 3
MAX_EMOJI_FOUND = 48
COMMON_EMOJI_VERSION = 1
NOT_COMMON = re.compile('skin_tone|flag|clock|o’clock|thirty|button|symbol|Japanese')
MAX_QUERY_LENGTH = 64
MAX_SHORT_CODE_LENGTH = 96
MAX_SYMBOL_LENGTH = 16  # code points of one emoji; the longest has ten


def is_only_emoji(text: str) -> bool:
    """Return whether a message is nothing but one to three emoji, which are shown large."""
    if text.isascii() and ':' not in text:
        return False
    text = text.strip()
    if len(text) > MAX_LARGE_EMOJI * MAX_SHORT_CODE_LENGTH:  # looked at first: counting emoji can take seconds
        return False
    symbols = emoji.emojize(text, language='alias').replace(' ', '')
    if len(symbols) > MAX_LARGE_EMOJI * MAX_SYMBOL_LENGTH:
        return False
    return emoji.purely_emoji(symbols) and 1 <= emoji.emoji_count(symbols) <= MAX_LARGE_EMOJI


def find_emoji(query: str) -> list[tuple[str, str]]:
    """Return up to 48 emoji with their names, those with the shortest names first.

    :param query: words, or their beginnings, that must all be in the name; or an emoji, which finds itself; nothing is
        found by more than 64 characters
    """
    if len(query) > MAX_QUERY_LENGTH:
        return []
    query = query.strip()
    if emoji.is_emoji(query):
        return [(query, emoji.demojize(query).strip(':').replace('_', ' '))]
    words = [word for word in re.split(r'[\s:_]+', query.lower()) if word]
    return list(islice((pair for pair in _emoji_names() if _matches(pair[1], words)), MAX_EMOJI_FOUND)) if words else []


def replace_short_codes(text: str) -> str:
    """Return a text with emoji in place of their short codes, such as ``:tada:``."""
    return SHORT_CODES.sub(_to_emoji, text)


def _to_emoji(codes: re.Match[str]) -> str:
    return emoji.emojize(codes[0], language='alias', variant='emoji_type')


def _matches(name: str, words: list[str]) -> bool:
    return all(any(part.startswith(word) for part in name.split()) for word in words)


@cache
def _emoji_names() -> list[tuple[str, str]]:
    """Return every fully qualified emoji with its name, except those with a skin tone."""
    names = {
        symbol: ' '.join([facts['en'], *facts.get('alias', [])]).replace(':', '').replace('_', ' ').lower()
        for symbol, facts in emoji.EMOJI_DATA.items()
        if facts['status'] == emoji.STATUS['fully_qualified'] and 'skin_tone' not in facts['en']
    }
    return sorted(names.items(), key=lambda pair: len(pair[1]))


def common_emoji() -> dict[str, str]:
    """Return the emoji that every device shows by their short codes, without colons; each has up to two."""
    return {
        code.strip(':'): symbol
        for symbol, facts in emoji.EMOJI_DATA.items()
        if facts['status'] == emoji.STATUS['fully_qualified'] and facts['E'] <= COMMON_EMOJI_VERSION
        if not NOT_COMMON.search(facts['en'])
        for code in facts.get('alias', [facts['en']])[:2]
    }
