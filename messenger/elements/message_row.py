"""The HTML of a message's row, the same for everybody and made once for each change."""

from functools import lru_cache
from itertools import groupby

from markupsafe import Markup

from messenger import markdown
from messenger.realtime.protocol import RenderedMessage
from models import MessageView, Quote, Reaction, fold_name, user_hash

ROW = Markup(
    '<article class="message{classes}" id="m{id}" data-id="{id}" data-seq="{seq}" data-author="{author_hash}"'
    ' style="--hue:{hue}" tabindex="-1">'
    '<span class="avatar" aria-hidden="true">{initials}</span>'
    '<header><bdi class="author">{author}</bdi> <time datetime="{sent_at}">{clock} UTC</time></header>'
    '<div class="bubble">{quote}{text}</div><div class="reactions">{reactions}</div></article>'
)
TEXT = Markup('<div class="text{classes}" dir="auto">{html}</div>{edited}')
DELETED = Markup('<div class="text">message deleted</div>')
EDITED = Markup('<small class="edited">edited</small>')
QUOTE = Markup(
    '<button type="button" class="quote" data-action="jump" data-target="{id}" style="--hue:{hue}">'
    '<bdi class="author">{author}</bdi> <span dir="auto">{line}</span></button>'
)
REACTION = Markup(
    '<button type="button" class="reaction" data-action="react" data-emoji="{emoji}" data-users="{users}"'
    ' title="{names}" aria-label="{emoji} {count}: {names}">{emoji} {count}</button>'
)


@lru_cache(maxsize=10_000)
def render_message(message: MessageView) -> RenderedMessage:
    """Return what a page places for a message."""
    moment = message.sent_at.isoformat(timespec='milliseconds')
    author = user_hash(message.author_id)
    html = ROW.format(
        id=message.id,
        seq=message.seq,
        classes=(' deleted' if message.deleted else '') + (' continuation' if message.continuation else ''),
        author_hash=author,
        hue=hue_of(author),
        initials=initials_of(message.author),
        author=message.author,
        sent_at=moment,
        clock=moment[11:16],
        quote=_quote(message.quote) if message.quote else '',
        text=DELETED if message.deleted else _text(message),
        reactions=Markup('').join(_reactions(message.reactions)),
    )
    return RenderedMessage(message.id, message.seq, message.client_message_id, html)


@lru_cache(maxsize=4096)
def hue_of(author_hash: str) -> int:
    """Return the colour of a user, in degrees, from the `user_hash`."""
    return int(author_hash, 16) % 360


@lru_cache(maxsize=4096)
def initials_of(name: str) -> str:
    """Return one or two letters for a name: of its first and last word."""
    words = name.split()
    return ''.join(word[0] for word in words[:1] + words[1:][-1:]).upper()


def _text(message: MessageView) -> Markup:
    large = ' large' if markdown.is_only_emoji(message.text) else ''
    html = Markup(markdown.render(message.text))
    return TEXT.format(classes=large, html=html, edited=EDITED if message.edited else '')


def _quote(quote: Quote) -> Markup:
    line = 'message deleted' if quote.deleted else markdown.first_line(quote.text)
    hue = hue_of(user_hash(fold_name(quote.author)))
    return QUOTE.format(id=quote.id, hue=hue, author=quote.author, line=line)


def _reactions(reactions: tuple[Reaction, ...]) -> list[Markup]:
    symbols = list(dict.fromkeys(reaction.emoji for reaction in reactions))
    ordered = sorted(reactions, key=lambda reaction: symbols.index(reaction.emoji))
    return [_reaction(emoji, list(group)) for emoji, group in groupby(ordered, lambda reaction: reaction.emoji)]


def _reaction(emoji: str, reactions: list[Reaction]) -> Markup:
    return REACTION.format(
        emoji=emoji,
        count=len(reactions),
        users=' '.join(user_hash(reaction.author_id) for reaction in reactions),
        names=', '.join(reaction.author for reaction in reactions),
    )
