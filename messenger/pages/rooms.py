"""The rooms on one page: which one is shown, the list of all, and what can be done to them."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from messenger import compat
from messenger.commands import ChatError
from messenger.elements.browser_tab import BrowserTab, close_on_back
from messenger.elements.message_list import MessageList
from messenger.elements.room_list import RoomList
from messenger.pages import dialogs
from messenger.pages.composer import Composer
from messenger.pages.refusals import notifying_refusals
from messenger.rooms import MAX_NAME_LENGTH, MAX_TOPIC_LENGTH, Rooms
from models import GENERAL_ID, RoomView, User

MAX_FOUND = 12
FOR_EVERYBODY = 'Everybody can read and write in every room.'


def address_of(room: RoomView, message_id: int | None = None) -> str:
    """Return the path of a room, or of a message in it."""
    if message_id is not None:
        return f'/chat/{room.slug}/{message_id}'
    return '/chat' if room.id == GENERAL_ID else f'/chat/{room.slug}'


class RoomSwitcher:
    """Shows one room at a time. There is no list, and the title is the program's, until there are several."""

    def __init__(
        self,
        rooms: Rooms,
        room: RoomView,
        *,
        title: str,
        me: str,
        tab: BrowserTab,
        act: Callable[[], User],
    ) -> None:
        """Add the title to the header.

        :param rooms: all rooms
        :param room: that is shown first
        :param title: of the program
        :param me: the ``data-author`` of this user's own messages
        :param act: returns who changes a room; raises `ChatError` if that is too often
        """
        self.room = room
        self._rooms = rooms
        self._title = title
        self._me = me
        self._tab = tab
        self._act = act
        self._client = ui.context.client
        self._messages: MessageList | None = None
        self._composer: Composer | None = None
        self._archived: ui.element | None = None
        self._drawer: ui.left_drawer | None = None
        self._list: RoomList | None = None
        self._topic: ui.label | None = None
        with ui.element('div').classes('title-box') as self._box:
            self._name = ui.label(title).props('role=heading aria-level=1').classes('title')
        rooms.changed.subscribe(self._update)

    def start(self, messages: MessageList, composer: Composer) -> None:
        """Begin to show rooms.

        :param composer: the place to write, which is hidden while the room is archived
        """
        self._messages = messages
        self._composer = composer
        self._update()

    def open(self, room_id: int, message_id: int | None = None) -> None:
        """Show a room: a message in it, or else what its user has looked at last."""
        if room_id not in self._rooms or self._messages is None:
            return
        self.room = self._rooms[room_id]
        self._messages.open_room(self.room, message_id)
        self._tab.enter(address_of(self.room))
        if self._list:
            self._list.set_current(room_id)
        self._update()

    def _update(self) -> None:
        """Show the room as it is now."""
        self.room = self._rooms[self.room.id]
        are_several = self._rooms.are_several
        self._name.text = self.room.name if are_several else self._title
        self._show_topic(self.room.topic)
        if are_several and self._drawer is None and self._messages:
            self._add_list(self._messages)
        if self._composer:
            self._show_archived(self._composer)

    def _show_topic(self, topic: str) -> None:
        if self._topic is None and topic:
            with self._box:
                self._topic = ui.label().classes('topic').props('dir=auto')
        if self._topic:
            self._topic.text = topic
            self._topic.visible = bool(topic)

    def _show_archived(self, composer: Composer) -> None:
        """Have the place to write be there, or a sentence instead."""
        if self.room.archived == (self._archived is not None):
            return
        composer.set_visible(not self.room.archived)
        if self._archived:
            compat.delete(self._archived)
            self._archived = None
            return
        with composer.place, ui.element('div').classes('archived').props('role=status') as self._archived:
            ui.label('This room is archived.')
            ui.button('Bring it back', on_click=self.bring_back, color=None).props('flat no-caps')

    # --- the list

    def _add_list(self, messages: MessageList) -> None:
        self._box.on('click', self._toggle_list, args=[])
        with self._box.parent_slot or self._client:
            button = ui.button(icon='menu', on_click=self._toggle_list, color=None)
            button.props('flat aria-label=Rooms').classes('rooms-button').move(target_index=0)
        with self._client, ui.left_drawer(bordered=True) as self._drawer:
            self._drawer.props('breakpoint=768 width=220')
            close_on_back(self._drawer)
            ui.label('Rooms').props('role=heading aria-level=2').classes('heading')
            self._list = RoomList(
                messages,
                me=self._me,
                tab=self._tab,
                current=self.room.id,
                on_open=self._choose,
                on_find=self.find,
            )
            ui.button('New room', icon='add', on_click=self.create, color=None).props('flat no-caps align=left')

    def _toggle_list(self) -> None:
        if self._drawer:
            self._drawer.toggle()

    def _choose(self, room_id: int, is_narrow: bool) -> None:
        if self._drawer and is_narrow:
            self._drawer.hide()
        self.open(room_id)

    async def find(self) -> None:
        """Let the user find a room by typing."""

        def find(words: str) -> list[RoomView]:
            return self._rooms.find_by_words(words)[:MAX_FOUND]

        def open_first(words: str) -> None:
            for room in find(words)[:1]:
                dialog.submit(room.id)

        with dialogs.open_dialog('Go to a room') as dialog:

            @ui.refreshable
            def show_found(words: str = '') -> None:
                with ui.element('div').classes('found-rooms').props('role=group aria-label=Rooms'):
                    for room in find(words):
                        label = f'{room.name} (archived)' if room.archived else room.name
                        button = ui.button(label, on_click=lambda room=room: dialog.submit(room.id), color=None)
                        button.props('flat no-caps align=left')
                    if not find(words):
                        ui.label('No room has such a name.')

            field = ui.input('Name of the room', on_change=lambda e: show_found.refresh(str(e.value or '')))
            field.props('outlined dense autofocus maxlength=40 type=search autocomplete=off')
            field.on('keydown.enter', lambda: open_first(str(field.value or '')), args=[])
            show_found()
        room_id: int | None = await dialog
        if room_id is not None:
            with self._client:
                self.open(room_id)

    # --- what can be done

    async def create(self) -> None:
        """Let the user make a room, and show it."""

        async def create(name: str, topic: str) -> None:
            room = await self._rooms.create(name, topic, by=self._act())
            with self._client:
                self.open(room.id)

        _ask_for_room('New room', '', '', create, button='Make the room')

    async def edit(self) -> None:
        """Let the user give the room another name or topic."""
        room = self.room

        async def edit(name: str, topic: str) -> None:
            await self._rooms.edit(room.id, name, topic, by=self._act())

        _ask_for_room('Edit the room', room.name, room.topic, edit, button='Save', is_named=room.id != GENERAL_ID)

    async def archive(self) -> None:
        """Let the user close the room."""
        room = self.room
        if await dialogs.ask_to_archive(room.name):
            await self._set_archived(room, True)

    async def bring_back(self) -> None:
        """Let the room be written in again."""
        await self._set_archived(self.room, False)

    async def _set_archived(self, room: RoomView, archived: bool) -> None:
        with notifying_refusals(self._client):
            await self._rooms.archive(room.id, archived, by=self._act())


def _ask_for_room(
    title: str,
    name: str,
    topic: str,
    save: Callable[[str, str], Awaitable[None]],
    *,
    button: str,
    is_named: bool = True,
) -> None:
    """Let the user write the name and the topic of a room; what is refused can be corrected.

    :param is_named: whether the name can be another one
    """

    async def submit() -> None:
        try:
            await save(str(name_field.value or ''), str(topic_field.value or ''))
        except ChatError as error:
            refusal.text = f'{error}'
        else:
            dialog.close()

    with dialogs.open_dialog(title) as dialog, ui.element('form').classes('room-form').on('submit.prevent', submit):
        name_field = ui.input('Name', value=name).props(f'outlined maxlength={MAX_NAME_LENGTH}')
        name_field.props('autofocus' if is_named else 'readonly hint="This room is always called general."')
        topic_field = ui.input('Topic (optional)', value=topic).props(f'outlined maxlength={MAX_TOPIC_LENGTH}')
        refusal = ui.label().classes('refusal').props('role=alert')
        ui.label(FOR_EVERYBODY).classes('hint')
        with ui.element('div').classes('dialog-actions'):
            ui.button(button).props('type=submit unelevated no-caps')
