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
    --mention: light-dark(#fff3cd, #4a3c10);
    --wrong: light-dark(#b3261e, #ffb4ab);
    --focus: light-dark(#0b6e69, #7fe0d5);
    --tint: color-mix(in srgb, var(--accent) 12%, transparent);
}
:root[data-theme=light] { color-scheme: light; }
:root[data-theme=dark] { color-scheme: dark; }
body { background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, 'Segoe UI', Roboto, sans-serif; }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
.nicegui-content { padding: 0; gap: 0; }
.nicegui-sub-pages { display: block; width: 100%; }
body:has(.conversation) #popup { display: none; }
[hidden] { display: none !important; }
button { font: inherit; color: inherit; cursor: pointer; }
.sign { width: 1.25rem; height: 1.25rem; display: block; fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }
.quiet { background: none; border: 0; padding: .4rem .7rem; border-radius: .6rem; color: var(--accent); min-height: 2.25rem; }
.quiet:hover, .quiet[aria-expanded=true] { background: var(--tint); }
.primary { background: var(--accent); color: var(--on-accent); border: 0; border-radius: .8rem; font-weight: 600; padding: .65rem 1.2rem; }
.primary:hover { filter: brightness(1.08); }
.complaint { color: var(--wrong); font-size: .9rem; }
.complaint:empty { display: none; }

[aria-label=Menu] .sign { stroke-width: 3.5; }

/* the login screen */
.login { min-height: 100dvh; display: grid; place-items: center; padding: 1rem; }
.login form { width: min(24rem, 100%); background: var(--surface); border: 1px solid var(--line); border-radius: 1.2rem; padding: 2rem; display: grid; gap: 1rem; box-shadow: 0 12px 40px rgb(0 0 0 / .08); }
.login h1 { font-size: 1.5rem; line-height: 1.2; font-weight: 700; margin: 0; overflow-wrap: anywhere; }
.login .hint { color: var(--faint); margin: 0; }
.login .notice { background: var(--tint); border-radius: .7rem; padding: .6rem .8rem; font-size: .9rem; }
.login .notice:empty { display: none; }
.login label.q-field { width: 100%; }
.login .q-field__native, .login .q-field__label { color: var(--ink); }
.login .q-field--focused .q-field__label { color: var(--accent); }
.login .q-field--outlined .q-field__control { border-radius: .8rem; color: var(--accent); }
.login .q-field--outlined .q-field__control:before { border-color: var(--faint); }

/* the conversation */
.conversation { height: var(--height, 100dvh); display: grid; grid-template: auto minmax(0, 1fr) / minmax(0, 1fr) auto; }
.conversation > header { grid-column: 1 / -1; display: flex; align-items: center; gap: .25rem; padding: .5rem max(.75rem, env(safe-area-inset-left)); background: var(--surface); border-bottom: 1px solid var(--line); }
.conversation > header h1 { flex: 1; min-width: 0; font-size: 1.05rem; line-height: 1.4; font-weight: 700; margin: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.conversation > header .quiet { white-space: nowrap; }
.talk { display: grid; grid-template: minmax(0, 1fr) auto auto auto / minmax(0, 1fr); min-height: 0; }
.room { contain: strict; display: flex; flex-direction: column-reverse; overflow-y: auto; overscroll-behavior: contain; min-height: 0; }
.room:focus-visible { outline-offset: -2px; }
.wall { flex: none; position: relative; width: min(52rem, 100%); margin: 0 auto; padding: 1rem; }
.edge { display: flex; justify-content: center; color: var(--faint); font-size: .85rem; padding-bottom: .5rem; }
#log:empty::after { content: 'Nothing has been said yet. Say hello!'; display: block; text-align: center; color: var(--faint); padding: 20dvh 1rem; }
#wall:has(#log:empty) .edge { display: none; }
#log:not([data-live]):empty::after { content: ''; }

.message { display: grid; grid-template-columns: 2.4rem minmax(0, 1fr); column-gap: .7rem; padding-top: .9rem; justify-items: start; border-radius: .8rem; scroll-margin: 4rem; }
.message.follows { padding-top: .2rem; }
.message[data-day]::before, .message.unread::after { grid-column: 1 / -1; justify-self: stretch; text-align: center; font-size: .8rem; font-weight: 600; color: var(--faint); padding: .5rem 0 .7rem; }
.message[data-day]::before { content: attr(data-day); grid-row: 1; }
.message.unread::after { content: 'New messages'; grid-row: 2; color: var(--wrong); border-top: 1px solid var(--wrong); padding: .1rem 0 .5rem; margin-top: .3rem; }
.message .face { grid-column: 1; grid-row: 3 / 5; width: 2.4rem; height: 2.4rem; border-radius: 50%; display: grid; place-items: center; background: oklch(.5 .12 var(--hue)); color: #fff; font-size: .85rem; font-weight: 600; user-select: none; }
.message header { grid-column: 2; grid-row: 3; display: flex; gap: .5rem; align-items: baseline; max-width: 100%; }
.message .bubble { grid-column: 2; grid-row: 4; }
.message .reactions { grid-column: 2; grid-row: 5; }
.author { font-weight: 600; font-size: .9rem; color: light-dark(oklch(.45 .12 var(--hue)), oklch(.8 .1 var(--hue))); overflow-wrap: anywhere; }
.message time { color: var(--faint); font-size: .78rem; white-space: nowrap; }
.bubble, .held { background: var(--raised); border: 1px solid var(--line); border-radius: .2rem 1rem 1rem 1rem; padding: .45rem .8rem; max-width: 100%; overflow-wrap: anywhere; }
.message.follows :is(.face, header .author) { display: none; }
.message.follows header { position: absolute; opacity: 0; pointer-events: none; }
.message.follows .bubble { border-radius: 1rem; }
.message.deleted .bubble { background: none; border-style: dashed; color: var(--faint); font-style: italic; }
.bubble:has(.large) { background: none; border-color: transparent; padding-inline: 0; }
.text.large { font-size: 2.6rem; line-height: 1.2; }
.edited { color: var(--faint); font-size: .75rem; }
.message.flash .bubble { animation: flash 2s; }
@keyframes flash { 0%, 60% { box-shadow: 0 0 0 3px var(--accent); } }

.text > :first-child { margin-top: 0; } .text > :last-child { margin-bottom: 0; }
.text p, .text ul, .text ol, .code, .text blockquote { margin: .4rem 0; }
.text ul, .text ol { padding-inline-start: 1.5rem; }
.text a { color: var(--accent); text-decoration: underline; }
.text code { font-family: ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace; font-size: .9em; background: color-mix(in srgb, var(--ink) 8%, transparent); border-radius: .3rem; padding: .1em .3em; }
.text blockquote { border-inline-start: 3px solid var(--accent); padding-inline-start: .8rem; color: var(--faint); }
.code { position: relative; }
.code pre { background: light-dark(#f6f8f9, #14191b); border: 1px solid var(--line); border-radius: .6rem; padding: .6rem .8rem; padding-inline-end: 4.5rem; overflow-x: auto; margin: 0; }
.code pre code { background: none; padding: 0; white-space: pre; }
.copy { position: absolute; inset: .3rem .3rem auto auto; border: 1px solid var(--line); background: var(--surface); color: var(--faint); border-radius: .5rem; font-size: .75rem; padding: .15rem .5rem; min-height: 1.5rem; user-select: none; }
.code pre [class^=k] { color: light-dark(#8a2be2, #d2a8ff); } .code pre [class^=s] { color: light-dark(#0a6640, #8fd6a8); }
.code pre [class^=c] { color: light-dark(#5f6b73, #95a3ab); font-style: italic; } .code pre [class^=m] { color: light-dark(#9a4a00, #f0b070); }
.code pre :is(.nf, .nc, .nb, .nt, .na) { color: light-dark(#0b5cad, #79b8ff); } .code .gi { color: light-dark(#0a6640, #8fd6a8); } .code .gd { color: var(--wrong); }
.mention { color: var(--accent); font-weight: 600; }
.quote { display: block; width: 100%; text-align: start; border: 0; border-inline-start: 3px solid oklch(.6 .12 var(--hue)); background: color-mix(in srgb, var(--ink) 5%, transparent); border-radius: .4rem; padding: .25rem .6rem; margin: .1rem 0 .35rem; font-size: .85rem; color: var(--ink); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.quote .author { font-size: inherit; }
.reactions { display: flex; flex-wrap: wrap; gap: .3rem; padding-top: .25rem; }
.reactions:empty { display: none; }
.reaction { border: 1px solid var(--line); background: var(--raised); border-radius: 1rem; padding: 0 .55rem; font-size: .85rem; min-height: 1.6rem; }
.reaction[aria-pressed=true] { border-color: var(--accent); background: var(--tint); }

.tools { position: absolute; top: 0; inset-inline-end: 1rem; z-index: 1; transform: translateY(-70%); display: flex; flex-wrap: wrap; max-width: calc(100% - 1rem); background: var(--surface); border: 1px solid var(--line); border-radius: .8rem; padding: .15rem; box-shadow: 0 4px 16px rgb(0 0 0 / .15); }
.tools.below { transform: translateY(-30%); }
.tools > span { display: flex; }
.tools button, #emoji-found button { border: 0; background: none; border-radius: .5rem; width: 1.95rem; height: 1.95rem; display: grid; place-items: center; padding: 0; line-height: 1; }
.tools button:hover, #emoji-found button:hover { background: var(--tint); }
.tools:not(.own) :is([data-act=edit], [data-act=delete]) { display: none; }
@media (hover: none) { .tools { transform: translateY(-105%); } .tools.below { transform: translateY(5%); } .tools button { width: 2.4rem; height: 2.4rem; } }

.held { white-space: pre-wrap; width: fit-content; margin: .4rem 0 0 auto; opacity: .75; max-height: 0; padding-block: 0; border-width: 0; overflow: hidden; animation: late 0s 1.5s forwards; }
.held::after { content: 'not sent yet'; display: block; font-size: .75rem; color: var(--faint); }
@keyframes late { to { max-height: none; padding-block: .45rem; border-width: 1px; } }
.pill { position: relative; height: 0; z-index: 1; }
.pill button { position: absolute; bottom: .5rem; left: 50%; transform: translateX(-50%); white-space: nowrap; background: var(--accent); color: var(--on-accent); border: 0; border-radius: 2rem; padding: .4rem 1rem; font-size: .9rem; font-weight: 600; box-shadow: 0 4px 16px rgb(0 0 0 / .2); }

.composer { position: relative; width: min(52rem, 100%); margin: 0 auto; padding: 0 1rem max(1rem, env(safe-area-inset-bottom)); }
.composer .box { display: flex; align-items: end; gap: .5rem; background: var(--raised); border: 1px solid var(--faint); border-radius: 1.2rem; padding: .35rem .35rem .35rem 1rem; }
.composer .box:focus-within { border-color: var(--focus); box-shadow: 0 0 0 1px var(--focus); }
.composer textarea { flex: 1; min-width: 0; border: 0; outline: 0; resize: none; background: none; color: inherit; font: inherit; align-self: center; padding: .3rem 0; max-height: 40dvh; field-sizing: content; overflow-wrap: anywhere; }
.composer textarea::placeholder { color: var(--faint); opacity: 1; }
.composer .complaint { padding: 0 1rem .4rem; }
.typing { height: 1.4rem; font-size: .8rem; line-height: 1.4rem; color: var(--faint); padding: 0 1rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.about { display: flex; align-items: center; gap: .5rem; font-size: .85rem; color: var(--faint); padding: 0 0 .2rem 1rem; }
.about span { flex: 1; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; border-inline-start: 3px solid var(--accent); padding-inline-start: .6rem; }
.offers { position: absolute; bottom: calc(100% - 1.4rem); inset-inline: 1rem; z-index: 2; list-style: none; margin: 0; padding: .3rem; max-height: 40dvh; overflow-y: auto; background: var(--surface); border: 1px solid var(--line); border-radius: .8rem; box-shadow: 0 4px 24px rgb(0 0 0 / .2); }
.offers li { padding: .35rem .7rem; border-radius: .5rem; cursor: pointer; overflow-wrap: anywhere; }
.offers li[aria-selected=true], .offers li:hover { background: var(--tint); }
.offline { text-align: center; font-size: .9rem; padding: .3rem 1rem; color: var(--faint); opacity: 0; animation: calm 0s 1s forwards; }
@keyframes calm { to { opacity: 1; } }

/* who is here */
.people { width: 15rem; border-inline-start: 1px solid var(--line); background: var(--surface); padding: 1rem; overflow-y: auto; }
.people h2 { font-size: .8rem; line-height: 1.4; font-weight: 600; color: var(--faint); margin: 0 0 .5rem; }
.people ul { list-style: none; margin: 0; padding: 0; display: grid; gap: .5rem; }
.people li { display: flex; flex-wrap: wrap; gap: 0 .6rem; align-items: center; overflow-wrap: anywhere; min-width: 0; }
.people li bdi { min-width: 0; max-width: calc(100% - 1.2rem); }
.people li::before { content: ''; flex: none; width: .55rem; height: .55rem; border-radius: 50%; background: light-dark(#1d9a5b, #4fd08d); }
.people li:has(.away)::before { background: none; border: 2px solid var(--faint); }
.people .away { color: var(--faint); font-size: .85rem; }

/* what opens above */
#menu { position: fixed; inset: 3.4rem .75rem auto auto; border: 1px solid var(--line); border-radius: .8rem; padding: .3rem; background: var(--surface); color: var(--ink); box-shadow: 0 12px 40px rgb(0 0 0 / .2); }
#menu button { display: block; width: 100%; text-align: start; border: 0; background: none; border-radius: .5rem; padding: .5rem 1.2rem .5rem .8rem; }
#menu button:hover { background: var(--tint); }
#menu:not(:popover-open), dialog:not([open]), .q-loading-bar { display: none; }
dialog { width: min(28rem, calc(100vw - 2rem)); max-height: calc(100dvh - 2rem); margin: auto; border: 1px solid var(--line); border-radius: 1.2rem; padding: 1.25rem; background: var(--surface); color: var(--ink); box-shadow: 0 12px 60px rgb(0 0 0 / .3); overflow-y: auto; }
dialog::backdrop { background: rgb(0 0 0 / .45); }
dialog header { display: flex; align-items: center; justify-content: space-between; }
dialog h2 { font-size: 1.15rem; line-height: 1.4; font-weight: 700; margin: 0; }
dialog h3 { font-size: .85rem; line-height: 1.4; font-weight: 600; color: var(--faint); margin: 1rem 0 .3rem; }
dialog dl { display: grid; grid-template-columns: minmax(0, 2fr) minmax(0, 3fr); gap: .35rem .8rem; margin: 0; }
dialog dd { margin: 0; }
dialog kbd, dialog dt code { display: inline-block; font: 600 .85rem/1.5 ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace; background: color-mix(in srgb, var(--ink) 8%, transparent); border-radius: .3rem; padding: .1em .4em; }
dialog p { margin: .6rem 0; overflow-wrap: anywhere; }
dialog fieldset { border: 0; padding: 0; margin: .8rem 0; display: flex; flex-wrap: wrap; gap: .4rem 1.2rem; }
dialog legend { font-size: .85rem; font-weight: 600; color: var(--faint); margin-bottom: .3rem; }
dialog form label { display: inline-flex; align-items: center; gap: .4rem; min-height: 1.75rem; }
dialog input { accent-color: var(--accent); }
dialog input[type=search] { width: 100%; font: inherit; color: inherit; background: var(--ground); border: 1px solid var(--faint); border-radius: .6rem; padding: .45rem .7rem; margin: .3rem 0 .8rem; }
dialog a { color: var(--accent); text-decoration: underline; font-weight: 600; }
#denied { color: var(--wrong); }
#code svg { display: block; width: min(15rem, 100%); height: auto; margin: 0 auto; border-radius: .6rem; }
#emoji-found { display: flex; flex-wrap: wrap; gap: .2rem; min-height: 8rem; align-content: start; color: var(--faint); }
#emoji-found button { width: 2.4rem; height: 2.4rem; font-size: 1.35rem; color: var(--ink); }
#erase .answers { display: flex; justify-content: end; gap: .5rem; margin-top: 1rem; }

@media (min-width: 48.01rem) { #who { display: none; } }
@media (max-width: 48rem) {
    .conversation { grid-template-columns: minmax(0, 1fr); }
    .people { display: none; position: fixed; inset: 3.3rem 0 0 auto; width: min(20rem, 100%); z-index: 2; box-shadow: 0 12px 40px rgb(0 0 0 / .2); }
    .people.open { display: block; }
    .wall { padding: .5rem .75rem; }
    .composer { padding-inline: .5rem; padding-bottom: max(.5rem, env(safe-area-inset-bottom)); }
    .tools { inset-inline-end: .5rem; }
    .conversation > header .quiet { padding-inline: .5rem; font-size: .92rem; }
    .conversation > header h1 { font-size: .98rem; }
}
@media (max-width: 24rem) {
    .message { grid-template-columns: 1.8rem minmax(0, 1fr); column-gap: .5rem; }
    .message .face { width: 1.8rem; height: 1.8rem; font-size: .7rem; }
    .conversation > header .quiet { padding-inline: .4rem; }
}
@media (prefers-reduced-motion: reduce) { * { animation-duration: 0s !important; transition: none !important; scroll-behavior: auto !important; } .message.flash .bubble { outline: 3px solid var(--accent); } }
@media (forced-colors: active) { .people li::before, .message .face { forced-color-adjust: none; } .reaction[aria-pressed=true] { border-width: 2px; } }
"""


# by these rules a page sees what is its own person's as its own; PERSON stands for a row's `data-author`
OWN = """
.message[data-author="PERSON"] { grid-template-columns: minmax(0, 1fr); justify-items: end; padding-inline-start: 3rem; }
.message[data-author="PERSON"] :is(.face, header .author) { display: none; }
.message[data-author="PERSON"] :is(header, .bubble, .reactions) { grid-column: 1; }
.message[data-author="PERSON"] .bubble { background: var(--mine); border-color: transparent; border-radius: 1rem .2rem 1rem 1rem; }
.message[data-author="PERSON"].follows .bubble { border-radius: 1rem; }
.message[data-author="PERSON"].deleted .bubble { background: none; border-color: var(--line); }
.message[data-author="PERSON"] .bubble:has(.large) { background: none; }
.message:not(.message[data-author="PERSON"]):has(.mention:is([data-people~="PERSON"], [data-people~=all])) .bubble { background: var(--mention); border-inline-start: 3px solid light-dark(#c98a00, #ffcf5c); }
.mention:is([data-people~="PERSON"], [data-people~=all]) { background: var(--mention); border-radius: .3rem; padding: 0 .15em; color: var(--ink); }
.people li[data-person="PERSON"]::after { content: '(you)'; color: var(--faint); }
"""
