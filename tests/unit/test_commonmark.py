"""The examples of the CommonMark specification, for what a chat uses of it.

They are compared as a browser would see them: element by element, character by character. What is not compared is white
space between blocks, what this product adds (where a link opens, the colours of code, its Copy button) and the class
that says a code's language. A chat keeps its line breaks: a soft one is expected as ``<br>``, just as a hard one.
"""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest

from messenger.markdown import render

HOW_MANY_APPLY = 315
COMPARED = {'href', 'title', 'start'}
ELEMENTS = {'p', 'br', 'strong', 'em', 'code', 'pre', 'blockquote', 'ul', 'ol', 'li', 'a'}
OF_ITS_OWN = {  # what a chat makes something else of, and why
    134: 'no indented code',
    278: 'no indented code',
    602: 'a bare address is a link',
    606: 'a mention',
    608: 'a bare address is a link',
    611: 'a bare address is a link',
    612: 'a bare address is a link',
    **dict.fromkeys([222, 223, 224, 238, 255, 275, 276, 280, 636, 637, 649], 'indentation stays'),
    **dict.fromkeys([265, 267, 268, 296, 297, 299, 302], 'a number alone is no list, unless it is 1'),
    **dict.fromkeys([355, 356, 370, 381, 396, 411, 415, 416, 417, 429], 'no emphasis within a word'),
    **dict.fromkeys([389, 399, 402, 406, 425, 462], 'a name of Python such as __init__ is no emphasis'),
}


class Example(NamedTuple):
    example: int
    section: str
    markdown: str
    html: str


class Page(HTMLParser):
    """What a browser sees of HTML, in order: beginnings of elements, texts and ends of elements."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, Any]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((f'<{tag}>', {name: value for name, value in attrs if name in COMPARED}))

    def handle_endtag(self, tag: str) -> None:
        self.seen.append((f'</{tag}>', {}))

    def handle_data(self, data: str) -> None:
        self.seen.append(('text', data))


def seen(html: str, *, newline: str) -> list[tuple[str, Any]]:
    html = re.sub(r'<div class="code">|<button.*?</button></div>|<span class="\w+">|</span>', '', html)
    prose_and_code = re.split(r'(<pre>.*?</pre>)', html, flags=re.DOTALL)
    prose_and_code[::2] = [_prose(prose, newline) for prose in prose_and_code[::2]]
    return Page(''.join(prose_and_code)).seen


def _prose(html: str, newline: str) -> str:
    html = re.sub(r'\n?(</?(?:p|blockquote|ul|ol|li)\b[^>]*>)\n?', r'\1', html.strip('\n'))
    return re.sub(r'<br ?/?>\n', '<br>', html).replace('\n', newline)


def why_not(example: Example) -> str:
    """Why an example does not apply to a chat, if it does not."""
    _, _, markdown, html = example
    elements = {part[1:-1] for part, _ in Page(html).seen if re.fullmatch('<[^/].*>', part)}
    links = [facts['href'] for part, facts in Page(html).seen if part == '<a>' and 'href' in facts]
    if elements - ELEMENTS or re.search('<[!?]', html) or any(tag in markdown for tag in re.findall('<[^>]+>', html)):
        return 'no headings, lines across, images or HTML'
    if re.search(r'^[> ]*\[[^\]]+\]:', markdown, re.MULTILINE):
        return 'no reference definitions'
    if 'pre' in elements and not re.search('```|~~~', markdown):
        return 'no indented code'
    if any(urlsplit(link).scheme not in {'', 'http', 'https', 'mailto'} for link in links):
        return 'no links to other programs'
    return OF_ITS_OWN.get(example.example, '')


EXAMPLES = [
    Example(**facts)
    for facts in json.loads((Path(__file__).parent / 'commonmark.json').read_text(encoding='utf-8'))['examples']
]
THAT_APPLY = [example for example in EXAMPLES if not why_not(example)]


@pytest.mark.parametrize('example', THAT_APPLY, ids=lambda example: f'{example.example}-{example.section}')
def test_example_is_rendered_as_the_specification_says(example: Example) -> None:
    newline = '\n' if '&#10;' in example.markdown else '<br>'  # a character that is asked for is not a soft break

    assert seen(render(example.markdown), newline='\n') == seen(example.html, newline=newline)


def test_no_example_is_left_out_by_accident() -> None:
    assert len(THAT_APPLY) >= HOW_MANY_APPLY


@pytest.mark.parametrize('example', [example for example in EXAMPLES if example.example in OF_ITS_OWN])
def test_what_is_said_to_differ_does(example: Example) -> None:
    assert seen(render(example.markdown), newline='\n') != seen(example.html, newline='<br>')
