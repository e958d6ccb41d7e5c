"""The messages on the screen: one element per page, whose rows are the same HTML for everybody."""

import hashlib
from functools import lru_cache
from html import escape

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

import markup
from models import MessageView
from pages import browser


class MessageLog:
    """The list of messages, which the browser fills (see `browser`), and the way to earlier ones."""

    def __init__(self) -> None:
        with ui.element('div').classes('room').props('id=room tabindex=-1'), ui.element('div').classes('wall'):
            with ui.element('div').classes('edge'):
                TextElement(tag='button', text='Earlier messages').classes('quiet').props(
                    'id=earlier type=button hidden'
                ).on('click', js_handler='earlier')
                TextElement(tag='span', text='Beginning of the conversation').props('id=beginning hidden')
            ui.element('div').props('id=log role=log aria-label=Messages aria-live=polite aria-relevant=additions')
            ui.element('div').props('id=held')


def author_id(author_key: str) -> str:
    """A name as rows carry it in ``data-author``: short, and safe in any markup and selector."""
    return hashlib.blake2b(author_key.encode(), digest_size=6).hexdigest()


@lru_cache(maxsize=10_000)
def row(message: MessageView) -> browser.Row:
    """What the browser places for a message, made once for everybody."""
    author = author_id(message.author_key)
    sent_at = message.sent_at.isoformat(timespec='milliseconds')
    html = (
        f'<article class="message" id="m{message.id}" data-id="{message.id}" data-seq="{message.seq}"'
        f' data-author="{author}" style="--hue:{int(author, 16) % 360}">'
        f'<span class="face" aria-hidden="true">{escape(initials(message.author))}</span>'
        f'<header><bdi class="author">{escape(message.author)}</bdi> '
        f'<time datetime="{sent_at}">{message.sent_at:%H:%M} UTC</time></header>'
        f'<div class="text" dir="auto">{markup.render(message.text)}</div></article>'
    )
    return message.id, message.seq, message.key, html


def initials(name: str) -> str:
    """One or two letters for a name: of its first and last word."""
    words = name.split()
    return ''.join(word[0] for word in words[:1] + words[1:][-1:]).upper()
