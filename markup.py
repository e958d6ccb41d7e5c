"""What a message's text becomes: safe HTML, once per change."""

import nh3
from markdown_it import MarkdownIt

# Markdown as people use it in a chat: nothing bigger than text, nothing from elsewhere, nothing typed that disappears
_markdown = (
    MarkdownIt('commonmark', {'html': False, 'linkify': True, 'breaks': True})
    .enable(['linkify', 'strikethrough'])
    .disable(['heading', 'lheading', 'hr', 'html_block', 'html_inline', 'image', 'reference', 'code'])
)
_sanitiser = nh3.Cleaner(
    tags={'p', 'br', 'strong', 'em', 's', 'code', 'pre', 'blockquote', 'ul', 'ol', 'li', 'a'},
    attributes={'a': {'href'}, 'ol': {'start'}},
    url_schemes={'http', 'https', 'mailto'},
    link_rel='noopener noreferrer nofollow',
    set_tag_attribute_values={'a': {'target': '_blank'}},
)


def render(text: str) -> str:
    """The safe HTML of a message's text: Markdown (CommonMark) with raw HTML off, then an allow-list of elements."""
    return _sanitiser.clean(_markdown.render(text)).strip()
