// @ts-check
// The browser's half of MessageList: rows are placed by id, readers keep their place, nothing is missing.

const ALL = "all"; // what @all is marked with
const CONNECT_TIMEOUT = 15000;
const TYPING_TIME = 5000;
const LINE_TIME = 5000;

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });
const date = new Intl.DateTimeFormat(undefined, { dateStyle: "full" });

/** @type {VueComponent} */
export default {
  template: `
    <div class="message-list" :data-live="live || null">
      <div ref="viewport" class="viewport" tabindex="0" role="region" aria-label="Conversation"
        @scroll.passive="onScroll" @keydown="onKey" @click="onClick" @mouseover="onHover">
        <div ref="wall" class="wall" @mouseleave="hideTools">
          <div ref="edge" class="edge">
            <q-btn v-if="oldestId" flat no-caps label="Earlier messages" @click="loadOlder" />
            <span v-else-if="oldestId === 0">Beginning of the conversation</span>
          </div>
          <div ref="rows" class="rows" role="log" aria-label="Messages" aria-live="polite" aria-relevant="additions"></div>
          <div v-show="tools" ref="tools" class="tools" :class="{ own: tools?.own, below: tools?.below }"
            :style="{ translate: '0 ' + (tools?.top ?? 0) + 'px' }" role="toolbar" aria-label="Actions">
            <span>
              <q-btn v-for="emoji in reactions" :key="emoji" flat dense :label="emoji" :aria-label="'React with ' + emoji"
                @click.stop="react(tools.id, emoji)" />
            </span>
            <span>
              <q-btn flat dense icon="add_reaction" aria-label="React with another emoji" @click.stop="act('pick')" />
              <q-btn flat dense icon="reply" aria-label="Reply" @click.stop="reply" />
              <q-btn v-if="tools?.own" flat dense icon="edit" aria-label="Edit" @click.stop="act('edit')" />
              <q-btn v-if="tools?.own" flat dense icon="delete" aria-label="Delete" @click.stop="act('delete')" />
            </span>
          </div>
        </div>
      </div>
      <div class="pill">
        <q-btn v-if="unread || isFar" rounded unelevated no-caps color="primary" :label="pillLabel" @click="toNews" />
      </div>
      <div role="status">
        <div v-if="hasBeenLive && !live && !isReceiving" class="offline">
          Connection lost, trying to get it back. What you write is kept.
        </div>
      </div>
      <div class="typing">{{ typingLabel }}</div>
    </div>
  `,
  props: { me: String, queue: Number, tab: Number, reactions: Array },
  emits: ["reply", "edit", "delete", "pick"],
  data: () => ({
    live: false, // whether everything has come, and what is posted can be sent
    hasBeenLive: false,
    isReceiving: false, // whether the socket is connected
    oldestId: /** @type {number | null} */ (null), // all messages from this id on are here; 0 for all of them
    unread: 0,
    isFar: false,
    typing: /** @type {Record<string, string>} */ ({}),
    tools: /** @type {any} */ (null),
  }),

  computed: {
    pillLabel() {
      return this.unread ? `${this.unread} new message${this.unread > 1 ? "s" : ""} ↓` : "Newest ↓";
    },
    typingLabel() {
      const names = Object.values(this.typing);
      if (!names.length) return "";
      return names.length > 2
        ? "Several people are typing…"
        : `${names.join(" and ")} ${names.length > 1 ? "are" : "is"} typing…`;
    },
  },
  watch: {
    unread(count) {
      getElement(this.tab)?.setUnread(count);
    },
  },

  created() {
    this.cursor = 0; // all changes up to this `seq` are here
    this.told = null; // the changes that were broadcast during a synchronization: { from, to }
    this.syncNumber = 0;
    this.editedRow = null;
    this.goal = null; // the message to jump to once it is here
    this.unreadRow = null;
    this.timers = {};
  },
  mounted() {
    const handlers = {
      connect: this.sync,
      disconnect: () => (this.live = this.isReceiving = false),
      "chat:messages": this.onMessages,
      "chat:reset": this.onReset,
      "chat:synced_messages": this.onSyncedMessages,
      "chat:sync_finished": this.finishSync,
      "chat:older_messages": this.onOlderMessages,
      "chat:resync": this.sync,
      "chat:typing": this.onTyping,
      "chat:check": () => {},
    };
    // where the server cannot see how much a page has read, it asks for an acknowledgement
    this.listeners = Object.entries(handlers).map(([name, handler]) => [
      name,
      (event, acknowledge) => {
        handler(event);
        if (name.startsWith("chat:")) acknowledge?.();
      },
    ]);
    for (const [name, listener] of this.listeners) window.socket.on(name, listener);
    this.watchConnection();
    this.edgeObserver = new IntersectionObserver(this.onEdge, { root: this.$refs.viewport, rootMargin: "300px" });
    this.edgeObserver.observe(this.$refs.edge);
    this.timers.day = setInterval(() => this.$refs.rows.querySelectorAll("[data-day]").forEach(this.decorate), 60000);
    document.addEventListener("visibilitychange", this.onVisibility);
    if (window.socket.connected) this.sync();
  },
  unmounted() {
    for (const [name, listener] of this.listeners) window.socket.off(name, listener);
    document.removeEventListener("visibilitychange", this.onVisibility);
    this.edgeObserver.disconnect();
    Object.values(this.timers).forEach(clearTimeout);
  },

  methods: {
    emit(name, data = {}) {
      window.socket.emit(`chat:${name}`, data);
    },
    row(id) {
      return document.getElementById(`m${id}`);
    },

    // --- synchronization: the page says how far it has come, and gets what it misses

    sync() {
      this.live = false;
      this.isReceiving = true;
      this.told = null;
      this.emit("sync", { number: ++this.syncNumber, cursor: this.cursor });
    },
    onReset({ number }) {
      if (number !== this.syncNumber) return;
      this.$refs.rows.replaceChildren();
      this.cursor = 0;
      this.oldestId = null;
    },
    onSyncedMessages({ number, messages, history }) {
      if (number === this.syncNumber) this.upsertMessages(messages, history);
    },
    finishSync({ number, seq, oldest_id }) {
      if (number !== this.syncNumber) return;
      this.cursor = Math.max(this.cursor, seq);
      if (this.told && this.told.from <= this.cursor) this.cursor = Math.max(this.cursor, this.told.to);
      if (oldest_id !== null) this.setOldest(oldest_id);
      this.live = this.hasBeenLive = true;
      getElement(this.queue).resend();
    },
    onMessages({ messages, follows }) {
      this.upsertMessages(messages);
      const to = messages.at(-1).seq;
      if (follows <= this.cursor) this.cursor = Math.max(this.cursor, to);
      else if (this.live) this.sync();
      else this.told = { from: this.told?.from ?? follows, to };
    },
    setOldest(id) {
      this.oldestId = id;
      const rows = this.$refs.rows;
      while (rows.firstElementChild && +rows.firstElementChild.dataset.id < id) rows.firstElementChild.remove();
      if (rows.firstElementChild) this.decorate(rows.firstElementChild);
      if (this.goal && (this.row(this.goal) || id === 0)) this.jump(this.goal);
      this.edgeObserver.unobserve(this.$refs.edge); // and again, since it may still be in sight
      this.edgeObserver.observe(this.$refs.edge);
    },
    // socket.io would wait for a swallowed handshake for ever without a limit; with one NiceGUI reloads the page after the
    // second time, although there is no network to load it from. So there is none, and a slow attempt is begun anew.
    watchConnection() {
      const { socket } = window;
      let attempt = Date.now();
      socket.io.timeout(false);
      socket.io.on("reconnect_attempt", () => (attempt = Date.now()));
      this.timers.connection = setInterval(() => {
        if (socket.connected) attempt = Date.now();
        if (Date.now() - attempt < CONNECT_TIMEOUT) return;
        socket.io.opts.transports = ["polling", "websocket"]; // a proxy may swallow WebSockets only
        socket.disconnect().connect();
        attempt = Date.now();
      }, 1000);
    },

    // --- rows; `history` may go before the first one

    upsertMessages(messages, history = false) {
      const keepPlace = this.placeKeeper(history);
      const added = [];
      for (const message of messages) {
        const known = this.row(message.id);
        if (known) this.updateMessage(known, message);
        else if (history || message.id >= (this.oldestId ?? 0)) added.push(this.insertMessage(message));
        if (this.row(message.id)?.dataset.author === this.me) getElement(this.queue).confirm(message.client_message_id);
      }
      keepPlace?.();
      if (!history) this.notice(added);
    },
    insertMessage({ id, html }) {
      let before = this.$refs.rows.lastElementChild;
      while (before && +before.dataset.id > id) before = before.previousElementSibling;
      if (before) before.insertAdjacentHTML("afterend", html);
      else this.$refs.rows.insertAdjacentHTML("afterbegin", html);
      const row = this.row(id);
      this.decorate(row);
      if (row.nextElementSibling) this.decorate(row.nextElementSibling);
      return row;
    },
    // only what differs is changed, so that nothing else is announced again and the focus stays
    updateMessage(row, { seq, html }) {
      if (+row.dataset.seq >= seq) return;
      const next = /** @type {any} */ (
        Object.assign(document.createElement("template"), { innerHTML: html }).content.firstChild
      );
      const focused = row.contains(document.activeElement) && document.activeElement?.getAttribute("data-emoji");
      row.dataset.seq = seq;
      row.classList.toggle("deleted", next.classList.contains("deleted"));
      for (const part of [".bubble", ".reactions"]) {
        const [now, then] = [row.querySelector(part), next.querySelector(part)];
        if (focused || now.innerHTML !== then.innerHTML) now.replaceChildren(...then.childNodes);
      }
      this.decorate(row);
      if (focused) (row.querySelector(`[data-emoji="${focused}"]`) ?? row).focus({ preventScroll: true });
      if (this.tools?.id === +row.dataset.id && row.classList.contains("deleted")) this.tools = null;
    },
    // what is personal, or of this browser: whose it is, the time in its zone and language, the day
    decorate(row) {
      const time = row.querySelector("time");
      const at = new Date(time.dateTime);
      const previous = row.previousElementSibling?.querySelector("time");
      const isSameDay = previous && new Date(previous.dateTime).toDateString() === at.toDateString();
      const isMeant = (part) => [this.me, ALL].some((user) => part.dataset.users.split(" ").includes(user));
      time.textContent = clock.format(at);
      time.title = moment.format(at);
      if (isSameDay) delete row.dataset.day;
      else row.dataset.day = dayOf(at);
      row.classList.toggle("unread", row === this.unreadRow);
      row.classList.toggle("own", row.dataset.author === this.me);
      for (const mention of row.querySelectorAll(".mention")) mention.classList.toggle("of-me", isMeant(mention));
      for (const reaction of row.querySelectorAll(".reaction")) reaction.ariaPressed = String(isMeant(reaction));
    },
    // where the browser does not keep the scroll position by itself
    placeKeeper(history) {
      const viewport = this.$refs.viewport;
      const height = viewport.scrollHeight;
      if (history || viewport.scrollTop > -2 || CSS.supports("overflow-anchor", "auto")) return null;
      return () => (viewport.scrollTop -= viewport.scrollHeight - height);
    },

    // --- older messages, and the way to one of them

    loadOlder() {
      if (!this.live || !this.oldestId || this.loading === this.oldestId) return;
      this.loading = this.oldestId;
      this.emit("load_older", { before: this.oldestId });
    },
    onEdge(entries) {
      if (entries.at(-1).isIntersecting) this.loadOlder();
    },
    onOlderMessages({ before, messages, oldest_id }) {
      if (before !== this.oldestId) return;
      this.upsertMessages(messages, true);
      this.setOldest(oldest_id);
    },
    jump(id) {
      const row = this.row(id);
      this.goal = row || this.oldestId === 0 ? null : id;
      if (this.goal) this.emit("jump", { message_id: id, before: this.oldestId });
      if (!row) return;
      row.scrollIntoView({ block: "center" });
      row.focus({ preventScroll: true });
      row.classList.add("flash");
      setTimeout(() => row.classList.remove("flash"), 2000);
    },

    // --- keeping up: while nobody looks, what comes is counted, under a line

    isFollowing() {
      return !document.hidden && this.$refs.viewport.scrollTop > -40;
    },
    notice(rows) {
      const news = rows.filter((row) => row.dataset.author !== this.me);
      for (const row of rows) this.stopTyping(row.dataset.author);
      if (!news.length) return;
      if (!this.isFollowing()) {
        if (!this.unread) this.drawLine(news[0]);
        this.unread += news.length;
      }
      if (!document.hidden && document.hasFocus()) return;
      const mentions = news.filter((row) => row.querySelector(".mention.of-me"));
      const last = mentions.at(-1) ?? news.at(-1);
      const [author, text] = [last.querySelector(".author").textContent, last.querySelector(".text").innerText];
      getElement(this.tab)?.announce({ author, text, isMention: mentions.length > 0, onClick: this.toNews });
    },
    drawLine(row) {
      const previous = this.unreadRow;
      this.unreadRow = row;
      for (const changed of [previous, row]) if (changed) this.decorate(changed);
    },
    isAbove(row) {
      return row && row.getBoundingClientRect().top < this.$refs.viewport.getBoundingClientRect().top;
    },
    onScroll() {
      this.isFar = this.$refs.viewport.scrollTop < -400;
      if (!this.unread || !this.isFollowing()) return;
      this.unread = 0;
      this.timers.line = setTimeout(() => this.unread || this.drawLine(null), LINE_TIME);
    },
    onVisibility() {
      if (this.unread && !document.hidden && this.isAbove(this.unreadRow)) this.unreadRow.scrollIntoView();
      this.onScroll();
    },
    toNews() {
      if (this.unread && this.isAbove(this.unreadRow)) this.unreadRow.scrollIntoView();
      else this.scrollToNewest();
    },
    scrollToNewest() {
      this.$refs.viewport.scrollTop = 0;
    },
    onTyping({ users }) {
      for (const [user, name] of Object.entries(users)) {
        if (user === this.me) continue;
        clearTimeout(this.timers[user]);
        this.typing[user] = name;
        this.timers[user] = setTimeout(() => this.stopTyping(user), TYPING_TIME);
      }
    },
    stopTyping(user) {
      delete this.typing[user];
    },

    // --- actions: one set of tools serves all messages. It is translated, since another `top` would have the browser lay
    // out all rows again, while scrolling for every frame.

    showTools(row) {
      const bubble = row.querySelector(".bubble").getBoundingClientRect();
      const id = +row.dataset.id;
      if (this.$refs.tools.contains(document.activeElement) && this.tools && this.tools.id !== id) return;
      const below = bubble.top - this.$refs.viewport.getBoundingClientRect().top < 60;
      const top = (below ? bubble.bottom : bubble.top) - this.$refs.wall.getBoundingClientRect().top;
      const tools = { id, below, top, own: row.dataset.author === this.me };
      this.tools = row.classList.contains("deleted") ? null : tools;
    },
    hideTools() {
      if (hasMouse() && !this.$refs.tools.contains(document.activeElement)) this.tools = null;
    },
    reply() {
      const row = this.row(this.tools.id);
      const line = row.querySelector(".text").innerText.trim().split("\n")[0].slice(0, 100);
      getElement(this.queue).reply(this.tools.id);
      this.$emit("reply", { author: row.querySelector(".author").textContent, line });
      this.tools = null;
    },
    editLast(event) {
      const own = [...this.$refs.rows.querySelectorAll(".message.own:not(.deleted)")].at(-1);
      event.preventDefault();
      if (own) this.$emit("edit", +own.dataset.id);
    },
    markEdited(id) {
      this.editedRow?.classList.remove("being-edited");
      this.editedRow = id ? this.row(id) : null;
      this.editedRow?.classList.add("being-edited");
    },
    act(name) {
      this.$emit(name, this.tools.id);
      this.tools = null;
    },
    react(id, emoji) {
      this.emit("react", { message_id: id, emoji });
      if (this.$refs.tools.contains(document.activeElement)) this.row(id)?.focus({ preventScroll: true });
      this.tools = null;
    },
    onClick(event) {
      const part = event.target.closest("[data-action], a, .message, .tools");
      const row = part?.closest(".message");
      if (!part) this.tools = null;
      else if (part.dataset.action === "react") this.react(+row.dataset.id, part.dataset.emoji);
      else if (part.dataset.action === "jump") this.jump(+part.dataset.target);
      else if (part.dataset.action === "copy") copyCode(part);
      else if (part === row) this.showTools(row);
    },
    onHover(event) {
      const row = event.target.closest(".message");
      if (row && hasMouse()) this.showTools(row);
    },
    // arrows lead from message to message, Enter to the tools of one, Escape back to the box
    onKey(event) {
      const rows = [...this.$refs.rows.children];
      const index = rows.indexOf(event.target.closest(".message"));
      const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (event.target.closest(".tools")) this.onToolsKey(event);
      else if (event.key === "End") this.scrollToNewest();
      else if (event.key === "Escape") getElement(this.queue).area.focus();
      else if (step) (index < 0 ? rows.at(-1) : rows[index + step])?.focus();
      else if (event.key === "Enter" && event.target === rows[index]) this.focusTools(rows[index]);
      else return;
      if (!event.target.closest(".tools")) event.preventDefault();
    },
    async focusTools(row) {
      this.showTools(row);
      await this.$nextTick();
      if (this.tools) this.$refs.tools.querySelector("button").focus();
    },
    onToolsKey(event) {
      const buttons = [...this.$refs.tools.querySelectorAll("button")];
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (step) buttons.at((buttons.indexOf(event.target) + step) % buttons.length).focus();
      if (event.key !== "Escape") return;
      this.row(this.tools.id)?.focus({ preventScroll: true });
      this.tools = null;
    },
  },
};

function hasMouse() {
  return matchMedia("(hover: hover)").matches;
}

/** @param {Date} at */
function dayOf(at) {
  const midnight = (/** @type {number | Date} */ when) => new Date(when).setHours(0, 0, 0, 0);
  const days = Math.round((midnight(Date.now()) - midnight(at)) / 86400000);
  return days === 0 ? "Today" : days === 1 ? "Yesterday" : date.format(at);
}

// where the page may not use the clipboard, the code is selected for the user to copy
async function copyCode(button) {
  const code = button.parentElement.querySelector("pre");
  try {
    await navigator.clipboard.writeText(code.innerText);
  } catch {
    getSelection()?.selectAllChildren(code);
    document.execCommand("copy");
  }
  button.textContent = "Copied";
  setTimeout(() => (button.textContent = "Copy"), 1500);
}
