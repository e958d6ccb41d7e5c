"""What people do with messages: change, take back, reply, react, mention."""

from datetime import UTC, datetime, timedelta

from playwright.async_api import expect

from messenger.storage import Store
from messenger.storage.commands import PostMessage
from tests.conftest import Arrive
from tests.support.server import Server

NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)


async def remember(server: Server, *messages: tuple[str, str, datetime]) -> None:
    """Have messages in the database: author, text, time."""
    store = Store(f'sqlite:///{server.database}')
    for number, (author, text, at) in enumerate(messages):
        await store.apply(PostMessage(author, author.casefold(), f'{number}', text, at))
    await store.close()


async def test_messages_of_one_person_share_a_header_for_five_minutes(enter: Arrive, server: Server) -> None:
    await remember(
        server,
        *[('Old', 'a', NOON), ('Old', 'b', NOON + timedelta(minutes=4)), ('Old', 'c', NOON + timedelta(minutes=10))],
        *[('New', 'd', NOON + timedelta(minutes=11)), ('Old', 'e', NOON + timedelta(minutes=12))],
    )
    ann = await enter('Ann')

    continued = await ann.rows.evaluate_all('all => all.map(one => one.classList.contains("continuation"))')
    assert continued == [False, True, False, False, False]


async def test_a_line_with_the_day_stands_between_days_in_the_readers_time_zone(enter: Arrive, server: Server) -> None:
    today = datetime.now(UTC).replace(hour=12)
    late = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    await remember(
        server,
        *[('Old', 'a', late), ('Old', 'b', late + timedelta(hours=1))],
        *[('Old', 'c', today - timedelta(days=1)), ('Old', 'd', today)],
    )
    london = await enter('Ann', timezone_id='Europe/London', locale='en-GB')
    tokyo = await enter('Ben', timezone_id='Asia/Tokyo', locale='en-GB')

    seen = await london.lines.all_inner_texts()
    assert seen[:2] == ['Sunday, 1 March 2026', 'Monday, 2 March 2026']
    assert seen[2:] == ['Yesterday', 'Today'] or today.hour != datetime.now(UTC).hour
    await expect(tokyo.lines).to_have_count(3)
    await expect(tokyo.lines.first).to_have_text('Monday, 2 March 2026')


async def test_messages_keep_their_order_and_days_when_the_clock_was_set_back(enter: Arrive, server: Server) -> None:
    wrong, right = datetime(2026, 3, 2, 12, tzinfo=UTC), datetime(2026, 3, 1, 12, tzinfo=UTC)
    await remember(server, ('Old', 'a', wrong), ('Old', 'b', right), ('Old', 'c', right + timedelta(days=1)))

    ann = await enter('Ann', locale='en-GB')

    await ann.sees_only('a', 'b', 'c')
    await expect(ann.lines).to_have_text(['Monday, 2 March 2026', 'Sunday, 1 March 2026', 'Monday, 2 March 2026'])


async def test_one_can_change_ones_own_message(enter: Arrive) -> None:
    ann, ben = await enter('Ann'), await enter('Ben')
    await ann.say('The kettel is on')
    await ben.sees('The kettel is on')

    await ann.act('Edit', 'The kettel is on')
    await expect(ann.box).to_have_value('The kettel is on')
    await ann.say('The kettle is on')

    await ben.sees_only('The kettle is on')
    await expect(ben.row('The kettle is on').get_by_text('edited')).to_be_visible()
    await expect(ann.box).to_have_value('')
    await expect(ann.held).to_have_count(0)


async def test_arrow_up_in_an_empty_box_changes_the_last_of_ones_own(enter: Arrive) -> None:
    ann, ben = await enter('Ann'), await enter('Ben')
    await ann.say('first')
    await ann.say('second')
    await ben.say('mine')
    await ann.sees('mine')

    await ann.box.press('ArrowUp')
    await expect(ann.box).to_have_value('second')
    await expect(ann.page.get_by_text('Editing your message')).to_be_visible()
    await ann.box.press('Escape')
    await expect(ann.box).to_have_value('')
    await ann.box.press('ArrowUp')
    await expect(ann.box).to_have_value('second')
    await ann.say('last')

    await ben.sees_only('first', 'last', 'mine')


async def test_a_deleted_message_leaves_a_mark_in_its_place(enter: Arrive) -> None:
    ann, ben = await enter('Ann'), await enter('Ben')
    await ann.say('Oops')
    await ann.say('Fine')
    await ann.sees('Fine')

    await ann.act('Delete', 'Oops')
    await ann.page.get_by_role('alertdialog').get_by_role('button', name='Keep it').click()
    await ann.sees_only('Oops', 'Fine')
    await ann.act('Delete', 'Oops')
    await ann.page.get_by_role('alertdialog').get_by_role('button', name='Delete').click()

    await ben.sees_only('message deleted', 'Fine')
    await expect(ben.page.get_by_text('Oops')).to_have_count(0)


async def test_others_are_not_offered_to_change_it_and_cannot_by_forging(enter: Arrive) -> None:
    ann, ben = await enter('Ann'), await enter('Ben')
    await ann.say('Mine')
    await ben.show_tools('Mine')
    tools = ben.page.get_by_role('toolbar', name='Actions')
    await expect(tools.get_by_role('button', name='Reply')).to_be_visible()
    await expect(tools.get_by_role('button', name='Edit')).to_be_hidden()
    await expect(tools.get_by_role('button', name='Delete')).to_be_hidden()

    not_yours = 'That message cannot be changed: it is deleted, or not yours.'
    await ben.forge('chat:edit', client_message_id='forged', message_id=1, text='Yours')
    await ben.is_told(not_yours)
    await ben.say('Mine, too')
    await ben.sees('Mine, too')
    await ben.claim('Mine', by='Mine, too')
    await ben.act('Edit', 'Mine')
    await ben.is_told('Only your own messages can be changed.')
    await ben.act('Delete', 'Mine')
    await ben.page.get_by_role('alertdialog').get_by_role('button', name='Delete').click()
    await expect(ben.page.locator('.q-notification').get_by_text(not_yours)).to_be_visible()

    await ann.sees_only('Mine', 'Mine, too')
    await expect(ben.box).to_have_value('')


async def test_a_reply_quotes_the_first_line_and_a_click_leads_there(enter: Arrive, server: Server) -> None:
    await remember(server, *[('Old', f'line {index}', NOON - timedelta(days=1)) for index in range(150)])
    ann = await enter('Ann')
    ben = await enter('Ben')
    await ann.viewport.evaluate('viewport => { viewport.scrollTop = -1e6; }')
    await expect(ann.rows).to_have_count(100)

    await ann.act('Reply', 'line 60')
    await expect(ann.page.get_by_text('Replying to Old: line 60')).to_be_visible()
    await ann.say('About that')
    await ben.sees('About that')

    quote = ben.row('About that').get_by_role('button')
    await expect(quote).to_have_text('Old line 60')
    await expect(ben.row('line 60')).to_have_count(0)
    await quote.click()

    await expect(ben.row('line 60')).to_be_in_viewport()
    await expect(ben.row('line 60')).to_be_focused()
    await expect(ben.row('line 60')).to_contain_class('flash')


async def test_a_quote_follows_what_it_quotes(enter: Arrive) -> None:
    ann, ben = await enter('Ann'), await enter('Ben')
    await ann.say('Lunch at *one*?\nOr two?')
    await ben.act('Reply', 'Lunch at one?\nOr two?')
    await ben.say('Yes')
    await expect(ann.row('Yes').get_by_role('button')).to_have_text('Ann Lunch at one? Or two?')

    await ann.act('Delete', 'Lunch at one?\nOr two?')
    await ann.page.get_by_role('alertdialog').get_by_role('button', name='Delete').click()

    await expect(ben.row('Yes').get_by_role('button')).to_have_text('Ann message deleted')


async def test_a_tap_reacts_and_another_takes_it_back(enter: Arrive) -> None:
    ann, ben = await enter('Ann'), await enter('Ben')
    await ann.say('Cake!')
    await ben.sees('Cake!')

    await ben.act('React with 🎉', 'Cake!')
    for person, pressed in ((ann, 'false'), (ben, 'true')):
        reaction = person.row('Cake!').get_by_role('button', name='🎉')
        await expect(reaction).to_have_text('🎉 1')
        await expect(reaction).to_have_attribute('title', 'Ben')
        await expect(reaction).to_have_attribute('aria-pressed', pressed)
    await ann.row('Cake!').get_by_role('button', name='🎉').click()
    await expect(ben.row('Cake!').get_by_role('button', name='🎉')).to_have_attribute('title', 'Ben, Ann')
    await ben.row('Cake!').get_by_role('button', name='🎉').click()
    await expect(ann.row('Cake!').get_by_role('button', name='🎉')).to_have_text('🎉 1')
    await ann.row('Cake!').get_by_role('button', name='🎉').click()
    await expect(ben.row('Cake!').get_by_role('button')).to_have_count(0)


async def test_any_emoji_can_be_found_by_its_name(enter: Arrive) -> None:
    ann = await enter('Ann')
    await ann.say('Lift-off')

    await ann.act('React with another emoji', 'Lift-off')
    await ann.page.get_by_label('Search, or type one').fill('rock')
    await ann.page.get_by_role('dialog').get_by_role('button', name='rocket').click()

    await expect(ann.row('Lift-off').get_by_role('button', name='🚀')).to_have_text('🚀 1')
    await expect(ann.page.get_by_role('dialog')).to_have_count(0)


async def test_any_emoji_can_be_a_reaction_and_is_taken_back_the_same_way(enter: Arrive) -> None:
    ann = await enter('Ann')
    await ann.say('Launch!')

    for count in (1, 0):
        await ann.act('React with another emoji', 'Launch!')
        await ann.dialog.get_by_label('Search, or type one').fill('rocket')
        await ann.dialog.get_by_text('🚀').click()
        await expect(ann.row('Launch!').get_by_role('button', name='🚀')).to_have_count(count)


async def test_a_reaction_keeps_the_row_and_its_focus(enter: Arrive) -> None:
    ann, ben = await enter('Ann'), await enter('Ben')
    await ann.say('Cake!')
    await ann.row('Cake!').evaluate('row => { row.mark = 1; row.focus(); }')

    await ben.act('React with 👍', 'Cake!')
    await expect(ann.row('Cake!').get_by_role('button')).to_have_count(1)

    assert await ann.row('Cake!').evaluate('row => row.mark') == 1
    await expect(ann.row('Cake!')).to_be_focused()


async def test_an_at_offers_names_by_keyboard(enter: Arrive) -> None:
    ann, _, _ = await enter('Ann'), await enter('Ben Nevis'), await enter('Cleo')
    await ann.sees_people('Ann', 'Ben Nevis', 'Cleo')
    offers = ann.page.get_by_role('listbox', name='People to mention').get_by_role('option')

    await ann.box.press_sequentially('Hi @')
    await expect(offers).to_have_text(['Ben Nevis', 'Cleo', 'all'])
    await ann.box.press('ArrowDown')
    await expect(offers.nth(1)).to_have_attribute('aria-selected', 'true')
    await ann.box.press('Enter')

    await expect(ann.box).to_have_value('Hi @Cleo ')
    await expect(offers).to_have_count(0)
    await ann.box.press_sequentially('@zz')
    await expect(offers).to_have_count(0)


async def test_who_is_mentioned_sees_it_marked_and_others_do_not(enter: Arrive) -> None:
    ann, ben, cleo = await enter('Ann'), await enter('Ben Nevis'), await enter('Cleo')
    await ann.say('@ben nevis have a look')
    await ann.say('@all lunch')
    await ann.say('nobody')

    colours = 'all => all.map(one => getComputedStyle(one).backgroundColor)'
    for person in (ben, cleo):
        await person.sees('nobody')
    to_ben, to_all, plain = await ben.log.locator('.bubble').evaluate_all(colours)
    assert to_ben == to_all != plain
    to_ben, to_all, plain = await cleo.log.locator('.bubble').evaluate_all(colours)
    assert to_ben == plain != to_all


async def test_the_tools_work_by_keyboard_alone(enter: Arrive) -> None:
    ann = await enter('Ann')
    await ann.say('one')
    await ann.say('two')
    await ann.sees('two')

    await ann.viewport.focus()
    for key in ('ArrowUp', 'ArrowUp', 'Enter', 'ArrowRight', 'Enter'):
        await ann.page.keyboard.press(key)

    await expect(ann.row('one').get_by_role('button', name='❤️')).to_have_text('❤️ 1')
    await expect(ann.row('one')).to_be_focused()
    await ann.page.keyboard.press('Escape')
    await expect(ann.box).to_be_focused()
