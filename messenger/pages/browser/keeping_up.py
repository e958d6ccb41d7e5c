"""What is new, who is here and typing, how one is told."""

from nicegui import json

from messenger.pages import icon

FUNCTIONS = {
    'isFollowing': "() => !document.hidden && the('room').scrollTop > -40",
    'toBottom': "() => { the('room').scrollTop = 0; }",
    'unread': "() => +(the('log').dataset.count ?? 0)",
    # Rows have come: while nobody looks they gather under a line, and are counted; mentions and the like are announced.
    'notice': """(rows) => {
        const news = rows.filter((row) => row.dataset.author !== me());
        for (const row of rows) stopTyping(row.dataset.author);
        if (!news.length) return;
        if (!isFollowing()) {
            if (!unread()) underline(news[0]);
            showCount(unread() + news.length);
        }
        if (document.hidden || !document.hasFocus()) announce(news);
    }""",
    'underline': """(row) => {
        const last = the(the('log').dataset.unread);
        if (row) the('log').dataset.unread = row.id; else delete the('log').dataset.unread;
        if (last) dress(last);
        if (row) dress(row);
    }""",
    'icons': json.dumps({'quiet': icon.address(), 'news': icon.address(news=True)}),
    'showCount': """(count) => {
        the('log').dataset.count = count;
        document.title = document.title.replace(/^(\\(\\d+\\) )?/, count ? `(${count}) ` : '');
        document.querySelector('link[rel~=icon]').href = icons[count ? 'news' : 'quiet'];
        showNews();
    }""",
    # The pill leads to the line, then to the bottom; it is there while something is below or has not been read.
    'showNews': """() => {
        const far = the('room').scrollTop < -400, count = unread();
        const hidden = !far && !count, label = count ? `${count} new message${count > 1 ? 's' : ''} ↓` : 'Newest ↓';
        if (the('news').hidden !== hidden) the('news').hidden = hidden;
        if (the('news').textContent !== label) the('news').textContent = label;
    }""",
    'toNews': """() => {
        const line = unread() ? the(the('log').dataset.unread) : null;
        const above = line && line.getBoundingClientRect().top < the('room').getBoundingClientRect().top;
        if (above) line.scrollIntoView(); else toBottom();
    }""",
    # Whoever looks at the bottom has caught up; the line stays a while to be found.
    'caughtUp': """() => {
        if (!the('log')) return;
        if (unread() && isFollowing()) {
            showCount(0);
            setTimeout(() => { if (the('log') && !unread()) underline(null); }, 5000);
        }
        showNews();
    }""",
    'lookAgain': """() => {
        if (!the('log')) return;
        clearTimeout(timers.away);
        if (document.hidden) timers.away = setTimeout(() => emitEvent('away', true), 300000);
        else emitEvent('away', false);
        const line = unread() && !document.hidden && the(the('log').dataset.unread);
        if (line && line.getBoundingClientRect().top < the('room').getBoundingClientRect().top) line.scrollIntoView();
        caughtUp();
    }""",
    'timers': '{}',
    # Tell of messages that came while the page was not looked at, as much as was chosen.
    'announce': """(rows) => {
        const meant = (row) => row.querySelector(`.mention[data-people~="${me()}"], .mention[data-people~=all]`);
        const {notify, sound} = choices(), wanted = rows.filter((row) => notify === 'all' || meant(row));
        if (sound && (wanted.length || notify === 'off')) beep();
        if (!wanted.length || notify === 'off' || window.Notification?.permission !== 'granted') return;
        const row = wanted.at(-1), body = row.querySelector('.text').innerText.slice(0, 200);
        const note = new Notification(row.querySelector('.author').textContent, {body, tag: 'messenger'});
        note.onclick = () => { window.focus(); note.close(); toNews(); };
    }""",
    'beep': """() => {
        const audio = timers.audio ??= new AudioContext(), tone = audio.createOscillator(), volume = audio.createGain();
        volume.gain.setValueAtTime(.08, audio.currentTime);
        volume.gain.exponentialRampToValueAtTime(.001, audio.currentTime + .25);
        tone.frequency.value = 660;
        tone.connect(volume).connect(audio.destination);
        tone.start();
        tone.stop(audio.currentTime + .25);
    }""",
    # Show who is here.
    'people': """(html, count) => {
        if (!the('people')) return;
        the('people').innerHTML = html;
        the('count').textContent = count;
    }""",
    # Who is typing, each for five seconds after the last sign of it.
    'typists': 'new Map()',
    'typing': """(people) => {
        for (const [person, name] of the('log') ? Object.entries(people) : []) {
            if (person === me()) continue;
            clearTimeout(typists.get(person)?.timer);
            typists.set(person, {name, timer: setTimeout(() => stopTyping(person), 5000)});
        }
        showTyping();
    }""",
    'stopTyping': '(person) => { if (typists.delete(person)) showTyping(); }',
    'showTyping': """() => {
        const names = [...typists.values()].map((one) => one.name);
        const who = names.length > 2 ? 'Several people are' : names.join(' and ') + (names.length > 1 ? ' are' : ' is');
        if (the('typing')) the('typing').textContent = names.length ? `${who} typing…` : '';
    }""",
}

LISTEN = """
document.addEventListener('scroll', (event) => { if (event.target.id === 'room') caughtUp(); }, true);
document.addEventListener('visibilitychange', lookAgain);
"""
