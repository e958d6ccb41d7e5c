"""The actions on a message, dialogs, choices, keys."""

FUNCTIONS = {
    # One set of tools serves all messages: it goes to the one that is pointed at, focused or tapped. It is translated,
    # since another `top` would have the browser lay out all rows again, while scrolling for every frame.
    'showTools': """(row) => {
        const tools = the('tools'), bubble = row.querySelector('.bubble').getBoundingClientRect();
        if (tools.contains(document.activeElement) && tools.dataset.of !== row.dataset.id) return;
        tools.dataset.of = row.dataset.id;
        tools.classList.toggle('own', row.dataset.author === me());
        const below = bubble.top - the('room').getBoundingClientRect().top < 60;
        tools.classList.toggle('below', below);
        const top = (below ? bubble.bottom : bubble.top) - the('wall').getBoundingClientRect().top;
        tools.style.translate = `0 ${top}px`;
        tools.hidden = row.classList.contains('deleted');
    }""",
    'hideTools': "() => { if (the('tools')) the('tools').hidden = true; }",
    'target': "() => the('m' + the('tools').dataset.of)",
    # A dialog above the page; the message that it is about is focused again afterwards.
    'open': "(id) => { the('menu').hidePopover(); the(id).showModal(); }",
    # What the buttons do, by the name in their `data-act`.
    'acts': """{
        open: (part) => open(part.dataset.what),
        close: (part) => part.closest('dialog').close(),
        cancel: () => cancel(),
        say: () => say(),
        earlier: () => earlier(),
        news: () => toNews(),
        people: () => showPeople(),
        leave: () => depart('logout'),
        invite: () => emitEvent('invite', location.origin),
        react: (part) => {
            emitEvent('react', {id: +the('tools').dataset.of, emoji: part.dataset.emoji});
            part.closest('dialog')?.close();
            hideTools();
            if (part.closest('#tools')) target()?.focus({preventScroll: true});
        },
        reply: () => { hideTools(); reply(target()); },
        edit: () => { hideTools(); emitEvent('own', +the('tools').dataset.of); },
        more: () => { hideTools(); findEmoji(''); open('any-emoji'); },
        delete: () => { hideTools(); open('erase'); },
        erase: () => { the('erase').close(); emitEvent('delete', +the('tools').dataset.of); target()?.focus(); },
        copy: (part) => copy(part),
    }""",
    # Emoji for a name that is being typed: the server knows them.
    'findEmoji': """(words) => {
        the('emoji-name').value = words;
        if (words.trim()) emitEvent('emoji', words);
        else showEmoji(the('emoji-found').dataset.popular.split(' ').map((one) => [one, one]));
    }""",
    'showEmoji': """(found) => {
        the('emoji-found').replaceChildren(...found.map(([symbol, name]) => {
            const button = Object.assign(document.createElement('button'), {type: 'button', textContent: symbol});
            Object.assign(button.dataset, {act: 'react', emoji: symbol});
            button.title = button.ariaLabel = name;
            return button;
        }));
        if (!found.length) the('emoji-found').textContent = 'No emoji has such a name.';
    }""",
    # A click in the log: on a reaction, a quote, or on a message to get the tools.
    'clicked': """(event) => {
        const part = event.target.closest('.reaction, .quote, [data-act], a, .message, #tools');
        if (!part) return hideTools();
        const row = part.closest('.message');
        if (part.matches('.reaction')) emitEvent('react', {id: +row.dataset.id, emoji: part.dataset.emoji});
        if (part.matches('.quote')) jump(part.dataset.target);
        if (part.matches('.message')) showTools(part);
    }""",
    # Copy a block of code; where the page may not use the clipboard, select it for the person to copy.
    'copy': """async (button) => {
        const code = button.parentElement.querySelector('pre');
        try { await navigator.clipboard.writeText(code.innerText); }
        catch { getSelection().selectAllChildren(code); document.execCommand('copy'); }
        button.textContent = 'Copied';
        setTimeout(() => { button.textContent = 'Copy'; }, 1500);
    }""",
    # Arrow keys walk through the messages, Enter opens the tools of one (and must not press what it focuses), Escape
    # leads back to the box.
    'walked': """(event) => {
        const rows = [...the('log').children], at = rows.indexOf(event.target.closest('.message'));
        const step = {ArrowUp: -1, ArrowDown: 1}[event.key];
        if (event.target.closest('#tools')) return walkedTools(event);
        if (step && (event.target.id === 'room' || at >= 0)) {
            (at < 0 ? rows.at(-1) : rows[at + step])?.focus();
            event.preventDefault();
        }
        if (event.key === 'Enter' && rows[at] === event.target) {
            showTools(rows[at]);
            the('tools').querySelector('button').focus();
            event.preventDefault();
        }
        if (event.key === 'Escape') { hideTools(); box().focus(); }
    }""",
    'walkedTools': """(event) => {
        const buttons = [...the('tools').querySelectorAll('button')].filter((one) => one.offsetParent);
        const step = {ArrowLeft: -1, ArrowRight: 1}[event.key];
        if (step) buttons.at((buttons.indexOf(event.target) + step) % buttons.length).focus();
        if (event.key === 'Escape') { target()?.focus({preventScroll: true}); hideTools(); }
    }""",
    # Choices are kept in the browser.
    'choices': "() => ({theme: 'auto', notify: 'off', sound: false, ...JSON.parse(localStorage.messenger ?? '{}')})",
    'showChoices': """() => {
        const {theme, notify, sound} = choices();
        document.documentElement.dataset.theme = theme;
        if (!the('choices')) return;
        the('choices').elements.theme.value = theme;
        the('choices').elements.notify.value = notify;
        the('choices').elements.sound.checked = sound;
        the('insecure').hidden = window.isSecureContext && 'Notification' in window;
    }""",
    'chosen': """async () => {
        const {theme, notify, sound} = the('choices').elements;
        const able = window.isSecureContext && 'Notification' in window;
        const may = notify.value === 'off' || (able && await Notification.requestPermission() === 'granted');
        localStorage.messenger = JSON.stringify(
            {theme: theme.value, notify: may ? notify.value : 'off', sound: sound.checked});
        the('denied').hidden = may || !able;
        showChoices();
    }""",
    # The way in for others.
    'invite': """(address, code) => {
        the('address').textContent = the('address').href = address;
        the('code').innerHTML = code;
        open('invitation');
    }""",
    # Open or close the list of people where it does not fit beside the messages.
    'showPeople': "() => the('who').setAttribute('aria-expanded', the('aside').classList.toggle('open'))",
    'pressed': """(event) => {
        if (!the('log') || event.target.closest?.('input, textarea, dialog') || event.ctrlKey || event.metaKey) return;
        if (event.key === '?') open('help');
        if (event.key === 'End') { toBottom(); event.preventDefault(); }
    }""",
}

LISTEN = """
document.documentElement.dataset.theme = choices().theme;
addEventListener('DOMContentLoaded', showChoices);
addEventListener('keydown', (event) => {
    if (event.target.id === 'message') typed(event);
    else if (event.target.closest?.('#room')) walked(event);
    pressed(event);
});
addEventListener('change', (event) => { if (event.target.form?.id === 'choices') chosen(); });
addEventListener('input', (event) => {
    if (event.target.id === 'message') changed();
    if (event.target.id === 'emoji-name') findEmoji(event.target.value);
});
addEventListener('submit', (event) => { if (event.target.id === 'choices') event.preventDefault(); });
addEventListener('mouseover', (event) => {
    if (!the('tools') || !matchMedia('(hover: hover)').matches) return;
    const row = event.target.closest?.('.message');
    if (row) showTools(row);
    else if (!event.target.closest?.('#wall, dialog') && !the('tools').contains(document.activeElement)) hideTools();
});
addEventListener('click', (event) => {
    const part = event.target.closest?.('[data-act]');
    if (part) acts[part.dataset.act](part);
    if (event.target.closest?.('#room')) clicked(event);
    if (event.target.matches?.('dialog')) event.target.close();
    if (the('aside')?.classList.contains('open') && !event.target.closest?.('#aside, #who')) showPeople();
});
"""
