// @ts-check
// The browser's half of MessageList: rows are placed by id, readers keep their place, nothing is missing.

import { listen } from "socket_events";

const ALL = "all"; // what @all is marked with
const CONNECT_TIMEOUT = 15000;
const TYPING_TIME = 5000;
const MAX_ROWS = 500;
const mouse = matchMedia("(hover: hover)");
const GAP = 8; // between a message and its tools, in pixels

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" }); // in the same language
const date = new Intl.DateTimeFormat(undefined, { dateStyle: "full" });

/** @type {VueComponent} */
export default {
  template: `
    <div class="message-list" :class="{ 'is-empty': !hasBeenLive }" :data-live="live || null">
      <div ref="viewport" class="viewport" tabindex="-1" role="region" aria-label="Conversation"
        @scroll.passive="onScroll" @keydown="onKey" @click="onClick" @mouseover="onHover" @mousedown="onPress"
        @focusin="onFocus" @focusout="onBlur">
        <div ref="wall" class="wall" @mouseleave="hideTools">
          <div ref="edge" class="edge">
            <q-btn v-if="oldestId" flat no-caps label="Earlier messages" tabindex="-1" @click="loadOlder" />
            <span v-else-if="oldestId === 0">Beginning of the conversation</span>
          </div>
          <div ref="rows" class="rows" role="log" aria-label="Messages" aria-live="polite" aria-relevant="additions"></div>
          <div v-show="newestId !== null" ref="newerEdge" class="edge"></div>
          <div v-show="tools" ref="tools" class="tools" role="toolbar" aria-label="Actions">
            <span>
              <q-btn tabindex="-1" v-for="emoji in reactions" :key="emoji" flat dense :label="emoji" :aria-label="'React with ' + emoji"
                @click.stop="react(tools.id, emoji)" />
            </span>
            <span>
              <q-btn tabindex="-1" flat dense icon="add_reaction" aria-label="React with another emoji" @click.stop="act('pick')" />
              <q-btn tabindex="-1" flat dense icon="reply" aria-label="Reply" @click.stop="reply(tools.id)" />
              <q-btn tabindex="-1" flat dense icon="link" aria-label="Copy link" @click.stop="copyLink(tools.id)" />
              <q-btn tabindex="-1" v-if="tools?.own" flat dense icon="edit" aria-label="Edit" @click.stop="act('edit')" />
              <q-btn tabindex="-1" v-if="tools?.own" flat dense icon="delete" aria-label="Delete" @click.stop="act('delete')" />
            </span>
          </div>
        </div>
      </div>
      <div class="pill">
        <q-btn v-if="unread || isFar || newestId !== null" rounded unelevated no-caps color="primary" :label="pillLabel" @click="toNews" />
      </div>
      <div role="status">
        <div v-if="hasBeenLive && !live && !isReceiving" class="offline">
          <q-icon name="cloud_off" />
          Connection lost, trying to get it back. What you write is kept.
        </div>
      </div>
      <div class="typing">{{ typingLabel }}</div>
    </div>
  `,
  props: { me: String, queue: Number, tab: Number, reactions: Array },
  emits: ["reply", "edit", "delete", "pick", "tap"],
  data: () => ({
    live: false, // whether everything has come, and what is posted can be sent
    hasBeenLive: false,
    isReceiving: false, // whether the socket is connected
    oldestId: /** @type {number | null} */ (null), // the messages here begin with this id; 0 for the first of all
    newestId: /** @type {number | null} */ (null), // and end with this one; null for the newest of all
    unread: 0,
    isFar: false,
    isLineAbove: false, // whether the line before what is new is out of sight, above
    typing: /** @type {Record<string, string>} */ ({}),
    tools: /** @type {any} */ (null),
  }),

  computed: {
    pillLabel() {
      if (!this.unread) return "Newest ↓";
      return `${this.unread} new message${this.unread > 1 ? "s" : ""} ${this.isLineAbove ? "↑" : "↓"}`;
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
    this.told = null; // the changes that were broadcast during a synchronization: { from, to, isTorn }
    this.syncNumber = 0;
    this.editedRow = null;
    this.goal = idInAddress(); // the message to jump to once it is here
    this.askedBefore = this.askedAfter = null; // the ends that more messages have been asked for, on this connection
    this.skipped = []; // changes of messages that are not here, but may be on their way as they were before
    this.highestId = 0; // of all messages that are known of, here or not
    this.seenId = +(localStorage.getItem(this.seenKey()) ?? 0); // the reader has seen all messages up to this one
    this.firstUnreadId = 0; // the line is before this message
    this.hasSeenLine = false;
    this.timers = {};
  },
  mounted() {
    this.stopListening = listen({
      connect: this.onConnect,
      disconnect: () => (this.live = this.isReceiving = false),
      "chat:messages": this.onMessages,
      "chat:reset": this.onReset,
      "chat:synced_messages": this.onSyncedMessages,
      "chat:sync_finished": this.finishSync,
      "chat:older_messages": this.onOlderMessages,
      "chat:newer_messages": this.onNewerMessages,
      "chat:window": this.onWindow,
      "chat:resync": this.sync,
      "chat:typing": this.onTyping,
      "chat:check": () => {},
    });
    this.watchConnection();
    this.edgeObserver = new IntersectionObserver(this.onEdge, { root: this.$refs.viewport, rootMargin: "300px" });
    this.widthObserver = new ResizeObserver((entries) => {
      for (const { target } of entries) setRegion(target);
    });
    this.watchEdges();
    this.timers.day = setInterval(
      () => this.$refs.rows.querySelectorAll(".message.first").forEach(this.decorate),
      60000,
    );
    document.addEventListener("visibilitychange", this.onVisibility);
    window.addEventListener("hashchange", this.onAddress);
    if (window.socket.connected) this.sync();
  },
  unmounted() {
    this.stopListening();
    document.removeEventListener("visibilitychange", this.onVisibility);
    window.removeEventListener("hashchange", this.onAddress);
    this.edgeObserver.disconnect();
    this.widthObserver.disconnect();
    Object.values(this.timers).forEach(clearTimeout);
  },

  methods: {
    emit(name, data = {}) {
      window.socket.emit(`chat:${name}`, data);
    },
    row(id) {
      return document.getElementById(`m${id}`);
    },
    messages() {
      return [...this.$refs.rows.getElementsByClassName("message")];
    },

    // --- synchronization: the page says how far it has come, and gets what it misses

    onConnect() {
      this.askedBefore = this.askedAfter = null; // what a lost connection was asked for does not come any more
      this.skipped = [];
      this.sync();
    },
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
      this.oldestId = this.newestId = null;
    },
    onSyncedMessages({ number, messages, history }) {
      if (number !== this.syncNumber) return;
      if (history) this.upsertMessages(messages, true);
      else this.addNews(messages);
    },
    finishSync({ number, seq, oldest_id }) {
      if (number !== this.syncNumber) return;
      const { told } = this;
      this.cursor = Math.max(this.cursor, seq);
      if (told && told.from <= this.cursor) this.cursor = Math.max(this.cursor, told.to);
      if (oldest_id !== null) this.setOldest(oldest_id);
      if (told && (told.from > this.cursor || told.isTorn)) return this.sync(); // something was lost on the way
      if (!this.hasBeenLive) this.findWhereLeftOff();
      this.live = this.hasBeenLive = true;
      this.onScroll();
      this.watchEdges();
      if (this.goal) this.jump(this.goal);
      getElement(this.queue).resend();
    },
    onMessages({ messages, follows }) {
      const to = messages.at(-1).seq;
      this.addNews(messages);
      if (follows <= this.cursor) this.cursor = Math.max(this.cursor, to);
      else if (this.live) this.sync();
      else if (!this.told) this.told = { from: follows, to, isTorn: false };
      else if (follows <= this.told.to) this.told.to = Math.max(this.told.to, to);
      else this.told.isTorn = true;
    },
    // socket.io would wait for a swallowed handshake for ever without a limit; with one NiceGUI reloads the page after the
    // second time, although there is no network to load it from. So there is none, and a slow attempt is begun anew.
    watchConnection() {
      const { socket } = window;
      let attempt = performance.now(); // unlike the clock, it is never set back
      socket.io.timeout(false);
      socket.io.on("reconnect_attempt", () => (attempt = performance.now()));
      this.timers.connection = setInterval(() => {
        if (socket.connected) attempt = performance.now();
        if (performance.now() - attempt < CONNECT_TIMEOUT) return;
        socket.io.opts.transports = ["polling", "websocket"]; // a proxy may swallow WebSockets only
        socket.disconnect().connect();
        attempt = performance.now();
      }, 1000);
    },

    // --- rows: those of `history` may go before the first one, others only where the conversation is here

    addNews(messages) {
      this.keepInPlace(() => this.notice(this.upsertMessages(messages)));
      this.limitRows(this.isNearEnd());
    },
    upsertMessages(messages, history = false) {
      const added = [];
      for (const message of messages) {
        const known = this.row(message.id);
        if (known) this.updateMessage(known, message);
        else if (history || this.isWithin(message.id)) added.push(this.insertMessage(message));
        else this.skip(message);
        if (this.row(message.id)?.dataset.author === this.me) getElement(this.queue).confirm(message.client_message_id);
        this.highestId = Math.max(this.highestId, message.id);
      }
      this.setStop();
      return added;
    },
    // it is not here, but may be on its way as it was before; or it is new, below a window into the past
    skip(message) {
      const isAwaited = [this.oldestId, this.newestId].some(
        (id) => id && [this.askedBefore, this.askedAfter].includes(id),
      );
      if (isAwaited || this.goal) this.skipped.push(message);
      if (message.id > this.highestId) this.unread++;
    },
    isWithin(id) {
      return id >= (this.oldestId ?? 0) && (this.newestId === null || id <= this.newestId);
    },
    isNearEnd() {
      const { scrollTop, scrollHeight } = this.$refs.viewport;
      return -scrollTop < scrollHeight / 2;
    },
    // so many rows are enough to read in; what is dropped at the far end comes back on scrolling
    limitRows(isEndNear) {
      const rows = this.messages();
      const count = rows.length - MAX_ROWS;
      if (count <= 0) return;
      this.keepInPlace(() => {
        for (const row of isEndNear ? rows.slice(0, count) : rows.slice(-count)) removeRow(row);
      });
      if (isEndNear) this.setOldest(+rows[count].dataset.id);
      else this.newestId = +rows.at(-count - 1).dataset.id;
    },
    // what is read stays where it is, whether or not the browser sees to that; at the end, what is new comes into view
    keepInPlace(change) {
      const { viewport } = this.$refs;
      if (this.newestId === null && viewport.scrollTop > -2) return change();
      const top = viewport.getBoundingClientRect().top;
      const anchor = this.messages().find((row) => row.getBoundingClientRect().bottom > top);
      const place = anchor?.getBoundingClientRect().top;
      change();
      const moved = anchor?.isConnected ? anchor.getBoundingClientRect().top - place : 0;
      if (moved) viewport.scrollTop += moved;
    },
    insertMessage({ id, html }) {
      let before = this.$refs.rows.lastElementChild;
      while (before && +before.dataset.id > id) before = previousRow(before);
      if (before) before.insertAdjacentHTML("afterend", html);
      else this.$refs.rows.insertAdjacentHTML("afterbegin", html);
      const row = this.row(id);
      this.decorate(row);
      const next = neighbour(row, "nextElementSibling");
      if (next) this.decorate(next);
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
      const previous = previousRow(row)?.querySelector("time");
      const isSameDay = previous && Quasar.date.isSameDate(previous.dateTime, at, "day");
      const isMeant = (part) => [this.me, ALL].some((user) => part.dataset.users.split(" ").includes(user));
      time.textContent = clock.format(at);
      time.title = moment.format(at);
      const isFirstUnread = +row.dataset.id === this.firstUnreadId;
      row.classList.toggle("unread", isFirstUnread);
      row.classList.toggle("first", !isSameDay || isFirstUnread);
      separate(row, "news", isFirstUnread ? "New messages" : "");
      separate(row, "day", isSameDay ? "" : dayOf(at));
      row.classList.toggle("own", row.dataset.author === this.me);
      for (const part of row.querySelectorAll(".mention, .quote")) part.classList.toggle("of-me", isMeant(part));
      setTabIndex(row, row.contains(document.activeElement) ? 0 : -1);
      for (const code of row.querySelectorAll("pre")) this.widthObserver.observe(code);
      for (const reaction of row.querySelectorAll(".reaction")) reaction.ariaPressed = String(isMeant(reaction));
    },
    // --- older and newer messages, and the way to one of them

    setOldest(id) {
      this.oldestId = id;
      for (const row of this.messages()) {
        if (+row.dataset.id >= id) break;
        removeRow(row);
      }
      const [first] = this.messages();
      if (first) this.decorate(first);
      this.setStop();
      this.watchEdges();
    },
    // the messages up to this one are here; others may have come, and not have been placed, while these were on their way
    setNewest(id) {
      const last = +(this.$refs.rows.lastElementChild?.dataset.id ?? 0);
      this.newestId = id === null && this.highestId > last ? last : id;
      this.watchEdges();
    },
    // and again, since an edge may still be in sight
    watchEdges() {
      for (const edge of [this.$refs.edge, this.$refs.newerEdge]) {
        this.edgeObserver.unobserve(edge);
        this.edgeObserver.observe(edge);
      }
    },
    onEdge(entries) {
      for (const { isIntersecting, target } of entries) {
        if (isIntersecting && target === this.$refs.edge) this.loadOlder();
        else if (isIntersecting) this.loadNewer();
      }
    },
    loadOlder() {
      if (!this.live || !this.oldestId || this.askedBefore === this.oldestId) return;
      this.askedBefore = this.oldestId;
      this.emit("load_older", { before: this.oldestId });
    },
    loadNewer() {
      if (!this.live || this.newestId === null || this.askedAfter === this.newestId) return;
      this.askedAfter = this.newestId;
      this.emit("load_newer", { after: this.newestId });
    },
    // a page may be older than a change that came while it was on its way
    placePage(messages) {
      this.upsertMessages(messages, true);
      for (const message of this.skipped.splice(0)) {
        const row = this.row(message.id);
        if (row) this.updateMessage(row, message);
      }
    },
    onOlderMessages({ before, messages, oldest_id }) {
      if (before !== this.oldestId) return;
      this.placePage(messages);
      this.setOldest(oldest_id);
      this.limitRows(false);
    },
    onNewerMessages({ after, messages, newest_id }) {
      if (after !== this.newestId) return;
      this.keepInPlace(() => this.placePage(messages));
      this.setNewest(newest_id);
      this.limitRows(true);
    },
    onWindow({ message_id, messages, oldest_id, newest_id }) {
      if (message_id !== this.goal) return;
      this.$refs.rows.replaceChildren();
      this.placePage(messages);
      this.setOldest(oldest_id);
      this.setNewest(newest_id);
      this.goal = null;
      if (this.row(message_id)) this.jump(message_id);
    },
    jump(id) {
      const row = this.row(id);
      this.goal = row ? null : id;
      if (!row) return this.emit("jump", { message_id: id });
      row.scrollIntoView({ block: "center" });
      row.focus({ preventScroll: true });
      row.classList.add("flash");
      setTimeout(() => row.classList.remove("flash"), 2000);
    },

    onAddress() {
      const id = idInAddress();
      if (id) this.jump(id);
    },

    // --- keeping up: what has come while nobody looked is counted, and stands below a line until the next time

    seenKey() {
      return `messenger:seen:${this.me}`;
    },
    isFollowing() {
      return !document.hidden && this.newestId === null && this.$refs.viewport.scrollTop > -40;
    },
    // after a login: the line is where it was when this user was here the last time
    findWhereLeftOff() {
      const last = this.$refs.rows.lastElementChild;
      if (this.seenId && last) {
        const isLoaded = this.oldestId <= this.seenId + 1;
        const isNew = (row) => +row.dataset.id > this.seenId && row.dataset.author !== this.me;
        const news = this.messages().filter(isNew);
        this.unread = isLoaded ? news.length : +last.dataset.id - this.seenId;
        if (this.unread) this.drawLine(isLoaded ? +news[0].dataset.id : this.seenId + 1);
      }
    },
    notice(rows) {
      const news = rows.filter((row) => row.dataset.author !== this.me);
      for (const row of rows) this.stopTyping(row.dataset.author);
      if (this.isFollowing()) this.onScroll();
      if (!news.length) return;
      if (!this.isFollowing()) {
        if (!this.unread) this.drawLine(+news[0].dataset.id);
        this.unread += news.length;
      }
      if (!document.hidden && document.hasFocus()) return;
      const mentions = news.filter((row) => row.querySelector(".of-me"));
      const last = mentions.at(-1) ?? news.at(-1);
      const [author, text] = [last.querySelector(".author").textContent, last.querySelector(".text").innerText];
      getElement(this.tab)?.announce({ author, text, isMention: mentions.length > 0, onClick: this.toNews });
    },
    drawLine(id) {
      const previous = this.row(this.firstUnreadId);
      this.firstUnreadId = id;
      this.hasSeenLine = false;
      for (const row of [previous, this.row(id)]) if (row) this.decorate(row);
    },
    // whether what is new begins above what can be seen, or further back than what is here
    isLineOutOfSight() {
      const row = this.row(this.firstUnreadId);
      if (!row) return this.firstUnreadId > 0 && this.firstUnreadId < (this.oldestId ?? 0);
      return row.getBoundingClientRect().top < this.$refs.viewport.getBoundingClientRect().top;
    },
    onScroll() {
      this.isFar = this.$refs.viewport.scrollTop < -400;
      this.isLineAbove = this.isLineOutOfSight();
      if (!this.isLineAbove) this.hasSeenLine = true;
      if (!this.isFollowing() || (this.unread && !this.hasSeenLine)) return;
      this.unread = 0;
      this.seenId = Math.max(this.seenId, this.highestId);
      localStorage.setItem(this.seenKey(), this.seenId);
    },
    onVisibility() {
      if (document.hidden) return;
      this.goToLine();
      this.onScroll();
    },
    // first to the line, then to the end
    toNews() {
      if (!this.goToLine()) this.scrollToNewest();
    },
    goToLine() {
      if (!this.unread || !this.isLineOutOfSight()) return false;
      this.hasSeenLine = true;
      const row = this.row(this.firstUnreadId);
      if (row) row.scrollIntoView();
      else this.jump(this.firstUnreadId);
      return true;
    },
    scrollToNewest() {
      this.hasSeenLine = true;
      this.focusedRow = null;
      this.setStop();
      this.$refs.viewport.scrollTop = 0;
      if (this.newestId === null) return this.onScroll();
      this.cursor = 0; // the newest messages instead of a window into the past
      this.sync();
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

    async showTools(row) {
      const id = +row.dataset.id;
      if (this.$refs.tools.contains(document.activeElement) && this.tools && this.tools.id !== id) return;
      this.tools = row.classList.contains("deleted") ? null : { id, own: row.dataset.author === this.me };
      await this.$nextTick();
      if (this.tools?.id === id) this.placeTools(row.querySelector(".bubble").getBoundingClientRect(), this.tools.own);
    },
    // beside the bubble, or above it where there is no room; below it where that is out of sight
    placeTools(bubble, own) {
      const { tools, wall, viewport } = this.$refs;
      const [frame, view] = [wall.getBoundingClientRect(), viewport.getBoundingClientRect()];
      const { offsetWidth: width, offsetHeight: height } = tools;
      const side = own ? bubble.left - width - GAP : bubble.right + GAP;
      const isBeside = side >= frame.left && side + width <= frame.right;
      const above =
        bubble.top - height >= view.top ? bubble.top - height : Math.min(bubble.bottom, view.bottom - height);
      const left = isBeside ? side : Math.max(own ? bubble.right - width : bubble.left, frame.left);
      const top = isBeside ? Math.max(bubble.top, view.top) : above;
      tools.style.translate = `${left - frame.left}px ${top - frame.top}px`;
    },
    hideTools() {
      if (!this.$refs.tools.contains(document.activeElement)) this.tools = null;
    },
    reply(id) {
      const row = this.row(id);
      if (!row) return;
      const line = row.querySelector(".text").innerText.trim().split("\n")[0].slice(0, 100);
      getElement(this.queue).reply(id);
      this.$emit("reply", { author: row.querySelector(".author").textContent, line });
      this.tools = null;
    },
    copyText(id) {
      Quasar.copyToClipboard(this.row(id)?.querySelector(".text").innerText.trim() ?? "");
    },
    copyLink(id) {
      Quasar.copyToClipboard(new URL(`#m${id}`, location.href).href);
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
      else if (part === row && getSelection()?.isCollapsed) this.offerActions(row);
    },
    offerActions(row) {
      if (mouse.matches) this.showTools(row);
      else if (!row.classList.contains("deleted")) this.$emit("tap", +row.dataset.id, row.dataset.author === this.me);
    },
    onHover(event) {
      const row = event.target.closest(".message");
      if (row && mouse.matches && !event.buttons && getSelection()?.isCollapsed) this.showTools(row);
    },
    // nothing is in the way of who marks text
    onPress(event) {
      if (!event.target.closest(".tools")) this.tools = null;
    },
    // arrows lead from message to message, Enter to the tools of one, Escape back to the box
    onKey(event) {
      const rows = this.messages();
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
    // for the Tab key the list is one stop: the message that had the focus last, or the newest; while a message has it,
    // its links and buttons are the next stops
    setStop() {
      const row = this.focusedRow?.isConnected ? this.focusedRow : this.messages().at(-1);
      if (this.stop && this.stop !== row) this.stop.tabIndex = -1;
      this.stop = row;
      if (row) row.tabIndex = 0;
    },
    onFocus(event) {
      const row = event.target.closest(".message");
      if (!row) return;
      this.focusedRow = row;
      this.setStop();
      setTabIndex(row, 0);
    },
    onBlur(event) {
      const row = event.target.closest(".message");
      if (row && !row.contains(event.relatedTarget)) setTabIndex(row, -1);
    },
    // for who writes, while the box is empty
    scrollByKey(event) {
      const { viewport } = this.$refs;
      const page = viewport.clientHeight * 0.9;
      if (event.key === "End") this.scrollToNewest();
      else if (event.key === "Home") viewport.scrollTop = -viewport.scrollHeight;
      else if (event.key === "PageUp") viewport.scrollTop -= page;
      else if (event.key === "PageDown") viewport.scrollTop += page;
      else return;
      event.preventDefault();
    },
    async focusTools(row) {
      await this.showTools(row);
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

// between the rows stand lines with the day, and before what is new
function neighbour(row, side) {
  const next = row[side];
  return next && !next.matches(".message") ? neighbour(next, side) : next;
}

function previousRow(row) {
  return neighbour(row, "previousElementSibling");
}

/** Have a line with some words before a row, or none; the day is above what is new. */
function separate(row, kind, words) {
  const lines = linesOf(row);
  const line = lines.find((each) => each.classList.contains(kind));
  if (line?.textContent === words) return;
  line?.remove();
  if (!words) return;
  const place = kind === "day" ? (lines.find((each) => each !== line) ?? row) : row;
  const added = Object.assign(document.createElement("div"), { className: kind, textContent: words });
  added.setAttribute("role", "separator");
  added.setAttribute("aria-label", words);
  place.before(added);
}

/** @returns {HTMLElement[]} */
function linesOf(row) {
  const previous = row.previousElementSibling;
  return previous?.matches(".day, .news") ? [...linesOf(previous), previous] : [];
}

function removeRow(row) {
  for (const line of linesOf(row)) line.remove();
  row.remove();
}

/** What is wider than its place can be scrolled by the keyboard. */
function setRegion(code) {
  const isWide = code.scrollWidth > code.clientWidth;
  for (const [name, value] of Object.entries({ tabindex: "0", role: "group", "aria-label": "Code" })) {
    if (isWide) code.setAttribute(name, value);
    else code.removeAttribute(name);
  }
}

/** @param {HTMLElement} row */
function setTabIndex(row, index) {
  for (const part of row.querySelectorAll("a, button")) /** @type {HTMLElement} */ (part).tabIndex = index;
}

/** @param {string} text */
function capitalize(text) {
  return text.charAt(0).toLocaleUpperCase() + text.slice(1);
}

/** @param {Date} at */
function dayOf(at) {
  const days = Quasar.date.getDateDiff(new Date(), at, "days");
  return days === 0 || days === 1 ? capitalize(relative.format(-days, "day")) : date.format(at);
}

/** The message that the address leads to, if it leads to one. */
function idInAddress() {
  return +(location.hash.match(/^#m(\d{1,15})$/)?.[1] ?? 0) || null;
}

async function copyCode(button) {
  await Quasar.copyToClipboard(button.parentElement.querySelector("pre").innerText);
  button.focus(); // where the clipboard may be used with HTTPS only, another way has taken the focus
  button.textContent = "Copied";
  setTimeout(() => (button.textContent = "Copy"), 1500);
}
