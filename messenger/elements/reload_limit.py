"""What keeps a page from loading again and again."""

from nicegui import ui


class ReloadLimit(ui.element, component='reload_limit.js'):
    """Lets a page load again when its server does not know it any more, but not if the next one is refused as well.

    That happens if a load balancer sends pages and their connections to different servers. NiceGUI would load the page
    for ever; instead of that the user is told. `BrowserTab` does the same.
    """
