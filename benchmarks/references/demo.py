"""The demo that people copy: one ``ui.chat_message`` per message and page, appended through an ``Event``."""

import os
from datetime import datetime

from nicegui import Event, ui

said = Event[str, str]()


def page() -> None:
    def show(stamp: str, text: str) -> None:
        with messages:
            ui.chat_message(text, name='Somebody', stamp=stamp)

    def send() -> None:
        said.emit(f'{datetime.now():%X}', box.value)
        box.value = ''

    messages = ui.column().classes('w-full')
    box = ui.input('Message').on('keydown.enter', send)
    said.subscribe(show)


def main() -> None:
    ui.page('/')(page)
    ui.run(host='127.0.0.1', port=int(os.environ['MESSENGER_PORT']), show=False, reload=False)


if __name__ == '__main__':
    main()
