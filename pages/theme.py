"""How it looks: one style sheet, light and dark, from a phone of 320 pixels to a desk."""

CSS = """
:root {
    color-scheme: light dark;
    --ground: light-dark(#f3f5f7, #101416);
    --surface: light-dark(#ffffff, #181d20);
    --raised: light-dark(#ffffff, #20272b);
    --line: light-dark(#dde2e6, #2c3439);
    --ink: light-dark(#1a2226, #e8edf0);
    --faint: light-dark(#56636b, #9aa7af);
    --accent: light-dark(#0b6e69, #5cc8bd);
    --on-accent: light-dark(#ffffff, #08201e);
    --mine: light-dark(#d9f0ec, #17403d);
    --wrong: light-dark(#b3261e, #ffb4ab);
    --focus: light-dark(#0b6e69, #7fe0d5);
}
:root:has(body.body--light) { color-scheme: light; }
:root:has(body.body--dark) { color-scheme: dark; }
body { background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, 'Segoe UI', Roboto, sans-serif; }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
.nicegui-content { padding: 0; gap: 0; }
.nicegui-sub-pages { display: block; width: 100%; }
body:has(.conversation) #popup { display: none; }
[hidden] { display: none !important; }
.quiet { background: none; border: 0; padding: .4rem .7rem; border-radius: .6rem; color: var(--accent); font: inherit;
    cursor: pointer; }
.quiet:hover { background: color-mix(in srgb, var(--accent) 12%, transparent); }
.primary { background: var(--accent); color: var(--on-accent); border: 0; border-radius: .8rem; font: inherit;
    font-weight: 600; padding: .65rem 1.2rem; cursor: pointer; }
.primary:hover { filter: brightness(1.08); }
.complaint { color: var(--wrong); font-size: .9rem; }
.complaint:empty { display: none; }

/* the login screen */
.login { min-height: 100dvh; display: grid; place-items: center; padding: 1rem; }
.login form { width: min(24rem, 100%); background: var(--surface); border: 1px solid var(--line); border-radius: 1.2rem;
    padding: 2rem; display: grid; gap: 1rem; box-shadow: 0 12px 40px rgb(0 0 0 / .08); }
.login h1 { font-size: 1.5rem; line-height: 1.2; font-weight: 700; margin: 0; overflow-wrap: anywhere; }
.login .hint { color: var(--faint); margin: 0; }
.login .notice { background: color-mix(in srgb, var(--accent) 12%, transparent); border-radius: .7rem;
    padding: .6rem .8rem; font-size: .9rem; }
.login .notice:empty { display: none; }
.login label.q-field { width: 100%; }
.login .q-field__native, .login .q-field__label { color: var(--ink); }
.login .q-field--focused .q-field__label { color: var(--accent); }
.login .q-field--outlined .q-field__control { border-radius: .8rem; color: var(--accent); }
.login .q-field--outlined .q-field__control:before { border-color: var(--faint); }

/* the conversation */
.conversation { height: 100dvh; display: grid; grid-template: auto 1fr / minmax(0, 1fr) auto; }
.conversation > header { grid-column: 1 / -1; display: flex; align-items: center; gap: .5rem;
    padding: .5rem max(1rem, env(safe-area-inset-left)); background: var(--surface); border-bottom: 1px solid var(--line); }
.conversation > header h1 { flex: 1; min-width: 0; font-size: 1.05rem; line-height: 1.4; font-weight: 700; margin: 0;
    overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.talk { display: grid; grid-template-rows: minmax(0, 1fr) auto auto; min-height: 0; }
.room { display: flex; flex-direction: column-reverse; overflow-y: auto; overscroll-behavior: contain; min-height: 0; }
.wall { flex: none; width: min(52rem, 100%); margin: 0 auto; padding: 1rem; }
.edge { display: flex; justify-content: center; color: var(--faint); font-size: .85rem; padding-bottom: .5rem; }
.message { display: grid; grid-template: auto auto / 2.4rem minmax(0, 1fr); column-gap: .7rem; padding-top: .9rem;
    justify-items: start; }
.message .face { grid-row: 1 / 3; width: 2.4rem; height: 2.4rem; border-radius: 50%; display: grid; place-items: center;
    background: oklch(.5 .12 var(--hue)); color: #fff; font-size: .85rem; font-weight: 600; user-select: none; }
.message header { display: flex; gap: .5rem; align-items: baseline; max-width: 100%; }
.message .author { font-weight: 600; font-size: .9rem; color: light-dark(oklch(.45 .12 var(--hue)), oklch(.8 .1 var(--hue)));
    overflow-wrap: anywhere; }
.message time { color: var(--faint); font-size: .78rem; white-space: nowrap; }
.message .text, .held { background: var(--raised); border: 1px solid var(--line); border-radius: .2rem 1rem 1rem 1rem;
    padding: .45rem .8rem; max-width: 100%; overflow-wrap: anywhere; }
.message.follows { padding-top: .25rem; }
.message.follows .face, .message.follows .author { display: none; }
.message.follows header { position: absolute; opacity: 0; pointer-events: none; }
.message.follows .text { grid-column: 2; border-radius: 1rem; }
.text > :first-child { margin-top: 0; } .text > :last-child { margin-bottom: 0; }
.text p, .text ul, .text ol, .text pre, .text blockquote { margin: .4rem 0; }
.text ul, .text ol { padding-inline-start: 1.5rem; }
.text a { color: var(--accent); text-decoration: underline; }
.text code { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: .9em;
    background: color-mix(in srgb, var(--ink) 8%, transparent); border-radius: .3rem; padding: .1em .3em; }
.text pre { background: color-mix(in srgb, var(--ink) 6%, transparent); border-radius: .6rem; padding: .6rem .8rem;
    overflow-x: auto; }
.text pre code { background: none; padding: 0; }
.text blockquote { border-inline-start: 3px solid var(--accent); padding-inline-start: .8rem; color: var(--faint); }
.held { white-space: pre-wrap; width: fit-content; margin: .4rem 0 0 auto; opacity: .75; max-height: 0; padding-block: 0;
    border-width: 0; overflow: hidden; animation: late 0s 1.5s forwards; }
.held::after { content: 'not sent yet'; display: block; font-size: .75rem; color: var(--faint); }
@keyframes late { to { max-height: none; padding-block: .45rem; border-width: 1px; } }
.composer { width: min(52rem, 100%); margin: 0 auto; padding: .5rem 1rem max(1rem, env(safe-area-inset-bottom)); }
.composer .box { display: flex; align-items: end; gap: .5rem; background: var(--raised); border: 1px solid var(--faint);
    border-radius: 1.2rem; padding: .35rem .35rem .35rem 1rem; }
.composer .box:focus-within { border-color: var(--focus); box-shadow: 0 0 0 1px var(--focus); }
.composer textarea { flex: 1; min-width: 0; border: 0; outline: 0; resize: none; background: none; color: inherit;
    font: inherit; align-self: center; padding: .3rem 0; max-height: 40dvh; field-sizing: content; overflow-wrap: anywhere; }
.composer textarea::placeholder { color: var(--faint); opacity: 1; }
.composer .complaint { padding: 0 1rem .4rem; }

.offline { text-align: center; font-size: .9rem; padding: .3rem 1rem; color: var(--faint); opacity: 0;
    animation: calm 0s 1s forwards; }
@keyframes calm { to { opacity: 1; } }

/* who is here */
.people { width: 15rem; border-inline-start: 1px solid var(--line); background: var(--surface); padding: 1rem;
    overflow-y: auto; }
.people h2 { font-size: .8rem; line-height: 1.4; font-weight: 600; color: var(--faint); margin: 0 0 .5rem; }
.people ul { list-style: none; margin: 0; padding: 0; display: grid; gap: .5rem; }
.people li { display: flex; gap: .6rem; align-items: center; overflow-wrap: anywhere; min-width: 0; }
.people li::before { content: ''; flex: none; width: .55rem; height: .55rem; border-radius: 50%;
    background: light-dark(#1d9a5b, #4fd08d); }
@media (min-width: 48.01rem) { #who { display: none; } }
@media (max-width: 48rem) {
    .conversation { grid-template-columns: minmax(0, 1fr); }
    .people { display: none; position: fixed; inset: 3.3rem 0 0 auto; width: min(20rem, 100%); z-index: 2;
        box-shadow: 0 12px 40px rgb(0 0 0 / .2); }
    .people.open { display: block; }
    .wall { padding: .5rem .75rem; }
    .composer { padding-inline: .5rem; padding-bottom: max(.5rem, env(safe-area-inset-bottom)); }
}
"""


def own(author: str) -> str:
    """The rules by which one page sees the rows of its own person as its own; ``author`` is a row's ``data-author``."""
    row = f'.message[data-author="{author}"]'
    return f"""
{row} {{ grid-template-columns: minmax(0, 1fr); justify-items: end; padding-inline-start: 3rem; }}
{row} .face, {row} .author {{ display: none; }}
{row} .text {{ background: var(--mine); border-color: transparent; border-radius: 1rem .2rem 1rem 1rem; grid-column: 1; }}
{row}.follows .text {{ border-radius: 1rem; }}
.people li[data-person="{author}"]::after {{ content: '(you)'; color: var(--faint); }}
"""
