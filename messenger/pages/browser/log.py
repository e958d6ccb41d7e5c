"""Rows go where they belong, and nothing is missed.

The page keeps three positions on its log: ``cursor`` (all changes up to this ``seq`` are known), ``seen`` (the highest
``seq`` that has arrived) and ``floor`` (all messages from this ``id`` on are shown; 0 when that is all of them).
"""

from nicegui import json

from messenger.pages import theme

FUNCTIONS = {
    # The element with a name, and this page's person.
    'the': '(id) => document.getElementById(id)',
    'me': "() => the('log').dataset.me",
    # Whose page this is: what is theirs looks so from now on.
    'rules': json.dumps(theme.OWN),
    'become': """(person) => {
        const style = the('own') ?? document.head.appendChild(document.createElement('style'));
        Object.assign(style, {id: 'own', textContent: rules.replaceAll('PERSON', person)});
        the('log').dataset.me = person;
        if (document.activeElement === document.body) box().focus();
    }""",
    # Put rows [id, seq, key, html] where their ids belong; a row that is known is renewed, unless it is newer already.
    # A network may lose an answer without either side noticing; what it had in it is missed, and asked for, here.
    'place': """(rows, past, after) => {
        const log = the('log'), fresh = [], stay = log && keepPlace(past);
        for (const [id, seq, key, html] of log ? rows : []) {
            log.dataset.seen = Math.max(log.dataset.seen ?? 0, seq);
            sent(key);
            const known = the('m' + id);
            if (known) { renew(known, html, seq); continue; }
            if (!past && id < (log.dataset.floor ?? 0)) continue;
            let next = null, before = log.lastElementChild;
            for (; before && +before.dataset.id > id; before = before.previousElementSibling) next = before;
            next ? next.insertAdjacentHTML('beforebegin', html) : log.insertAdjacentHTML('beforeend', html);
            dress(the('m' + id));
            if (next) dress(next);
            if (!past) fresh.push(the('m' + id));
        }
        stay?.();
        notice(fresh);
        if (log?.dataset.live && after !== null && after > log.dataset.cursor) catchUp();
        if (log?.dataset.live) log.dataset.cursor = log.dataset.seen ?? 0;
    }""",
    # Change only what is different in a row, so that nothing else is announced again and the focus stays.
    'renew': """(row, html, seq) => {
        if (row.dataset.seq >= seq) return;
        const next = Object.assign(document.createElement('template'), {innerHTML: html}).content.firstChild;
        const focus = row.contains(document.activeElement) && document.activeElement.dataset.emoji;
        row.dataset.seq = seq;
        row.classList.toggle('deleted', next.classList.contains('deleted'));
        for (const part of ['.bubble', '.reactions'])
            if (part === '.reactions' || row.querySelector(part).innerHTML !== next.querySelector(part).innerHTML)
                row.querySelector(part).innerHTML = next.querySelector(part).innerHTML;
        dress(row);
        if (focus) (row.querySelector(`[data-emoji="${focus}"]`) ?? row).focus({preventScroll: true});
        if (the('tools').dataset.of === row.dataset.id && row.classList.contains('deleted')) hideTools();
    }""",
    # Where the browser does not anchor the scroll position itself, keep what is read in its place.
    'keepPlace': """(past) => {
        const room = the('room'), height = room.scrollHeight;
        if (past || room.scrollTop > -2 || CSS.supports('overflow-anchor', 'auto')) return null;
        return () => { room.scrollTop -= room.scrollHeight - height; };
    }""",
    # What is personal or depends on the row before: the time in the viewer's zone and language, the day, the grouping.
    'dress': """(row) => {
        const time = row.querySelector('time'), at = new Date(time.dateTime), last = row.previousElementSibling;
        const before = last && new Date(last.querySelector('time').dateTime);
        const today = at.toDateString() === before?.toDateString();
        time.textContent = clock.format(at);
        time.title = calendar.format(at);
        if (today) delete row.dataset.day; else row.dataset.day = dayOf(at);
        row.classList.toggle('unread', row.id === the('log').dataset.unread);
        const same = today && at - before < 300000 && last.dataset.author === row.dataset.author;
        row.classList.toggle('follows', same && !row.classList.contains('unread'));
        for (const button of row.querySelectorAll('.reaction'))
            button.setAttribute('aria-pressed', button.dataset.people.split(' ').includes(me()));
    }""",
    'clock': "new Intl.DateTimeFormat(undefined, {timeStyle: 'short'})",
    'calendar': "new Intl.DateTimeFormat(undefined, {dateStyle: 'full', timeStyle: 'medium'})",
    'dates': "new Intl.DateTimeFormat(undefined, {dateStyle: 'full'})",
    'dayOf': """(at) => {
        const midnight = (moment) => new Date(moment).setHours(0, 0, 0, 0);
        const days = Math.round((midnight(Date.now()) - midnight(at)) / 86400000);
        return days === 0 ? 'Today' : days === 1 ? 'Yesterday' : dates.format(at);
    }""",
    # Everything from `floor` on is there now; with `live` the page is up to date and sends what was held back.
    'settle': """(floor, live) => {
        const log = the('log');
        if (floor !== null) log.dataset.floor = floor;
        while (log.firstElementChild?.dataset.id < +log.dataset.floor) log.firstElementChild.remove();
        if (log.firstElementChild) dress(log.firstElementChild);
        the('earlier').hidden = log.dataset.floor === '0';
        the('beginning').hidden = log.dataset.floor !== '0';
        delete the('earlier').dataset.busy;
        if (the('m' + log.dataset.goal) || log.dataset.floor === '0') jump(log.dataset.goal);
        watchEdge();
        if (!live) return;
        log.dataset.live = 'yes';
        the('offline').hidden = true;
        log.dataset.cursor = log.dataset.seen ?? 0;
        for (const [key, item] of held) emitEvent('say', {key, ...item, again: true});
    }""",
    'isFloor': "(floor) => the('log')?.dataset.floor === String(floor)",
    # Empty the log: too much was missed to be told row by row.
    'restart': "() => { the('log').replaceChildren(); delete the('log').dataset.floor; }",
    # Tell the server how far this page has come, at the start and after each connection.
    'catchUp': """() => {
        if (!the('log')) return;
        window.socket.off('disconnect', lose).on('disconnect', lose).off('connect_error').on('connect_error', endure);
        delete the('log').dataset.live;
        emitEvent('catch_up', +(the('log').dataset.cursor ?? 0));
    }""",
    # NiceGUI reloads a page whose second try to connect is not answered; this one goes on trying, by polling as well.
    'endure': """(error) => {
        if (error.message === 'timeout') window.socket.io.opts.transports = ['polling', 'websocket'];
        if (error.message === 'Implicit handshake failed') location.reload();
    }""",
    # While the connection is down nothing is sent, the cursor stays, and a line says so.
    'lose': "() => { if (the('log')) { delete the('log').dataset.live; the('offline').hidden = false; } }",
    # Ask for the page of messages before the first one here, by the button or when the reader comes near to it.
    'earlier': """() => {
        if (the('earlier').hidden || the('earlier').dataset.busy || !the('log').dataset.live) return;
        the('earlier').dataset.busy = 'yes';
        emitEvent('earlier', +the('log').dataset.floor);
    }""",
    'watchEdge': """() => {
        timers.edge?.disconnect();
        const near = (entries) => { if (entries.at(-1).isIntersecting) earlier(); };
        timers.edge = new IntersectionObserver(near, {root: the('room'), rootMargin: '300px'});
        timers.edge.observe(the('earlier'));
    }""",
    # Go to a message, which may have to be loaded first, and let it flash.
    'jump': """(id) => {
        const log = the('log'), row = the('m' + id);
        if (!id) return;
        if (row || log.dataset.floor === '0') delete log.dataset.goal; else log.dataset.goal = id;
        if (!row && log.dataset.goal) emitEvent('jump', {id: +id, floor: +log.dataset.floor});
        if (!row) return;
        row.scrollIntoView({block: 'center'});
        row.focus({preventScroll: true});
        row.classList.add('flash');
        setTimeout(() => row.classList.remove('flash'), 2000);
    }""",
    'stay': "(sentence) => { delete the('log').dataset.goal; complain(sentence); }",
}

LISTEN = """
setInterval(() => document.querySelectorAll('.message[data-day]').forEach(dress), 60000);
"""
