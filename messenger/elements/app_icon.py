"""The messenger's own icon, a speech bubble, and its place on home screens and in search results."""

from pathlib import Path

from nicegui import app, json, ui
from starlette.responses import Response

FOLDER = Path(__file__).parent / 'icons'
SIZES = (180, 192, 512)
ICON = 'icons/bubble.svg'
NEWS_ICON = 'icons/bubble-news.svg'
DESCRIPTION = 'A chat for everybody who has the password: type any name and log in.'
HEAD = (
    f'<meta name="description" content="{DESCRIPTION}">'
    '<link rel="manifest" href="manifest.webmanifest">'
    '<link rel="apple-touch-icon" href="icons/180.png">'
    '<meta name="theme-color" content="#ffffff" media="(prefers-color-scheme: light)">'
    '<meta name="theme-color" content="#181d20" media="(prefers-color-scheme: dark)">'
)


def install(title: str) -> None:
    """Serve the icons, and let phones and desktops put the messenger on their home screen."""
    images = [{'src': f'icons/{size}.png', 'sizes': f'{size}x{size}', 'type': 'image/png'} for size in SIZES]
    manifest = json.dumps(
        {
            'name': title,
            'short_name': title,
            'description': DESCRIPTION,
            'start_url': '.',
            'scope': '.',
            'display': 'standalone',
            'background_color': '#f3f5f7',
            'theme_color': '#0b6e69',
            'icons': images,
        }
    )
    app.add_static_files('/icons', FOLDER)
    app.add_route('/manifest.webmanifest', lambda _: Response(manifest, media_type='application/manifest+json'))
    ui.add_head_html(HEAD, shared=True)
