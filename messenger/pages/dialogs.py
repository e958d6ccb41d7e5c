"""What opens over the conversation: menu, help, settings, invitation, any emoji, and the question before deleting.

One HTML for all pages: as elements of each page they would cost the server 100 kB for every visitor.
"""

from html import escape

from messenger.pages.icon import sign

KEYS = {
    'Enter': 'send the message',
    'Shift + Enter': 'begin a new line',
    '↑ in an empty box': 'edit your last message',
    '@': 'mention somebody, or @all',
    'Escape': 'give up a reply or an edit; go back to the box',
    '↑ ↓ in the messages': 'go from message to message',
    'Enter on a message': 'react, reply, edit, delete',
    'End': 'go to the newest message',
    '?': 'show this help',
}
POPULAR = '👍 👎 ❤️ 😂 😊 😍 🤔 😮 😢 😡 🎉 🙏 👏 💪 🔥 ✨ ✅ ❌ ❓ ❗ 👀 💡 🚀 ☕ 🍰 🌞 🐛 💯 🤝 👋 🙌 😴'
MARKDOWN = {
    '**bold**': '<strong>bold</strong>',
    '*italic*': '<em>italic</em>',
    '~~strike~~': '<s>strike</s>',
    '`code`': '<code>code</code>',
    '> quote': 'a quote',
    '- item': 'a list',
    '```python': 'a block of code, until ```',
    ':tada:': '🎉',
}


def dialogs() -> str:
    """The HTML of the menu and all dialogs."""
    return ''.join([_menu(), _help(), _settings(), _invitation(), _any_emoji(), _question()])


def _menu() -> str:
    items = ''.join(
        [
            '<button type="button" data-act="invite">Invite others</button>',
            '<button type="button" data-act="open" data-what="settings">Settings</button>',
            '<button type="button" data-act="open" data-what="help">Help</button>',
        ]
    )
    return f'<nav id="menu" popover aria-label="Menu">{items}</nav>'


def _help() -> str:
    keys = ''.join(f'<dt><kbd>{escape(key)}</kbd></dt><dd>{escape(what)}</dd>' for key, what in KEYS.items())
    marks = ''.join(f'<dt><code>{escape(mark)}</code></dt><dd>{what}</dd>' for mark, what in MARKDOWN.items())
    return _dialog('help', 'Help', f'<h3>Keys</h3><dl>{keys}</dl><h3>Formatting</h3><dl>{marks}</dl>')


def _settings() -> str:
    return _dialog(
        'settings',
        'Settings',
        '<form id="choices">'
        + _choice('Appearance', 'theme', {'auto': 'Automatic', 'light': 'Light', 'dark': 'Dark'})
        + _choice('Notifications', 'notify', {'off': 'None', 'mentions': 'Mentions of me', 'all': 'All messages'})
        + '<p id="insecure" hidden>This page cannot show notifications: browsers allow them with HTTPS only.</p>'
        '<p id="denied" role="alert" hidden>This browser does not allow notifications. Allow them for this page in '
        'the settings of the browser.</p>'
        '<label><input type="checkbox" name="sound"> Play a sound</label></form>',
    )


def _choice(legend: str, name: str, options: dict[str, str]) -> str:
    radios = ''.join(
        f'<label><input type="radio" name="{name}" value="{value}"> {label}</label>' for value, label in options.items()
    )
    return f'<fieldset><legend>{legend}</legend>{radios}</fieldset>'


def _invitation() -> str:
    return _dialog(
        'invitation',
        'Invite others',
        '<p>Open this address, or point a phone’s camera at the code. The password is not part of it.</p>'
        '<p><a id="address" target="_blank" rel="noopener"></a></p><div id="code"></div>',
    )


def _any_emoji() -> str:
    return _dialog(
        'any-emoji',
        'React with an emoji',
        '<label for="emoji-name">Search, or type one</label>'
        '<input id="emoji-name" type="search" autocomplete="off" maxlength="40" autofocus>'
        f'<div id="emoji-found" role="group" aria-label="Emoji" data-popular="{POPULAR}"></div>',
    )


def _question() -> str:
    return (
        '<dialog id="erase" role="alertdialog" aria-labelledby="erase-title"><h2 id="erase-title">Delete this message?'
        '</h2><p>Everybody will see “message deleted” in its place.</p><div class="answers">'
        '<button type="button" class="quiet" data-act="close" autofocus>Keep it</button>'
        '<button type="button" class="primary" data-act="erase">Delete</button></div></dialog>'
    )


def _dialog(name: str, title: str, content: str) -> str:
    close = f'<button type="button" class="quiet" data-act="close" aria-label="Close">{sign("close")}</button>'
    return (
        f'<dialog id="{name}" aria-labelledby="{name}-title"><header><h2 id="{name}-title">{title}</h2>{close}</header>'
        f'{content}</dialog>'
    )
