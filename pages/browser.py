"""Everything that runs in the browser and that NiceGUI does not wrap, each a short expression of the DOM's own words.

The page keeps three positions on its log: ``cursor`` (all changes up to this ``seq`` are known), ``seen`` (the highest
``seq`` that has arrived) and ``floor`` (all messages from this ``id`` on are shown; 0 when that is all of them).
"""

from collections.abc import Iterable

from nicegui import json

Row = tuple[int, int, str, str]

FUNCTIONS = {
    # The element with a name.
    'the': '(id) => document.getElementById(id)',
    # Put rows [id, seq, key, html] where their ids belong; a row that is known is replaced, unless it is newer already.
    'place': """(rows, past) => {
        const log = the('log');
        for (const [id, seq, key, html] of log ? rows : []) {
            log.dataset.seen = Math.max(log.dataset.seen ?? 0, seq);
            sent(key);
            const known = the('m' + id);
            if (known ? known.dataset.seq >= seq : !past && id < (log.dataset.floor ?? 0)) continue;
            let next = known ? known.nextElementSibling : null, before = known ? null : log.lastElementChild;
            for (; before && +before.dataset.id > id; before = before.previousElementSibling) next = before;
            known?.remove();
            next ? next.insertAdjacentHTML('beforebegin', html) : log.insertAdjacentHTML('beforeend', html);
            dress(the('m' + id));
            if (next) dress(next);
        }
        if (log?.dataset.live) log.dataset.cursor = log.dataset.seen ?? 0;
    }""",
    # Show the time in the viewer's zone and language; a row follows the one before when it goes on within 5 minutes.
    'dress': """(row) => {
        const time = row.querySelector('time'), at = new Date(time.dateTime), last = row.previousElementSibling;
        const since = last ? at - new Date(last.querySelector('time').dateTime) : Infinity;
        time.textContent = clock.format(at);
        time.title = calendar.format(at);
        row.classList.toggle('follows', since < 300000 && last.dataset.author === row.dataset.author);
    }""",
    'clock': "new Intl.DateTimeFormat(undefined, {timeStyle: 'short'})",
    'calendar': "new Intl.DateTimeFormat(undefined, {dateStyle: 'full', timeStyle: 'medium'})",
    # Everything from `floor` on is there now; with `live` the page is up to date and sends what was held back.
    'settle': """(floor, live) => {
        const log = the('log');
        if (floor !== null) log.dataset.floor = floor;
        while (log.firstElementChild?.dataset.id < +log.dataset.floor) log.firstElementChild.remove();
        the('earlier').hidden = log.dataset.floor === '0';
        the('beginning').hidden = log.dataset.floor !== '0';
        if (!live) return;
        log.dataset.live = 'yes';
        the('offline').hidden = true;
        log.dataset.cursor = log.dataset.seen ?? 0;
        for (const [key, text] of held) emitEvent('say', {key, text, again: true});
    }""",
    # Empty the log: too much was missed to be told row by row.
    'restart': "() => { the('log').replaceChildren(); delete the('log').dataset.floor; }",
    # Tell the server how far this page has come, at the start and after each connection.
    'catchUp': """() => {
        if (!the('log')) return;
        window.socket.off('disconnect', lose).on('disconnect', lose);
        delete the('log').dataset.live;
        emitEvent('catch_up', +(the('log').dataset.cursor ?? 0));
    }""",
    # While the connection is down nothing is sent, the cursor stays, and a line says so.
    'lose': "() => { if (the('log')) { delete the('log').dataset.live; the('offline').hidden = false; } }",
    # Ask for the page of messages before the first one here.
    'earlier': "() => emitEvent('earlier', +the('log').dataset.floor)",
    # Messages on their way, by key; they are sent again after a cut, and one that takes long is shown as not sent.
    'held': 'new Map()',
    'say': """() => {
        const box = the('message'), text = box.value.toWellFormed?.() ?? box.value, key = createRandomUUID();
        box.focus();
        if (!text.trim()) return;
        complain('');
        box.value = '';
        fit();
        held.set(key, text);
        const row = Object.assign(document.createElement('p'), {id: key, className: 'held', textContent: text});
        the('held').append(row);
        the('room').scrollTop = 0;
        if (the('log').dataset.live) emitEvent('say', {key, text});
    }""",
    'sent': '(key) => { if (held.delete(key)) the(key).remove(); }',
    # A message was refused: its text goes back into the box, before what has been typed since.
    'refuse': """(key, sentence) => {
        const box = the('message'), text = held.get(key);
        sent(key);
        if (text !== undefined) box.value = box.value ? text + '\\n' + box.value : text;
        fit();
        complain(sentence);
    }""",
    'complain': "(sentence) => { the('complaint').textContent = sentence; }",
    # Enter sends; not with Shift, and not while an input method composes (keyCode 229 is Safari's way to say so).
    'typed': """(event) => {
        if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
        event.preventDefault();
        say();
    }""",
    # The box grows with its text, where the style sheet's field-sizing cannot do it.
    'fit': """() => {
        const box = the('message');
        if (CSS.supports('field-sizing', 'content')) return;
        box.style.height = 'auto';
        box.style.height = box.scrollHeight + 'px';
    }""",
    # Show who is here.
    'people': """(html, count) => {
        if (!the('people')) return;
        the('people').innerHTML = html;
        the('count').textContent = count;
    }""",
    # Open or close the list of people where it does not fit beside the messages.
    'showPeople': "() => the('who').setAttribute('aria-expanded', the('aside').classList.toggle('open'))",
    # Move to an address without a load.
    'relocate': "(path) => history.replaceState({}, '', (window.path_prefix || '') + path)",
    # Leave the conversation by loading the login screen, which says why.
    'depart': """(reason) => {
        sessionStorage.farewell = reason;
        held.clear();
        if (the('message')) the('message').value = '';
        location.replace((window.path_prefix || '') + '/');
    }""",
    # Why this tab is at the login screen: a word set by `depart`, 'restart', 'lost', 'reload', or null at first.
    'farewell': """(server) => {
        const {farewell, server: last, lost} = sessionStorage;
        for (const item of ['farewell', 'server', 'lost']) sessionStorage.removeItem(item);
        return farewell ?? (last && (last !== server ? 'restart' : lost ? 'lost' : 'reload')) ?? null;
    }""",
    # Remember, for `farewell`, which run of the server this conversation belongs to.
    'remember': '(server) => { sessionStorage.server = server; }',
}

EVENTS = """
addEventListener('pagehide', () => {
    if (sessionStorage.server && !window.socket?.connected) sessionStorage.lost = 'yes';
    if (window.did_handshake) emitEvent('leave');
});
addEventListener('pageshow', (event) => { if (event.persisted) location.reload(); });
addEventListener('beforeunload', (event) => {
    if (held.size || the('message')?.value.trim()) event.preventDefault();
});
"""

HEAD = '<script>' + '\n'.join(f'const {name} = {code};' for name, code in FUNCTIONS.items()) + EVENTS + '</script>'


def call(name: str, *arguments: object) -> str:
    """The code that calls one of the functions."""
    assert name in FUNCTIONS
    return f'{name}({", ".join(map(json.dumps, arguments))})'


def place(rows: Iterable[Row], *, past: bool = False) -> str:
    """Put rows into the log; ``past`` ones may go before the first."""
    return call('place', list(rows), past)
