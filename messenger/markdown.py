"""What a message's text becomes: safe HTML, once per change."""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from html import escape
from itertools import islice

import emoji
import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.token import STANDARD_TYPES

from models import fold_name, user_hash

EVERYONE = 'all'
_MARKS = ''.join(char for char in map(chr, range(0x300, 0xFE00)) if unicodedata.category(char) in {'Mn', 'Mc'})
MENTION = re.compile(rf"@(\w[\w{_MARKS}.\-'’]*(?: [\w{_MARKS}.\-'’]+){{0,3}})")
IN_AN_ADDRESS = re.compile(r'(?:[^\W_]|\w[_+]|\w\.\w\S*/)$')  # what, just before it, makes an `@` no mention
SHORT_CODES = re.compile(r'(?<![\w:])(?::[^\s:]+:)+(?![\w:])')  # one or more, side by side, but not within `a:b:c`
ELSEWHERE = re.compile(r'(?!https?:|mailto:)[a-z][a-z0-9.+-]*:', re.IGNORECASE)
# one line of words: nothing in it is Markdown, a link, a mention, a short code or HTML, so it need not be parsed
PLAIN = re.compile(r"[^\W\d_](?:[^\W_]|[ ,!?;()'](?! $)|[.-](?=[ ]|$))*(?<! )")
MOST_EMOJI_SHOWN_LARGE = 3
MOST_CODE_COLOURED = 1000  # what a lexer takes for a text can grow with its square
LANGUAGES = re.compile(
    'bash|c|c#|c[+][+]|console|cpp|csharp|css|diff|docker|dockerfile|go|html|ini|java|javascript|js|json|jsx|kotlin|lua'
    '|make|markdown|md|perl|php|powershell|py|python|r|rb|rs|ruby|rust|scss|sh|shell|sql|swift|toml|ts|tsx|typescript'
    '|xml|yaml|yml',
    re.IGNORECASE | re.ASCII,
)
MOST_EMOJI_FOUND = 48
CODE = '<div class="code"><pre>', '</pre><button type="button" class="copy" data-act="copy">Copy</button></div>'
_formatter = HtmlFormatter(nowrap=True)


def render(text: str) -> str:
    """The safe HTML of a message's text: Markdown (CommonMark) with raw HTML off, then an allow-list of elements."""
    if PLAIN.fullmatch(text):
        return f'<p>{text}</p>'
    html = _sanitiser.clean(_markdown.render(text)).strip()
    return html.replace('<pre>', CODE[0]).replace('</pre>', CODE[1])  # no text can be that: its `<` is escaped


def first_line(text: str, *, longest: int = 120) -> str:
    """The plain beginning of a text, as it is quoted: one line of at most ``longest`` characters."""
    tokens = _markdown.parse(text[: longest * 8])
    words = ' '.join(''.join(_plain(token)) for token in tokens if token.type in {'inline', 'fence'})
    line = ' '.join(words.split())
    return line if len(line) <= longest else f'{line[: longest - 1]}…'


def is_only_emoji(text: str) -> bool:
    """Whether a message is nothing but one to three emoji, which are shown large."""
    if text.isascii() and ':' not in text:
        return False
    symbols = emoji.emojize(text.strip(), language='alias').replace(' ', '')
    return emoji.purely_emoji(symbols) and 1 <= emoji.emoji_count(symbols) <= MOST_EMOJI_SHOWN_LARGE


def find_emoji(words: str) -> list[tuple[str, str]]:
    """Emoji, with their names, whose name has all of these words or beginnings; an emoji finds itself."""
    if emoji.is_emoji(words.strip()):
        return [(words.strip(), emoji.demojize(words.strip()).strip(':').replace('_', ' '))]
    wanted = [word for word in re.split(r'[\s:_]+', words.lower()) if word]
    return list(islice((pair for pair in _emoji_names() if _has(pair[1], wanted)), MOST_EMOJI_FOUND)) if wanted else []


def _has(name: str, beginnings: list[str]) -> bool:
    return all(any(word.startswith(beginning) for word in name.split()) for beginning in beginnings)


@cache
def _emoji_names() -> list[tuple[str, str]]:
    """Every fully qualified emoji but those of a skin tone, with its name."""
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
    """``@name``: marked for everybody who it could mean, since a name may have several words."""
    found = MENTION.match(state.src, state.pos)
    if not found or state.linkLevel or IN_AN_ADDRESS.search(state.src[max(0, state.pos - 80) : state.pos]):
        return False
    words = found[1].split(' ')
    shown = words[0].rstrip(".-'’")
    if not silent:
        names = [form for count in range(len(words)) for form in _forms(' '.join(words[: count + 1]))]
        token = state.push('mention', 'span', 0)
        token.content = f'@{shown}'
        token.meta['people'] = [EVERYONE if name == EVERYONE else user_hash(name) for name in dict.fromkeys(names)]
    state.pos += 1 + len(shown)
    return True


def _forms(name: str) -> list[str]:
    """A name as it may be meant, folded: "Ann." and "Ann's" can be Ann."""
    bare = name.rstrip(".-'’")
    return [fold_name(form) for form in (bare, re.sub("['’]s$", '', bare), name)]


def _render_mention(self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    token = tokens[index]
    return f'<span class="mention" data-people="{" ".join(token.meta["people"])}">{escape(token.content)}</span>'


def _emoji_codes(state: StateCore) -> None:
    for block in state.tokens:
        links = 0
        for token in block.children or []:
            links += {'link_open': 1, 'link_close': -1}.get(token.type, 0)
            if token.type == 'text' and not links and token.content.count(':') > 1:
                token.content = SHORT_CODES.sub(_emoji_of, token.content)


def _emoji_of(codes: re.Match[str]) -> str:
    return emoji.emojize(codes[0], language='alias', variant='emoji_type')


def _highlight(code: str, language: str, _: str) -> str:
    if not LANGUAGES.fullmatch(language) or len(code) > MOST_CODE_COLOURED:
        return ''
    return highlight(code, get_lexer_by_name(language, stripnl=False, ensurenl=False), _formatter)


def _markdown_of_a_chat() -> MarkdownIt:
    """Markdown for a chat: nothing bigger than text, nothing from elsewhere, nothing that disappears."""
    markdown = MarkdownIt('commonmark', {'html': False, 'linkify': True, 'breaks': True, 'highlight': _highlight})
    markdown.enable(['linkify', 'strikethrough'])
    markdown.disable(['heading', 'lheading', 'hr', 'html_block', 'html_inline', 'image', 'reference'])
    markdown.block.ruler.at('code', lambda *_: False)  # indented text is text, and cannot end a fence
    markdown.inline.ruler.push('mention', _mention)
    markdown.core.ruler.before('text_join', 'emoji', _emoji_codes)  # an escaped colon is not joined to its text yet
    markdown.validateLink = lambda url: not ELSEWHERE.match(url)  # type: ignore[method-assign]
    markdown.add_render_rule('mention', _render_mention)
    return markdown


_markdown = _markdown_of_a_chat()
_sanitiser = nh3.Cleaner(
    tags={'p', 'br', 'strong', 'em', 's', 'code', 'pre', 'blockquote', 'ul', 'ol', 'li', 'a', 'span'},
    attributes={'a': {'href', 'title'}, 'ol': {'start'}, 'span': {'data-people'}},
    allowed_classes={'span': {'mention', *STANDARD_TYPES.values()} - {''}},
    url_schemes={'http', 'https', 'mailto'},
    link_rel='noopener noreferrer nofollow',
    set_tag_attribute_values={'a': {'target': '_blank'}},
)
