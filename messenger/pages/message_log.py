"""The messages on the screen: one element per page, whose rows are the same HTML for everybody."""

from datetime import datetime
from functools import lru_cache
from html import escape
from itertools import groupby

from messenger import markdown
from messenger.pages import browser, toolbar
from models import MessageView, Quote, Reaction, fold_name, user_hash

# the list, which the browser fills (see `browser`), the way to earlier messages, and the one to the newest
HTML = f"""
<div class="room" id="room" tabindex="0" role="region" aria-label="Conversation"><div class="wall" id="wall">
<div class="edge"><button type="button" class="quiet" id="earlier" data-act="earlier" hidden>Earlier messages</button>
<span id="beginning" hidden>Beginning of the conversation</span></div>
<div id="log" role="log" aria-label="Messages" aria-live="polite" aria-relevant="additions"></div>
<div id="held"></div>{toolbar.HTML}</div></div>
<div class="pill"><button type="button" id="news" data-act="news" hidden></button></div>
"""


@lru_cache(maxsize=10_000)
def row(message: MessageView) -> browser.Row:
    """What the browser places for a message, made once for everybody."""
    author = user_hash(message.author_id)
    attributes = f'data-id="{message.id}" data-seq="{message.seq}" data-author="{author}" style="--hue:{hue(author)}"'
    classes = 'message deleted' if message.deleted else 'message'
    html = (
        f'<article class="{classes}" id="m{message.id}" {attributes} tabindex="-1">'
        f'<span class="face" aria-hidden="true">{escape(initials(message.author))}</span>'
        f'<header><bdi class="author">{escape(message.author)}</bdi> {_time(message.sent_at)}</header>'
        f'<div class="bubble">{_quote(message.quote)}{_text(message)}</div>'
        f'<div class="reactions">{_reactions(message.reactions)}</div></article>'
    )
    return message.id, message.seq, message.client_message_id, html


@lru_cache(maxsize=4096)
def hue(person: str) -> int:
    """The colour of a person, in degrees, from their `user_hash`."""
    return int(person, 16) % 360


@lru_cache(maxsize=4096)
def initials(name: str) -> str:
    """One or two letters for a name: of its first and last word."""
    words = name.split()
    return ''.join(word[0] for word in words[:1] + words[1:][-1:]).upper()


def _time(sent_at: datetime) -> str:
    moment = sent_at.isoformat(timespec='milliseconds')
    return f'<time datetime="{moment}">{moment[11:16]} UTC</time>'


def _text(message: MessageView) -> str:
    if message.deleted:
        return '<div class="text">message deleted</div>'
    large = ' large' if markdown.is_only_emoji(message.text) else ''
    edited = '<small class="edited">edited</small>' if message.edited else ''
    return f'<div class="text{large}" dir="auto">{markdown.render(message.text)}</div>{edited}'


def _quote(quote: Quote | None) -> str:
    if quote is None:
        return ''
    line = 'message deleted' if quote.deleted else markdown.first_line(quote.text)
    return (
        f'<button type="button" class="quote" data-target="{quote.id}" '
        f'style="--hue:{hue(user_hash(fold_name(quote.author)))}">'
        f'<bdi class="author">{escape(quote.author)}</bdi> <span dir="auto">{escape(line)}</span></button>'
    )


def _reactions(reactions: tuple[Reaction, ...]) -> str:
    if not reactions:
        return ''
    symbols = list(dict.fromkeys(reaction.emoji for reaction in reactions))
    ordered = sorted(reactions, key=lambda reaction: symbols.index(reaction.emoji))
    groups = groupby(ordered, lambda reaction: reaction.emoji)
    return ''.join(_reaction(symbol, list(group)) for symbol, group in groups)


def _reaction(symbol: str, reactions: list[Reaction]) -> str:
    names = ', '.join(reaction.author for reaction in reactions)
    people = ' '.join(user_hash(reaction.author_id) for reaction in reactions)
    return (
        f'<button type="button" class="reaction" data-emoji="{symbol}" data-people="{people}" title="{escape(names)}" '
        f'aria-label="{symbol} {len(reactions)}: {escape(names)}">{symbol} {len(reactions)}</button>'
    )
