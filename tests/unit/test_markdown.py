"""What a text becomes: readable, and never more than text."""

import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pygments.token import STANDARD_TYPES

from messenger.markdown import PLAIN, find_emoji, first_line, is_only_emoji, render, render_markdown

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
ATTRIBUTES = {'a': {'href', 'title', 'target', 'rel'}, 'ol': {'start'}, 'span': {'class', 'data-users'}}
ATTRIBUTES |= {'div': {'class'}, 'button': {'type', 'class', 'data-action'}}
LIKE_WORDS = st.text("abZéß中1 .,!?;:-'()_@*")  # often, but not always, what needs no parsing
MARKDOWN = st.sampled_from([*XSS, '`', '```', '~~', '**', '_', '[', '](', ')', '> ', '* ', '1. ', '\n', '@ann', ':x:'])
ANYTHING = st.one_of(st.text(), st.lists(st.one_of(MARKDOWN, st.text(max_size=4)), max_size=8).map(''.join))


class Elements(HTMLParser):
    """Every element and attribute that a browser would make of a text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def is_harmless(html: str) -> bool:
    found = Elements(html).found
    schemes = {urlsplit(attributes.get('href') or '').scheme for _, attributes in found}
    allowed = (tag in ALLOWED and attributes.keys() <= ATTRIBUTES.get(tag, set()) for tag, attributes in found)
    return all(allowed) and schemes <= {'http', 'https', 'mailto', ''}


def spans(text: str) -> list[dict[str, str | None]]:
    return [attributes for tag, attributes in Elements(render(text)).found if tag == 'span']


@pytest.mark.parametrize('text', XSS)
def test_hostile_text_is_only_text(text: str) -> None:
    assert is_harmless(render(text))


@given(ANYTHING)
@settings(max_examples=200, deadline=None, derandomize=True)
def test_any_text_whatever_is_harmless_and_can_be_quoted(text: str) -> None:
    assert is_harmless(render(text))
    assert len(first_line(text)) <= 120
    is_only_emoji(text)


@given(st.one_of(LIKE_WORDS, st.from_regex(PLAIN, fullmatch=True), ANYTHING))
@settings(max_examples=400, deadline=None, derandomize=True)
def test_words_that_are_not_parsed_look_as_if_they_were(text: str) -> None:
    assert render(text) == render_markdown(text)


def test_text_is_a_paragraph_and_keeps_its_line_breaks() -> None:
    assert render('one\ntwo\n\nthree') == '<p>one<br>\ntwo</p><p>three</p>'


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


def test_a_picture_is_not_fetched_from_elsewhere() -> None:
    assert render('![cat](https://a.example/c.png)').startswith('<p>!<a href="https://a.example/c.png"')


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
        ('* a\n* b', '<ul><li>a</li><li>b</li></ul>'),
        ('3. c\n4. d', '<ol start="3"><li>c</li><li>d</li></ol>'),
        ('> wise', '<blockquote><p>wise</p></blockquote>'),
        ('```\na < b\n```', '<div class="code"><pre><code>a &lt; b\n</code></pre><button'),
        ('snake_case_name and 2 * 3 * 4', 'snake_case_name and 2 * 3 * 4'),
    ],
)
def test_formatting_is_markdown(text: str, html: str) -> None:
    assert html in render(text)


@pytest.mark.parametrize(
    'text',
    [
        *('__init__', 'see __init__.py and __dict__', 'self.__class__', '__a_b__', 'foo__bar__baz', 'snake_case_name'),
        *('2*3*4', 'a**b**c', '2**3**4', '(a+b)*(c+d)*(e)', 'f(x)*g(y)*(z)', 'f(*args, **kwargs)', '*.py and *.js'),
        *(r'¯\_(ツ)_/¯', r'¯\_(ツ)_/¯ or ¯\_(ツ)_/¯', r'snake\_case'),
        *('2023. was a good year', '2023. was a good year\n\nand 2024', '7) then', '2. a\n\n3) b', '- 1984. why not'),
        *('    four', 'a   b', '\tx\ty', 'def f():\n    return  1', 'a\n  b\n\n    c', 'a\\\n  b'),
    ],
)
def test_what_people_paste_looks_as_it_was_typed(text: str) -> None:
    html = render(text)

    shown = html.replace('</p><p>', '\n\n').replace('<br>\n', '\n')
    assert re.sub('</?(p|ul|li)>', '', shown) == text.removeprefix('- ').replace('\\\n', '\n')


@pytest.mark.parametrize(
    ('text', 'html'),
    [
        ('__two words__ and _one_', '<strong>two words</strong> and <em>one</em>'),
        ('(*a*), **b**: *c*!', '(<em>a</em>), <strong>b</strong>: <em>c</em>!'),
        ('这是**粗体**文字', '这是<strong>粗体</strong>文字'),
        (r'\*a\* \_b\_ (\_c\_)', '*a* _b_ (_c_)'),
        ('1. one', '<ol><li>one</li></ol>'),
        ('2. b\n   more\n\n3. c', '<ol start="2"><li><p>b<br>\nmore</p></li><li><p>c</p></li></ol>'),
        ('- a\n  1. b', '<ul><li>a<ol><li>b</li></ol></li></ul>'),
        ('- a\n2023. b', '<ul><li>a</li></ul><p>2023. b</p>'),
    ],
)
def test_what_is_meant_as_formatting_still_is(text: str, html: str) -> None:
    assert html in render(text)


@pytest.mark.parametrize(
    ('words', 'symbol'),
    [('PARTY pop', '🎉'), (':tada:', '🎉'), ('+1', '👍'), ('flag switz', '🇨🇭'), ('🎉', '🎉')],
)
def test_emoji_are_found_by_their_words_or_themselves(words: str, symbol: str) -> None:
    assert symbol in dict(find_emoji(words))


@pytest.mark.parametrize(
    ('words', 'count'),
    [('', 0), (' : ', 0), ('no such thing', 0), ('🎉🎉', 0), ('skin tone', 0), ('tada', 1), ('a', 48)],
)
def test_only_so_many_emoji_are_found(words: str, count: int) -> None:
    assert len(find_emoji(words)) == count


@pytest.mark.parametrize('language', ['python', 'JS', 'c++', 'html', 'sql'])
def test_code_in_a_known_language_has_colours(language: str) -> None:
    classes = {attributes['class'] for attributes in spans(f'```{language}\nif (x) <b>1</b>;\n```')}

    assert set() < classes <= set(STANDARD_TYPES.values())


@pytest.mark.parametrize('language', ['', 'nothing-like-it', '"><script>', 'x" onload="y', '../../etc/passwd', '<pre>'])
def test_other_code_is_plain(language: str) -> None:
    assert render(f'```{language}\nx = 1\n```').startswith('<div class="code"><pre><code>x = 1\n</code></pre>')


@pytest.mark.parametrize(
    'text',
    ['<pre>', '`<pre></pre>`', '&lt;pre&gt;', '[<pre>](https://a.example/<pre> "</pre>")', 'https://a.example/<pre>'],
)
def test_only_code_can_be_copied(text: str) -> None:
    assert 'data-action="copy"' not in render(text)
    assert render(f'{text}\n\n~~~\n{text}\n~~~').count('data-action="copy"') == 1


@pytest.mark.parametrize(
    'again', [*'[`@\\&~', '*a', 'a@', ':a', '> ', '- ', '- a\n', '@a ', '*_', '![', '[a](', 'http://[']
)
@pytest.mark.parametrize('fence', ['', '```python\n', '```java\n'])
def test_the_most_tiresome_texts_come_to_an_end(fence: str, again: str) -> None:
    text = f'{fence}{again * 4000}'[:4000]

    assert is_harmless(render(text))
    assert len(first_line(text)) <= 120
