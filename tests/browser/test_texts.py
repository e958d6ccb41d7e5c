"""How texts are written and look: Markdown, pasted text, code, emoji, replies to oneself."""

from playwright.async_api import expect

from tests.conftest import Arrive

LINES = """all => all.map(
    (one) => Math.round(one.getBoundingClientRect().height / parseFloat(getComputedStyle(one).lineHeight))
)"""


async def test_formatting_is_seen_by_everyone(enter: Arrive) -> None:
    ann, ben = await enter('Ann'), await enter('Ben')

    await ann.say('**bold** *italic* ~~gone~~ `code`\nnext line')
    await ben.sees('bold italic gone code\nnext line')

    for tag in ('strong', 'em', 's', 'code'):
        await expect(ben.log.locator(f'.text {tag}')).to_have_count(1)


async def test_enter_within_a_block_of_code_breaks_the_line(enter: Arrive) -> None:
    ann = await enter('Ann')

    for line in ('```', 'def tea():', '    return 1', '```'):
        await ann.box.press_sequentially(line)
        await ann.box.press('Enter')

    await expect(ann.log.locator('pre')).to_have_text('def tea():\n    return 1\n')
    await expect(ann.rows).to_have_count(1)
    await ann.say('Sent by `one` Enter')
    await ann.sees('Sent by one Enter')


async def test_pasted_text_keeps_its_indentation_and_breaks_each_line_once(enter: Arrive) -> None:
    ann = await enter('Ann')

    await ann.say('def tea():\n    return  1\n- item   one\n- item\n      two\n\nend')

    text = ann.log.locator('.text')
    await expect(text.locator('li')).to_have_count(2)
    assert await text.inner_text() == 'def tea():\n    return  1\n\nitem   one\nitem\n    two\n\nend'
    assert await text.locator('p, li').evaluate_all(LINES) == [2, 1, 2, 1]


async def test_code_is_highlighted_and_can_be_copied(enter: Arrive) -> None:
    ann = await enter('Ann')
    await ann.page.context.grant_permissions(['clipboard-read', 'clipboard-write'])
    await ann.say('```python\ndef tea():\n    return "hot"\n```')

    await expect(ann.log.locator('pre .k').first).to_have_text('def')
    await ann.log.get_by_role('button', name='Copy').click()

    await expect(ann.log.get_by_role('button', name='Copied')).to_be_visible()
    copied = await ann.page.evaluate('navigator.clipboard.readText()')
    assert copied.strip() == 'def tea():\n    return "hot"'


async def test_a_few_emoji_alone_are_large(enter: Arrive) -> None:
    ann = await enter('Ann')

    for text in (':tada:', '👍 👩‍👩‍👧‍👦 🇩🇪', '👍 yes', '👍👍👍👍'):
        await ann.say(text)
    await expect(ann.rows).to_have_count(4)

    large = await ann.log.locator('.text').evaluate_all('all => all.map(one => one.classList.contains("large"))')
    assert large == [True, True, False, False]
    await ann.sees('🎉')


async def test_a_reply_to_me_is_marked_like_a_mention(enter: Arrive) -> None:
    ann, ben, cleo = await enter('Ann'), await enter('Ben'), await enter('Cleo')
    await ben.say('Tea?')
    await ann.act('Reply', 'Tea?')
    await ann.say('Yes')
    await ann.say('nobody')

    for person in (ben, cleo):
        await person.sees('nobody')
    colours = 'all => all.slice(-2).map(one => getComputedStyle(one).backgroundColor)'
    to_ben, plain = await ben.log.locator('.bubble').evaluate_all(colours)
    assert to_ben != plain
    to_ben, plain = await cleo.log.locator('.bubble').evaluate_all(colours)
    assert to_ben == plain
