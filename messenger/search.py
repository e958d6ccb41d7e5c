"""Searching the conversation: what a person types, and what is shown of a message that is found."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from unicodedata import normalize

from markupsafe import Markup, escape

from messenger.commands import ChatError
from messenger.folding import fold, fold_with_positions
from models import MessageView, RoomView, SearchQuery

MAX_LENGTH = 200
MAX_TERMS = 10
AROUND = 60  # characters before the first word that is found
LINE_LENGTH = 160
WORD = re.compile(r'(?:(from|in|has|before|after):)?(?:["“”„]([^"“”„]*)["“”„]?|(\S+))', re.IGNORECASE)
UNFINISHED = ('from:', 'in:', 'has:', 'before:', 'after:')
DATE = re.compile(r'(\d{4})-(\d\d?)-(\d\d?)')
MARK = Markup('<mark>{}</mark>')
FILTERS = {
    '"exact phrase"': 'these words, one after the other',
    'from:name': 'by somebody',
    'in:room': 'in a room',
    'after:2026-11-01': 'on this day or later',
    'before:2026-11-01': 'earlier than this day',
    'has:link': 'with a link',
}


def parse_query(
    words: str,
    *,
    find_room: Callable[[str], RoomView | None] = lambda name: None,
    utc_offset: timedelta = timedelta(0),
) -> SearchQuery | None:
    """Return what a person looks for, None if that is too little to begin with.

    :param words: as they were typed: parts of words, phrases in quotation marks, and filters (see ``FILTERS``)
    :param find_room: return the room that somebody means
    :param utc_offset: what the person's clock shows more than UTC
    :raises ChatError: if it is too long, or a filter has another value than it may have
    """
    words = words.replace('\0', '').encode('utf-8', 'replace').decode()
    if len(words) > MAX_LENGTH:
        raise ChatError(f'A search can have at most {MAX_LENGTH} characters; this one has {len(words):,}.')
    terms: list[str] = []
    filters: dict[str, str] = {}
    room: RoomView | None = None
    for name, phrase, word in WORD.findall(words):
        value = fold(phrase or word)
        if word.lower() in UNFINISHED:
            continue
        if name.lower() == 'in':
            room = find_room(phrase or word)
            if room is None:
                raise ChatError('There is no such room. A name of several words is put in quotation marks.')
        elif name:
            filters[name.lower()] = value
        elif value:
            terms.append(value)
    if len(terms) > MAX_TERMS:
        raise ChatError(f'A search can have at most {MAX_TERMS} words. Put some of them in quotation marks.')
    if filters.get('has', '') not in ('', 'link'):
        raise ChatError('has: is followed by link, as in has:link.')
    query = SearchQuery(
        tuple(terms),
        filters.get('from', ''),
        has_link=filters.get('has') == 'link',
        since=_moment(filters.get('after', ''), utc_offset),
        until=_moment(filters.get('before', ''), utc_offset),
        room_id=room.id if room else None,
    )
    return query if _is_enough(query) else None


def mark_terms(message: MessageView, query: SearchQuery) -> Markup:
    """Return a line of a message's text around the first word that is found, with all such words marked, as HTML."""
    text = ' '.join(normalize('NFC', message.text.replace('\0', '')).split())
    found = _find_terms(text, query.terms)
    first = found[0][0] if found else 0
    begin = max(first - AROUND, 0)
    if begin:
        begin = text.find(' ', begin, first) + 1 or begin  # a whole word
    end = begin + LINE_LENGTH
    pieces, position = [Markup('… ' if begin else '')], begin
    for start, stop in found:
        if start < end:
            pieces += [escape(text[position:start]), MARK.format(text[start : min(stop, end)])]
            position = min(stop, end)
    pieces += [escape(text[position:end]), Markup(' …' if end < len(text) else '')]
    return Markup().join(pieces)


def _find_terms(text: str, terms: Sequence[str]) -> list[tuple[int, int]]:
    """Return where terms begin and end in a text, from first to last; those that overlap are one."""
    folded, positions = fold_with_positions(text)
    hits = [hit.span() for term in terms for hit in re.finditer(re.escape(term), folded)]
    found: list[tuple[int, int]] = []
    for first, last in sorted((positions[start], positions[end - 1]) for start, end in hits):
        if found and first < found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], last + 1)
        else:
            found.append((first, last + 1))
    return found


def _is_enough(query: SearchQuery) -> bool:
    """Return whether there is a filter, or a term of two characters, or of one in a script whose words are as short."""
    is_filtered = query != SearchQuery(query.terms)
    return is_filtered or any(len(term) > 1 or not term.isascii() for term in query.terms)


def _moment(date: str, utc_offset: timedelta) -> datetime | None:
    """Return the beginning of a day.

    :raises ChatError: if it is not one
    """
    if not date:
        return None
    try:
        found = DATE.fullmatch(date)
        year, month, day = map(int, found.groups()) if found else (0, 0, 0)
        return datetime(year, month, day, tzinfo=UTC) - utc_offset
    except (ValueError, OverflowError):
        raise ChatError('A day is written like 2026-11-01, as in after:2026-11-01.') from None
