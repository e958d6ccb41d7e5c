"""The signs on buttons, and the messenger's own: a speech bubble, with a dot when something is new."""

from pathlib import Path
from urllib.parse import quote

from nicegui import app, json
from starlette.responses import Response

LINES = {
    'reply': 'M9 14 4 9l5-5M4 9h10a6 6 0 0 1 6 6v4',
    'edit': 'M4 20h4L19 9l-4-4L4 16zM13 7l4 4',
    'delete': 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13',
    'more': 'M12 4a8 8 0 1 0 .1 0M9 10h.01M15 10h.01M8.5 14.5a4.5 4.5 0 0 0 7 0',
    'menu': 'M12 5h.01M12 12h.01M12 19h.01',
    'close': 'M6 6l12 12M18 6 6 18',
    'send': 'M12 20V5M5 11l7-7 7 7',
}
BUBBLE = (
    '<rect width="64" height="64" rx="14" fill="#0b6e69"/>'
    '<path d="M18 16h28a6 6 0 0 1 6 6v16a6 6 0 0 1-6 6H30l-11 9v-9h-1a6 6 0 0 1-6-6V22a6 6 0 0 1 6-6z" fill="#fff"/>'
)
DOT = '<circle cx="50" cy="14" r="12" fill="#d93025" stroke="#fff" stroke-width="3"/>'
PICTURES = Path(__file__).parent / 'icons'
SIZES = (180, 192, 512)


def sign(name: str) -> str:
    """A sign for a button that has a label."""
    return f'<svg class="sign" viewBox="0 0 24 24" aria-hidden="true"><path d="{LINES[name]}"/></svg>'


def bubble(*, news: bool = False) -> str:
    """The messenger's own sign as an SVG."""
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">{BUBBLE}{DOT if news else ""}</svg>'


def address(*, news: bool = False) -> str:
    """The messenger's own sign as a data URL."""
    return f'data:image/svg+xml,{quote(bubble(news=news))}'


HEAD = """
<link rel="manifest" href="manifest.webmanifest">
<link rel="apple-touch-icon" href="icons/180.png">
<meta name="theme-color" content="#ffffff" media="(prefers-color-scheme: light)">
<meta name="theme-color" content="#181d20" media="(prefers-color-scheme: dark)">
"""


def install(title: str) -> None:
    """Let phones and desktops put the messenger on their home screen."""
    pictures = [{'src': f'icons/{size}.png', 'sizes': f'{size}x{size}', 'type': 'image/png'} for size in SIZES]
    manifest = json.dumps(
        {
            'name': title,
            'short_name': title,
            'start_url': '.',
            'scope': '.',
            'display': 'standalone',
            'background_color': '#f3f5f7',
            'theme_color': '#0b6e69',
            'icons': pictures,
        }
    )
    app.add_static_files('/icons', PICTURES)
    app.add_route('/manifest.webmanifest', lambda _: Response(manifest, media_type='application/manifest+json'))
