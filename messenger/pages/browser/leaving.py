"""How a page comes and goes."""

FUNCTIONS = {
    # Move to an address without a load.
    'relocate': "(path) => history.replaceState({}, '', (window.path_prefix || '') + path)",
    # Leave the conversation by loading the login screen, which says why.
    'depart': """(reason) => {
        sessionStorage.farewell = reason;
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

LISTEN = """
addEventListener('pagehide', () => {
    if (sessionStorage.server && !window.socket?.connected) sessionStorage.lost = 'yes';
    if (window.did_handshake) emitEvent('leave');
});
addEventListener('pageshow', (event) => { if (event.persisted) location.reload(); });
addEventListener('beforeunload', (event) => {
    if (held.size || the('message')?.value.trim()) event.preventDefault();
});
"""
