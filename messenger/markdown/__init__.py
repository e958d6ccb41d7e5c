"""The text of a message as safe HTML, rendered once per change."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup, escape
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.token import STANDARD_TYPES

from messenger.markdown import rules
from messenger.markdown.budget import MAX_COST, MAX_QUOTE_COST, TooCostlyError
from messenger.markdown.emojis import common_emoji, find_emoji, is_only_emoji
from messenger.markdown.mentions import IsKnown, render_mention

__all__ = ['common_emoji', 'find_emoji', 'first_line', 'is_only_emoji', 'render', 'render_markdown', 'render_plain']

FOREIGN_SCHEME = re.compile(r'(?!https?:|mailto:)[a-z][a-z0-9.+-]*:', re.IGNORECASE)
# one line of words: nothing in it is Markdown, a link, a mention, a short code or HTML, so it need not be parsed
PLAIN = re.compile(r"[^\W\d_](?:[^\W_]|[ ,!?;()'](?! $)|[.-](?=[ ]|$))*(?<! )")
LANGUAGES = re.compile(
    'bash|c|c#|c[+][+]|console|cpp|csharp|css|diff|docker|dockerfile|go|html|ini|java|javascript|js|json|jsx|kotlin|lua'
    '|make|markdown|md|perl|php|powershell|py|python|r|rb|rs|ruby|rust|scss|sh|shell|sql|swift|toml|ts|tsx|typescript'
    '|xml|yaml|yml',
    re.IGNORECASE | re.ASCII,
)
TIRESOME = re.compile(r'\s{40}|\w{100}|([^\w\s])\1{100}')  # for a lexer: it may try each part of it again and again
CODE = '<div class="code"><pre>', '</pre><button type="button" class="copy" data-action="copy">Copy</button></div>'
LINE_BREAK = '<br>\n'  # the style sheet shows the second, and leaves out the first
_formatter = HtmlFormatter(nowrap=True)


def render(text: str, is_known: IsKnown = lambda name: False) -> Markup:
    """Return the safe HTML of a message's text.

    :param is_known: tells whether there is a user with a folded name, so that a mention is marked as far as it goes
    """
    return render_plain(text) or render_markdown(text, is_known)


def render_plain(text: str) -> Markup | None:
    """Return the HTML of one line of words, which costs next to nothing; None for any other text."""
    return Markup(f'<p>{text}</p>') if PLAIN.fullmatch(text) else None


def render_markdown(text: str, is_known: IsKnown = lambda name: False) -> Markup:
    """Return the safe HTML of CommonMark: parsed with raw HTML off, then cleaned by an allow-list of elements.

    What would cost too much is rendered as it was typed.
    """
    try:
        html = _parser.render(text, {'budget': MAX_COST, 'is_known': is_known})
    except TooCostlyError:
        lines = str(escape(text)).replace('\n', LINE_BREAK)
        return Markup(f'<p>{lines}</p>')
    html = _sanitizer.clean(html)
    return Markup(html.replace('<pre>', CODE[0]).replace('</pre>', CODE[1]))  # no text is replaced: its `<` is escaped


def first_line(text: str, *, max_length: int = 120) -> str:
    """Return the beginning of a text as it is quoted: one line without Markdown, of at most ``max_length`` characters.

    The line is plain text, which the caller has to escape.
    """
    return _first_line(text[: max_length * 8], max_length)


@lru_cache(maxsize=1024)  # of at most a thousand characters each: a message with many replies is quoted by all of them
def _first_line(text: str, max_length: int) -> str:
    try:
        tokens = _parser.parse(text, {'budget': MAX_QUOTE_COST, 'is_known': lambda name: False})
    except TooCostlyError:
        words = text
    else:
        words = ' '.join(''.join(_plain(token)) for token in tokens if token.type in {'inline', 'fence'})
    line = ' '.join(words.split())
    return line if len(line) <= max_length else f'{line[: max_length - 1]}…'


def _plain(token: Token) -> list[str]:
    if token.type in {'softbreak', 'hardbreak'}:
        return [' ']
    return [part for child in token.children for part in _plain(child)] if token.children else [token.content]


class _Renderer(RendererHTML):
    """Renders no line breaks but those of a text, since the style sheet has white space of a message shown as it is."""

    def renderToken(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:  # noqa: N802
        return super().renderToken(tokens, idx, options, env).strip('\n')

    def hardbreak(self, *_: Any) -> str:
        return LINE_BREAK

    def softbreak(self, *_: Any) -> str:
        return LINE_BREAK

    def fence(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return super().fence(tokens, idx, options, env).removesuffix('\n')


def _highlight(code: str, language: str, _: str) -> str:
    if not LANGUAGES.fullmatch(language) or TIRESOME.search(code):
        return ''
    return highlight(code, get_lexer_by_name(language, stripnl=False, ensurenl=False), _formatter)


def _create_parser() -> MarkdownIt:
    """Return a parser for chat: without headings, rules, images, and definitions that would not be shown."""
    parser = MarkdownIt(
        'commonmark', {'html': False, 'linkify': True, 'breaks': True, 'highlight': _highlight}, renderer_cls=_Renderer
    )
    parser.enable(['linkify', 'strikethrough'])
    parser.disable(['heading', 'lheading', 'hr', 'html_block', 'html_inline', 'image', 'reference'])
    parser.validateLink = lambda url: not FOREIGN_SCHEME.match(url)  # type: ignore[method-assign]
    parser.add_render_rule('mention', render_mention)
    rules.install(parser)
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
