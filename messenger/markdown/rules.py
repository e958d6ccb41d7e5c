"""How a chat reads Markdown: what people paste stays as it was typed, and the work is counted."""

import re
import unicodedata
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block.list import list_block, skipOrderedListMarker
from markdown_it.rules_block.paragraph import paragraph
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.autolink import autolink
from markdown_it.rules_inline.emphasis import tokenize as emphasis
from markdown_it.rules_inline.escape import escape
from markdown_it.rules_inline.link import link
from markdown_it.rules_inline.linkify import linkify
from markdown_it.rules_inline.strikethrough import tokenize as strikethrough
from markdown_it.token import Token

from messenger.markdown.budget import spend
from messenger.markdown.emojis import replace_short_codes
from messenger.markdown.mentions import parse_mention

# what work costs, in units of the budget
STEP = 4  # an attempt to parse what begins at a character
SKIP = 1  # looking at it again
BLOCK = 30
LINE = 6
DELIMITER = 3
ADDRESS = 50  # one that is made a link, or tried
SCANNED = 40  # characters for a unit, where the parser looks at them one by one
SCANNED_FOR_ADDRESS = 80
SEARCHED = 1000
MAX_HIGHLIGHTED_BLOCKS = 10
MAX_HIGHLIGHTED_CODE = 1000  # what a lexer takes for a text can grow with its square
# where something else than text can begin
TERMINATORS = re.compile(r'[\n&*:<@\[\\\]_`~]')
# scripts without spaces between words
UNSPACED = '\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff'
WITHIN_WORD = re.compile(rf'(?<=[^\W_{UNSPACED}])[*]+(?=[^\W_{UNSPACED}])')
DUNDER = re.compile(r'(?<!\w)__[^\W\d_]\w*(?<!_)__(?!\w)')
RUN = re.compile(r'[*]+|_+|~+')
NO_LINK = re.compile(r'\[[^\[\]`<:\\]*\](?!\()')
ADDRESS_LIKE = re.compile(r'@|://|\w\.(?=[^\W\d_]{2})')
OPENING_BRACKETS = frozenset('([{')
CLOSING_BRACKETS = frozenset(')]}')


def install(parser: MarkdownIt) -> None:
    """Replace rules of CommonMark by those of a chat."""
    block, inline = parser.block.ruler, parser.inline.ruler
    block.at('code', lambda *_: False)  # indented text is text, and cannot end a fence
    block.at('list', _list, {'alt': ['paragraph', 'reference', 'blockquote']})
    block.at('paragraph', _paragraph)
    block.before('code', 'count', _count_block)
    for name, rule in {'newline': _newline, 'escape': _escape, 'emphasis': _emphasis, 'link': _link}.items():
        inline.at(name, rule)
    inline.at('linkify', _linkify)
    inline.at('autolink', _autolink)
    inline.at('strikethrough', _strikethrough)
    inline.before('text', 'count', _count_step)
    inline.before('emphasis', 'as_typed', _as_typed)
    inline.push('mention', parse_mention)
    parser.core.ruler.before('block', 'count_lines', _count_lines)
    parser.core.ruler.after('block', 'limit_highlighting', _limit_highlighting)
    parser.core.ruler.before('linkify', 'count_addresses', _count_addresses)
    # before an escaped colon is joined to its text
    parser.core.ruler.before('text_join', 'emoji', _replace_short_codes)
    parser.inline.terminator_re = TERMINATORS
    _count_skips(parser)


# --- blocks


def _list(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Parse a list; a number at the beginning of a text, such as that of a year, is not one item of a list."""
    after_marker = skipOrderedListMarker(state, start)
    if not silent and after_marker >= 0 and not _begins_ordered_list(state, start, end, after_marker):
        return False
    return list_block(state, start, end, silent)


def _begins_ordered_list(state: StateBlock, start: int, end: int, after_marker: int) -> bool:
    number = state.src[state.bMarks[start] + state.tShift[start] : after_marker - 1]
    return int(number) == 1 or _has_next_item(state, start, end, state.src[after_marker - 1])


def _has_next_item(state: StateBlock, start: int, end: int, marker: str) -> bool:
    indent = state.sCount[start] + 2
    for line in range(start + 1, end):
        spend(state.env, SKIP)
        if state.isEmpty(line) or state.sCount[line] >= indent:
            continue
        after_marker = skipOrderedListMarker(state, line)
        if after_marker >= 0:
            return state.src[after_marker - 1] == marker
        if state.isEmpty(line - 1):
            return False
    return False


def _paragraph(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Parse a paragraph, which keeps the indentation of its lines."""
    paragraph(state, start, end, silent)
    state.tokens[-2].content = state.getLines(start, state.line, state.blkIndent, False).rstrip(' \t\n')
    return True


def _count_lines(state: StateCore) -> None:
    spend(state.env, LINE * state.src.count('\n'))


def _count_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    spend(state.env, BLOCK)
    return False


def _limit_highlighting(state: StateCore) -> None:
    code = [token for token in state.tokens if token.type == 'fence']
    if len(code) > MAX_HIGHLIGHTED_BLOCKS or sum(len(token.content) for token in code) > MAX_HIGHLIGHTED_CODE:
        for token in code:
            token.info = ''


# --- in a line


def _newline(state: StateInline, silent: bool) -> bool:
    """Break the line; the next one keeps its indentation."""
    if state.src[state.pos] != '\n':
        return False
    spend(state.env, DELIMITER)
    if not silent:
        state.pending = state.pending.rstrip(' ')
        state.push('softbreak', 'br', 0)
    state.pos += 1
    return True


def _escape(state: StateInline, silent: bool) -> bool:
    r"""Parse a backslash, which stays before an underscore that would be text without it, as in ``¯\_(ツ)_/¯``."""
    start = state.pos
    if not escape(state, silent):
        return False
    if state.src[start + 1] == '\n':
        state.pos = start + 2  # the next line keeps its indentation
    elif state.src[start + 1] == '_' and not silent and not _can_emphasize(state.src, start, start + 2):
        state.tokens[-1].content = r'\_'
    return True


def _can_emphasize(text: str, before: int, after: int) -> bool:
    """Return whether an underscore between two characters could begin or end emphasis."""
    last, next_ = text[before - 1] if before else ' ', text[after] if after < len(text) else ' '
    begins = _is_edge(last) and last not in CLOSING_BRACKETS and not next_.isspace()
    ends = _is_edge(next_) and next_ not in OPENING_BRACKETS and not last.isspace()
    return begins or ends


def _is_edge(char: str) -> bool:
    """Return whether a character is white space or punctuation: a symbol such as ``¯`` is like a letter."""
    return char.isspace() or unicodedata.category(char).startswith('P') or (char.isascii() and not char.isalnum())


def _as_typed(state: StateInline, silent: bool) -> bool:
    """Keep what stands within a word or is a name of a program: ``2*3*4``, ``__init__``."""
    found = WITHIN_WORD.match(state.src, state.pos) or DUNDER.match(state.src, state.pos)
    if not found:
        return False
    if not silent:
        state.append_pending(found[0])
    state.pos = found.end()
    return True


def _emphasis(state: StateInline, silent: bool) -> bool:
    """Parse a run of ``*`` or ``_``, which does not begin emphasis after a bracket, nor end it before one."""
    start = state.pos
    _count_run(state)
    if not emphasis(state, silent):
        return False
    last, next_ = state.src[start - 1 : start], state.src[state.pos : state.pos + 1]
    for delimiter in state.delimiters[start - state.pos :]:
        delimiter.open &= last not in CLOSING_BRACKETS
        delimiter.close &= next_ not in OPENING_BRACKETS
    return True


def _strikethrough(state: StateInline, silent: bool) -> bool:
    _count_run(state)
    return strikethrough(state, silent)


def _count_run(state: StateInline) -> None:
    if found := RUN.match(state.src, state.pos):
        spend(state.env, DELIMITER * len(found[0]))


def _link(state: StateInline, silent: bool) -> bool:
    """Parse a link; its end is only looked for where there can be one, since it may be looked for at each bracket."""
    if state.src[state.pos] != '[' or NO_LINK.match(state.src, state.pos):
        return False
    spend(state.env, len(state.src) // SEARCHED)
    end = state.src.find('](', state.pos)
    if end < 0:
        return False
    spend(state.env, (state.posMax - end) // SCANNED)
    return link(state, silent)


def _linkify(state: StateInline, silent: bool) -> bool:
    """Parse an address with a scheme."""
    if not state.src.startswith('://', state.pos):
        return False
    spend(state.env, ADDRESS + (state.posMax - state.pos) // SCANNED_FOR_ADDRESS)
    return linkify(state, silent)


def _autolink(state: StateInline, silent: bool) -> bool:
    if not autolink(state, silent):
        return False
    spend(state.env, ADDRESS)
    return True


def _count_skips(parser: MarkdownIt) -> None:
    skip = parser.inline.skipToken

    def counting(state: StateInline) -> None:
        spend(state.env, SKIP)
        skip(state)

    parser.inline.skipToken = counting  # type: ignore[method-assign]


def _count_addresses(state: StateCore) -> None:
    for token in _words(state):
        spend(state.env, ADDRESS * len(ADDRESS_LIKE.findall(token.content)))


def _count_step(state: StateInline, silent: bool) -> bool:
    spend(state.env, STEP)
    return False


# --- afterwards


def _replace_short_codes(state: StateCore) -> None:
    for token in _words(state):
        if token.content.count(':') > 1:
            token.content = replace_short_codes(token.content)


def _words(state: StateCore) -> Iterator[Token]:
    """Yield the texts that are not within links."""
    for block in state.tokens:
        links = 0
        for token in block.children or []:
            links += {'link_open': 1, 'link_close': -1}.get(token.type, 0)
            if token.type == 'text' and not links:
                yield token
