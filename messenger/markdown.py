"""The text of a message as safe HTML, rendered once per change."""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from itertools import islice

import emoji
import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.token import STANDARD_TYPES

from models import fold_name, user_hash

EVERYONE = 'all'
_MARKS = ''.join(char for char in map(chr, range(0x300, 0xFE00)) if unicodedata.category(char) in {'Mn', 'Mc'})
MENTION = re.compile(rf"@(\w[\w{_MARKS}.\-'’]*(?: [\w{_MARKS}.\-'’]+){{0,3}})")
WITHIN_ADDRESS = re.compile(r'(?:[^\W_]|\w[_+]|\w\.\w\S*/)$')  # before an `@`, this makes it no mention
SHORT_CODES = re.compile(r'(?<![\w:])(?::[^\s:]+:)+(?![\w:])')  # one or more, side by side, but not within `a:b:c`
FOREIGN_SCHEME = re.compile(r'(?!https?:|mailto:)[a-z][a-z0-9.+-]*:', re.IGNORECASE)
# one line of words: nothing in it is Markdown, a link, a mention, a short code or HTML, so it need not be parsed
PLAIN = re.compile(r"[^\W\d_](?:[^\W_]|[ ,!?;()'](?! $)|[.-](?=[ ]|$))*(?<! )")
MAX_LARGE_EMOJI = 3
MAX_HIGHLIGHTED_CODE = 1000  # what a lexer takes for a text can grow with its square
LANGUAGES = re.compile(
    'bash|c|c#|c[+][+]|console|cpp|csharp|css|diff|docker|dockerfile|go|html|ini|java|javascript|js|json|jsx|kotlin|lua'
    '|make|markdown|md|perl|php|powershell|py|python|r|rb|rs|ruby|rust|scss|sh|shell|sql|swift|toml|ts|tsx|typescript'
    '|xml|yaml|yml',
    re.IGNORECASE | re.ASCII,
)
MAX_EMOJI_FOUND = 48
CODE = '<div class="code"><pre>', '</pre><button type="button" class="copy" data-action="copy">Copy</button></div>'
_formatter = HtmlFormatter(nowrap=True)


def render(text: str) -> Markup:
    """Return the safe HTML of a message's text."""
    return Markup(f'<p>{text}</p>') if PLAIN.fullmatch(text) else render_markdown(text)


def render_markdown(text: str) -> Markup:
    """Return the safe HTML of CommonMark: parsed with raw HTML off, then cleaned by an allow-list of elements."""
    html = _sanitizer.clean(_parser.render(text)).strip()
    return Markup(html.replace('<pre>', CODE[0]).replace('</pre>', CODE[1]))  # no text is replaced: its `<` is escaped


def first_line(text: str, *, max_length: int = 120) -> str:
    """Return the beginning of a text as it is quoted: one line without Markdown, of at most ``max_length`` characters.

    The line is plain text, which the caller has to escape.
    """
    tokens = _parser.parse(text[: max_length * 8])
    words = ' '.join(''.join(_plain(token)) for token in tokens if token.type in {'inline', 'fence'})
    line = ' '.join(words.split())
    return line if len(line) <= max_length else f'{line[: max_length - 1]}…'


def is_only_emoji(text: str) -> bool:
    """Return whether a message is nothing but one to three emoji, which are shown large."""
    if text.isascii() and ':' not in text:
        return False
    symbols = emoji.emojize(text.strip(), language='alias').replace(' ', '')
    return emoji.purely_emoji(symbols) and 1 <= emoji.emoji_count(symbols) <= MAX_LARGE_EMOJI


def find_emoji(query: str) -> list[tuple[str, str]]:
    """Return up to 48 emoji with their names, those with the shortest names first.

    :param query: words, or their beginnings, that must all be in the name; or an emoji, which finds itself
    """
    query = query.strip()
    if emoji.is_emoji(query):
        return [(query, emoji.demojize(query).strip(':').replace('_', ' '))]
    words = [word for word in re.split(r'[\s:_]+', query.lower()) if word]
    return list(islice((pair for pair in _emoji_names() if _matches(pair[1], words)), MAX_EMOJI_FOUND)) if words else []


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


def _plain(token: Token) -> list[str]:
    if token.type in {'softbreak', 'hardbreak'}:
        return [' ']
    return [part for child in token.children for part in _plain(child)] if token.children else [token.content]


def _mention(state: StateInline, silent: bool) -> bool:
    """Parse ``@name`` as a mention of every user whom it could mean, since a name may have several words."""
    found = MENTION.match(state.src, state.pos)
    if not found or state.linkLevel or WITHIN_ADDRESS.search(state.src[max(0, state.pos - 80) : state.pos]):
        return False
    words = found[1].split(' ')
    shown = words[0].rstrip(".-'’")
    if not silent:
        names = [name for count in range(len(words)) for name in _possible_names(' '.join(words[: count + 1]))]
        token = state.push('mention', 'span', 0)
        token.content = f'@{shown}'
        token.meta['people'] = [EVERYONE if name == EVERYONE else user_hash(name) for name in dict.fromkeys(names)]
    state.pos += 1 + len(shown)
    return True


def _possible_names(name: str) -> list[str]:
    """Return the folded names that may be meant: "Ann." and "Ann's" can be Ann."""
    bare = name.rstrip(".-'’")
    return [fold_name(form) for form in (bare, re.sub("['’]s$", '', bare), name)]


def _render_mention(self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    token = tokens[index]
    people = ' '.join(token.meta['people'])
    return Markup('<span class="mention" data-users="{}">{}</span>').format(people, token.content)


def _replace_short_codes(state: StateCore) -> None:
    for block in state.tokens:
        links = 0
        for token in block.children or []:
            links += {'link_open': 1, 'link_close': -1}.get(token.type, 0)
            if token.type == 'text' and not links and token.content.count(':') > 1:
                token.content = SHORT_CODES.sub(_to_emoji, token.content)


def _to_emoji(codes: re.Match[str]) -> str:
    return emoji.emojize(codes[0], language='alias', variant='emoji_type')


def _highlight(code: str, language: str, _: str) -> str:
    if not LANGUAGES.fullmatch(language) or len(code) > MAX_HIGHLIGHTED_CODE:
        return ''
    return highlight(code, get_lexer_by_name(language, stripnl=False, ensurenl=False), _formatter)


def _create_parser() -> MarkdownIt:
    """Return a parser for chat: without headings, rules, images, and definitions that would not be shown."""
    parser = MarkdownIt('commonmark', {'html': False, 'linkify': True, 'breaks': True, 'highlight': _highlight})
    parser.enable(['linkify', 'strikethrough'])
    parser.disable(['heading', 'lheading', 'hr', 'html_block', 'html_inline', 'image', 'reference'])
    parser.block.ruler.at('code', lambda *_: False)  # indented text is text, and cannot end a fence
    parser.inline.ruler.push('mention', _mention)
    parser.core.ruler.before(
        'text_join', 'emoji', _replace_short_codes
    )  # an escaped colon is not joined to its text yet
    parser.validateLink = lambda url: not FOREIGN_SCHEME.match(url)  # type: ignore[method-assign]
    parser.add_render_rule('mention', _render_mention)
    return parser


_parser = _create_parser()
_sanitizer = nh3.Cleaner(
    tags={'p', 'br', 'strong', 'em', 's', 'code', 'pre', 'blockquote', 'ul', 'ol', 'li', 'a', 'span'},
    attributes={'a': {'href', 'title'}, 'ol': {'start'}, 'span': {'data-users'}},
    allowed_classes={'span': {'mention', *STANDARD_TYPES.values()} - {''}},
    url_schemes={'http', 'https', 'mailto'},
    link_rel='noopener noreferrer nofollow',
    set_tag_attribute_values={'a': {'target': '_blank'}},
)
