"""What a text becomes: readable, and never more than text."""

from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest

from markup import render

XSS = [
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '<svg/onload=alert(1)>',
    '<iframe src="javascript:alert(1)"></iframe>',
    '<body onload=alert(1)>',
    '"><script>alert(1)</script>',
    "'-alert(1)-'",
    '<a href="javascript:alert(1)">x</a>',
    '[x](javascript:alert(1))',
    '[x](JaVaScRiPt:alert(1))',
    '[x](java\nscript:alert(1))',
    '[x](&#106;avascript:alert(1))',
    '[x](data:text/html,<script>alert(1)</script>)',
    '[x](vbscript:alert(1))',
    '[x](file:///etc/passwd)',
    '<javascript:alert(1)>',
    '![x](https://elsewhere.example/pixel.png)',
    '![x](x"onerror="alert(1))',
    '[x](https://a.example "onmouseover=alert(1)")',
    'https://a.example/"onmouseover="alert(1)',
    'https://a.example/<script>alert(1)</script>',
    '<style>@import "https://elsewhere.example/x.css";</style>',
    '<link rel=stylesheet href=https://elsewhere.example/x.css>',
    '<meta http-equiv=refresh content="0;url=https://elsewhere.example">',
    '<form action=https://elsewhere.example><input name=password></form>',
    '<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>',
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    '<details open ontoggle=alert(1)>',
    '<template><script>alert(1)</script></template>',
    '`<script>alert(1)</script>`',
    '```\n<script>alert(1)</script>\n```',
    '```"><script>alert(1)</script>\nx\n```',
    '> <img src=x onerror=alert(1)>',
    '* <img src=x onerror=alert(1)>',
    '{{constructor.constructor("alert(1)")()}}',
    '${alert(1)}',
    '&lt;script&gt;alert(1)&lt;/script&gt;',
    '\u202e<script>alert(1)</script>',
    '<scr\0ipt>alert(1)</scr\0ipt>',
    '<!--<img src="--><img src=x onerror=alert(1)//">',
    ']]><script>alert(1)</script>',
    '</textarea></style></script><script>alert(1)</script>',
]
ALLOWED = {'p', 'br', 'strong', 'em', 's', 'code', 'pre', 'blockquote', 'ul', 'ol', 'li', 'a', 'span', 'div', 'button'}


class Elements(HTMLParser):
    """Every element and attribute that a browser would make of a text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize('text', XSS)
def test_hostile_text_is_only_text(text: str) -> None:
    for tag, attributes in Elements(render(text)).found:
        assert tag in ALLOWED
        assert not any(name.startswith('on') or name in {'style', 'src', 'srcdoc'} for name in attributes)
        if tag == 'a':
            assert urlsplit(attributes['href'] or '').scheme in {'http', 'https', 'mailto', ''}


def test_text_is_a_paragraph_and_keeps_its_line_breaks() -> None:
    assert render('one\ntwo\n\nthree') == '<p>one<br>\ntwo</p>\n<p>three</p>'


@pytest.mark.parametrize(
    ('text', 'href'),
    [
        ('see https://a.example/x?a=1&b=2.', 'https://a.example/x?a=1&amp;b=2'),
        ('see www.example.com', 'http://www.example.com'),
        ('(https://a.example/x_(y))', 'https://a.example/x_(y)'),
        ('[there](https://a.example)', 'https://a.example'),
        ('<https://a.example>', 'https://a.example'),
        ('write to ann@example.com', 'mailto:ann@example.com'),
        ('https://münchen.example/straße', 'https://xn--mnchen-3ya.example/stra%C3%9Fe'),
    ],
)
def test_links_open_elsewhere_and_tell_nothing(text: str, href: str) -> None:
    html = render(text)

    assert f'href="{href}"' in html
    assert 'target="_blank"' in html
    assert 'rel="noopener noreferrer nofollow"' in html


@pytest.mark.parametrize(
    'text', ['# Shout', 'Shout\n=====', 'Quiet\n-----', '***', '[a]: https://a.example', '    code']
)
def test_nothing_is_bigger_than_text_and_nothing_typed_disappears(text: str) -> None:
    html = render(text)

    assert html.startswith('<p>')
    assert text.split()[0] in html


@pytest.mark.parametrize(
    ('text', 'html'),
    [
        ('**bold** *italic* ~~gone~~ `code`', '<strong>bold</strong> <em>italic</em> <s>gone</s> <code>code</code>'),
        ('* a\n* b', '<ul>\n<li>a</li>\n<li>b</li>\n</ul>'),
        ('3. c\n4. d', '<ol start="3">\n<li>c</li>\n<li>d</li>\n</ol>'),
        ('> wise', '<blockquote>\n<p>wise</p>\n</blockquote>'),
        ('```\na < b\n```', '<div class="code"><pre><code>a &lt; b\n</code></pre><button'),
        ('snake_case_name and 2 * 3 * 4', 'snake_case_name and 2 * 3 * 4'),
    ],
)
def test_formatting_is_markdown(text: str, html: str) -> None:
    assert html in render(text)
