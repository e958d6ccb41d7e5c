"""The box, what is on its way, replies and mentions."""

FUNCTIONS = {
    'box': "() => the('message')",
    # Messages on their way, by key; they are sent again after a cut, and one that takes long is shown as not sent.
    'held': 'new Map()',
    'say': """() => {
        const text = box().value.toWellFormed?.() ?? box().value, {reply, edit} = box().dataset;
        const key = createRandomUUID();
        box().focus();
        if (!text.trim()) return;
        const item = {text, reply: reply ? +reply : null, edit: edit ? +edit : null};
        held.set(key, item);
        write('');
        const row = Object.assign(document.createElement('p'), {id: key, className: 'held', textContent: text});
        the('held').append(row);
        if (!edit) toBottom();
        if (the('log').dataset.live) emitEvent('say', {key, ...item});
    }""",
    'sent': '(key) => { if (held.delete(key)) the(key).remove(); }',
    # A message was refused: its text goes back into the box, before what has been typed since.
    'refuse': """(key, sentence) => {
        const item = held.get(key), typed = box().value;
        sent(key);
        if (item) write(typed ? item.text + '\\n' + typed : item.text, item);
        if (item && !item.edit) the('about-text').textContent ||= item.reply ? 'Replying' : '';
        complain(sentence);
    }""",
    'complain': "(sentence) => { the('complaint').textContent = sentence; }",
    # Put a text into the box: a new message, a reply, or another text for an own message.
    'write': """(text, {reply, edit} = {}, about = '') => {
        box().value = text;
        if (reply) box().dataset.reply = reply; else delete box().dataset.reply;
        if (edit) box().dataset.edit = edit; else delete box().dataset.edit;
        the('about-text').textContent = about || (edit ? 'Editing your message' : '');
        the('about').hidden = !reply && !edit;
        complain('');
        fit();
        offer();
    }""",
    'reply': """(row) => {
        const author = row.querySelector('.author').textContent, line = row.querySelector('.text').innerText.trim();
        const about = `Replying to ${author}: ${line.split('\\n')[0].slice(0, 100)}`;
        write(box().dataset.edit ? '' : box().value, {reply: row.dataset.id}, about);
        box().focus();
    }""",
    'edit': '(id, text) => { write(text, {edit: id}); box().focus(); }',
    'cancel': "() => { write(box().dataset.edit ? '' : box().value); box().focus(); }",
    # Enter sends; not with Shift, and not while an input method composes (keyCode 229 is Safari's way to say so).
    'typed': """(event) => {
        if (event.isComposing || event.keyCode === 229 || choose(event)) return;
        if (event.key === 'Escape' && !the('about').hidden) cancel();
        if (event.key === 'ArrowUp' && !box().value) {
            const own = [...the('log').querySelectorAll(`[data-author="${me()}"]:not(.deleted)`)].at(-1);
            if (own) emitEvent('own', +own.dataset.id);
            event.preventDefault();
        }
        if (event.key !== 'Enter' || event.shiftKey) return;
        event.preventDefault();
        say();
    }""",
    # The text has changed: the box grows where the style sheet cannot make it, others are told, names are offered.
    'changed': """() => {
        fit();
        offer();
        if (box().value && the('log').dataset.live && Date.now() - (box().dataset.told ?? 0) > 3000) {
            box().dataset.told = Date.now();
            emitEvent('typing');
        }
    }""",
    'fit': """() => {
        if (CSS.supports('field-sizing', 'content')) return;
        box().style.height = 'auto';
        box().style.height = box().scrollHeight + 'px';
    }""",
    # After an @, offer the people here and recent authors whose names begin like that.
    'offer': """() => {
        const found = box().value.slice(0, box().selectionStart).match(/(?:^|\\s)@([^@\\n]{0,32})$/);
        const known = [...document.querySelectorAll('#people bdi, #log header .author')].map((one) => one.textContent);
        const begins = (name) => found && name.toLowerCase().startsWith(found[1].toLowerCase());
        const names = [...new Set([...known, 'all'])].filter(begins).slice(0, 8);
        const shown = !(names.length === 1 && names[0] === found?.[1]);
        the('offers').replaceChildren(...(shown ? names : []).map((name, index) => Object.assign(
            document.createElement('li'), {id: 'offer' + index, role: 'option', textContent: name})));
        the('offers').hidden = !the('offers').children.length;
        mark(0);
    }""",
    'mark': """(index) => {
        const options = [...the('offers').children];
        options.forEach((option, at) => option.setAttribute('aria-selected', at === index));
        if (options[index]) box().setAttribute('aria-activedescendant', options[index].id);
        else box().removeAttribute('aria-activedescendant');
    }""",
    'choose': """(event) => {
        const options = [...the('offers').children], at = options.findIndex((one) => one.ariaSelected === 'true');
        const step = {ArrowDown: 1, ArrowUp: -1}[event.key];
        if (!options.length || event.shiftKey) return false;
        if (!step && !['Enter', 'Tab', 'Escape'].includes(event.key)) return false;
        event.preventDefault();
        if (step) mark((at + step + options.length) % options.length);
        else if (event.key === 'Escape') { the('offers').replaceChildren(); the('offers').hidden = true; mark(-1); }
        else accept(options[at].textContent);
        return true;
    }""",
    'accept': """(name) => {
        const start = box().value.lastIndexOf('@', box().selectionStart - 1);
        box().setRangeText(`@${name} `, start, box().selectionStart, 'end');
        box().focus();
        changed();
    }""",
}

LISTEN = """
visualViewport?.addEventListener('resize', () => {
    document.documentElement.style.setProperty('--height', visualViewport.height * visualViewport.scale + 'px');
});
addEventListener('mousedown', (event) => {
    const option = event.target.closest?.('#offers [role=option]');
    if (option) { event.preventDefault(); accept(option.textContent); }
});
"""
