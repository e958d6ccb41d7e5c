"""Mentions: ``@name``, for every user whom it could mean, since a name may have several words."""

import re
import unicodedata
from collections.abc import Callable, Sequence

from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup

from messenger.markdown.budget import spend
from models import fold_name, user_hash

EVERYONE = 'all'
COST = 20
_MARKS = ''.join(char for char in map(chr, range(0x300, 0xFE00)) if unicodedata.category(char) in {'Mn', 'Mc'})
MENTION = re.compile(rf"@(\w[\w{_MARKS}.\-'’]*(?: [\w{_MARKS}.\-'’]+){{0,3}})")
WITHIN_ADDRESS = re.compile(r'(?:[^\W_]|\w[_+]|\w\.\w\S*/)$')  # before an `@`, this makes it no mention
ENDS = ".-'’"  # of a name, which may also be those of a sentence
IsKnown = Callable[[str], bool]


def parse_mention(state: StateInline, silent: bool) -> bool:
    """Parse ``@name``; as many of its words are marked as are the name of a user who is known, or else the first."""
    found = state.src[state.pos] == '@' and MENTION.match(state.src, state.pos)
    if not found or state.linkLevel or WITHIN_ADDRESS.search(state.src[max(0, state.pos - 80) : state.pos]):
        return False
    spend(state.env, COST)
    words = found[1].split(' ')
    beginnings = [' '.join(words[:count]) for count in range(1, len(words) + 1)]
    shown = _longest_known(beginnings, state.env['is_known']).rstrip(ENDS)
    if not silent:
        names = [name for beginning in beginnings for name in _possible_names(beginning)]
        token = state.push('mention', 'span', 0)
        token.content = f'@{shown}'
        token.meta['people'] = [EVERYONE if name == EVERYONE else user_hash(name) for name in dict.fromkeys(names)]
    state.pos += 1 + len(shown)
    return True


def render_mention(self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    token = tokens[index]
    people = ' '.join(token.meta['people'])
    return Markup('<span class="mention" data-users="{}">{}</span>').format(people, token.content)


def _longest_known(beginnings: Sequence[str], is_known: IsKnown) -> str:
    known = (words for words in reversed(beginnings) if any(map(is_known, _possible_names(words))))
    return next(known, beginnings[0])


def _possible_names(name: str) -> list[str]:
    """Return the folded names that may be meant: "Ann." and "Ann's" can be Ann."""
    bare = name.rstrip(ENDS)
    return [fold_name(form) for form in (bare, re.sub("['’]s$", '', bare), name)]
