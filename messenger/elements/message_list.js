// @ts-check
// The browser's half of MessageList: it shows a window of the conversation, misses nothing, and keeps its reader's place.

import { ChangeCursor } from "change_cursor";
import { watchConnection } from "connection_watch";
import { authorOf, idOf, MessageRows, textOf } from "message_rows";
import MessageTools from "message_tools";
import { RovingFocus } from "roving_focus";
import { listen } from "socket_events";
import TypingLine from "typing_line";

const MAX_ROWS = 500;
const mouse = matchMedia("(hover: hover)");

/** @type {VueComponent} */
export default {
  components: { MessageTools, TypingLine },
  template: `
    <div class="message-list" :class="{ 'is-empty': !hasBeenLive }" :data-live="live || null">
      <div ref="viewport" class="viewport" tabindex="-1" role="region" aria-label="Conversation"
        @scroll.passive="onScroll" @keydown="onKey" @click="onClick" @mouseover="onHover" @mousedown="onPress">
        <div class="wall" @mouseleave="$refs.tools.leave()">
          <div ref="edge" class="edge">
            <q-btn v-if="oldestId" flat no-caps label="Earlier messages" tabindex="-1" @click="loadOlder" />
            <span v-else-if="oldestId === 0">Beginning of the conversation</span>
          </div>
          <div ref="rows" class="rows" role="log" aria-label="Messages" aria-live="polite" aria-relevant="additions"></div>
          <div v-show="newestId !== null" ref="newerEdge" class="edge"></div>
          <message-tools ref="tools" :me="me" :reactions="reactions" @react="react" @reply="reply" @link="copyLink"
            @pick="$emit('pick', $event)" @edit="$emit('edit', $event)" @delete="$emit('delete', $event)" />
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
      <typing-line ref="typing" :me="me" />
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
  }),

  computed: {
    pillLabel() {
      if (!this.unread) return "Newest ↓";
      return `${this.unread} new message${this.unread > 1 ? "s" : ""} ${this.isLineAbove ? "↑" : "↓"}`;
    },
  },
  watch: {
    unread(count) {
      getElement(this.tab)?.setUnread(count);
    },
  },

  created() {
    this.changes = new ChangeCursor();
    this.editedRow = null;
    this.goal = idInAddress(); // the message to jump to once it is here
    this.askedBefore = this.askedAfter = null; // the ends that more messages have been asked for, on this connection
    this.skipped = []; // changes of messages that are not here, but may be on their way as they were before
    this.highestId = 0; // of all messages that are known of, here or not
    this.seenKey = `messenger:seen:${this.me}`;
    this.seenId = +(localStorage.getItem(this.seenKey) ?? 0); // the reader has seen all messages up to this one
    this.hasSeenLine = false;
  },
  mounted() {
    this.rows = new MessageRows(this.$refs.rows, this.me);
    this.focus = new RovingFocus(this.rows);
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
      "chat:check": () => {},
    });
    this.edgeObserver = new IntersectionObserver(this.onEdge, { root: this.$refs.viewport, rootMargin: "300px" });
    this.watchEdges();
    this.timers = [watchConnection(window.socket), setInterval(() => this.rows.updateDays(), 60000)];
    document.addEventListener("visibilitychange", this.onVisibility);
    window.addEventListener("hashchange", this.onAddress);
    if (window.socket.connected) this.sync();
  },
  unmounted() {
    this.stopListening();
    document.removeEventListener("visibilitychange", this.onVisibility);
    window.removeEventListener("hashchange", this.onAddress);
    this.edgeObserver.disconnect();
    this.timers.forEach(clearInterval);
  },

  methods: {
    emit(name, data = {}) {
      window.socket.emit(`chat:${name}`, data);
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
      this.emit("sync", this.changes.startSync());
    },
    onReset({ number }) {
      if (number !== this.changes.syncNumber) return;
      this.rows.clear();
      this.changes.reset();
      this.oldestId = this.newestId = null;
    },
    onSyncedMessages({ number, messages, history }) {
      if (number !== this.changes.syncNumber) return;
      if (history) this.upsertMessages(messages, true);
      else this.addNews(messages);
    },
    finishSync({ number, seq, oldest_id }) {
      if (number !== this.changes.syncNumber) return;
      const isComplete = this.changes.finishSync(seq);
      if (oldest_id !== null) this.setOldest(oldest_id);
      if (!isComplete) return this.sync();
      if (!this.hasBeenLive) this.findWhereLeftOff();
      this.live = this.hasBeenLive = true;
      this.onScroll();
      this.watchEdges();
      if (this.goal) this.jump(this.goal);
      getElement(this.queue).resend();
    },
    onMessages({ messages, follows }) {
      const { seq } = messages.at(-1);
      this.addNews(messages);
      if (this.changes.advance(follows, seq)) return;
      if (this.live) this.sync();
      else this.changes.note(follows, seq);
    },

    // --- rows: those of `history` may go before the first one, others only where the conversation is here

    addNews(messages) {
      this.keepInPlace(() => this.notice(this.upsertMessages(messages)));
      this.limitRows(this.isNearEnd());
    },
    upsertMessages(messages, history = false) {
      const added = [];
      for (const message of messages) {
        const row = this.rows.get(message.id);
        if (row) this.rows.update(row, message);
        else if (history || this.isWithin(message.id)) added.push(this.rows.insert(message));
        else this.skip(message);
        const isOwn = this.rows.get(message.id)?.dataset.author === this.me;
        if (isOwn) getElement(this.queue).confirm(message.client_message_id);
        this.highestId = Math.max(this.highestId, message.id);
      }
      this.$refs.tools.update();
      this.focus.update();
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
      const rows = this.rows.all();
      const surplus = rows.length - MAX_ROWS;
      if (surplus <= 0) return;
      this.keepInPlace(() => {
        for (const row of isEndNear ? rows.slice(0, surplus) : rows.slice(-surplus)) this.rows.remove(row);
      });
      if (isEndNear) this.setOldest(idOf(rows[surplus]));
      else this.newestId = idOf(rows.at(-surplus - 1));
    },
    // what is read stays where it is, whether or not the browser sees to that; at the end, what is new comes into view
    keepInPlace(change) {
      const { viewport } = this.$refs;
      if (this.newestId === null && viewport.scrollTop > -2) return change();
      const top = viewport.getBoundingClientRect().top;
      const anchor = this.rows.all().find((row) => row.getBoundingClientRect().bottom > top);
      const place = anchor?.getBoundingClientRect().top;
      change();
      const moved = anchor?.isConnected ? anchor.getBoundingClientRect().top - place : 0;
      if (moved) viewport.scrollTop += moved;
    },

    // --- older and newer messages, and the way to one of them

    setOldest(id) {
      this.oldestId = id;
      this.rows.removeBefore(id);
      this.focus.update();
      this.watchEdges();
    },
    // the messages up to this one are here; others may have come, and not have been placed, while these were on their way
    setNewest(id) {
      const last = this.rows.last ? idOf(this.rows.last) : 0;
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
      this.upsertMessages(this.skipped.splice(0).filter(({ id }) => this.rows.get(id)));
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
      this.rows.clear();
      this.placePage(messages);
      this.setOldest(oldest_id);
      this.setNewest(newest_id);
      this.goal = null;
      if (this.rows.get(message_id)) this.jump(message_id);
    },
    jump(id) {
      const row = this.rows.get(id);
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

    isFollowing() {
      return !document.hidden && this.newestId === null && this.$refs.viewport.scrollTop > -40;
    },
    // after a login: the line is where it was when this user was here the last time
    findWhereLeftOff() {
      if (!this.seenId || !this.rows.last) return;
      const isLoaded = this.oldestId <= this.seenId + 1;
      const news = this.rows.all().filter((row) => idOf(row) > this.seenId && row.dataset.author !== this.me);
      this.unread = isLoaded ? news.length : idOf(this.rows.last) - this.seenId;
      if (this.unread) this.drawLine(isLoaded ? idOf(news[0]) : this.seenId + 1);
    },
    notice(rows) {
      const news = rows.filter((row) => row.dataset.author !== this.me);
      for (const row of rows) this.$refs.typing.forget(row.dataset.author);
      if (this.isFollowing()) this.onScroll();
      if (!news.length) return;
      if (!this.isFollowing()) {
        if (!this.unread) this.drawLine(idOf(news[0]));
        this.unread += news.length;
      }
      if (!document.hidden && document.hasFocus()) return;
      const mentions = news.filter((row) => row.querySelector(".of-me"));
      const last = mentions.at(-1) ?? news.at(-1);
      const content = { author: authorOf(last), text: textOf(last) };
      getElement(this.tab)?.announce({ ...content, isMention: mentions.length > 0, onClick: this.toNews });
    },
    drawLine(id) {
      this.rows.drawLine(id);
      this.hasSeenLine = false;
    },
    // whether what is new begins above what can be seen, or further back than what is here
    isLineOutOfSight() {
      const { firstUnreadId } = this.rows;
      const row = this.rows.get(firstUnreadId);
      if (!row) return firstUnreadId > 0 && firstUnreadId < (this.oldestId ?? 0);
      return row.getBoundingClientRect().top < this.$refs.viewport.getBoundingClientRect().top;
    },
    onScroll() {
      this.isFar = this.$refs.viewport.scrollTop < -400;
      this.isLineAbove = this.isLineOutOfSight();
      if (!this.isLineAbove) this.hasSeenLine = true;
      if (!this.isFollowing() || (this.unread && !this.hasSeenLine)) return;
      this.unread = 0;
      this.seenId = Math.max(this.seenId, this.highestId);
      localStorage.setItem(this.seenKey, this.seenId);
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
      const row = this.rows.get(this.rows.firstUnreadId);
      if (row) row.scrollIntoView();
      else this.jump(this.rows.firstUnreadId);
      return true;
    },
    scrollToNewest() {
      this.hasSeenLine = true;
      this.focus.reset();
      this.$refs.viewport.scrollTop = 0;
      if (this.newestId === null) return this.onScroll();
      this.changes.reset(); // the newest messages instead of a window into the past
      this.sync();
    },

    // --- what is done with a message

    reply(id) {
      const row = this.rows.get(id);
      if (!row) return;
      getElement(this.queue).reply(id);
      this.$emit("reply", { author: authorOf(row), line: textOf(row).split("\n")[0].slice(0, 100) });
    },
    react(id, emoji) {
      this.emit("react", { message_id: id, emoji });
    },
    copyText(id) {
      const row = this.rows.get(id);
      if (row) Quasar.copyToClipboard(textOf(row));
    },
    copyLink(id) {
      Quasar.copyToClipboard(new URL(`#m${id}`, location.href).href);
    },
    editLast(event) {
      const own = [...this.$refs.rows.querySelectorAll(".message.own:not(.deleted)")].at(-1);
      event.preventDefault();
      if (own) this.$emit("edit", idOf(own));
    },
    markEdited(id) {
      this.editedRow?.classList.remove("being-edited");
      this.editedRow = id ? this.rows.get(id) : null;
      this.editedRow?.classList.add("being-edited");
    },

    // --- mouse, finger and keyboard

    onClick(event) {
      const part = event.target.closest("[data-action], a, .message, .tools");
      const row = part?.closest(".message");
      if (!part) this.$refs.tools.hide();
      else if (part.dataset.action === "react") this.react(idOf(row), part.dataset.emoji);
      else if (part.dataset.action === "jump") this.jump(+part.dataset.target);
      else if (part.dataset.action === "copy") copyCode(part);
      else if (part === row && getSelection()?.isCollapsed) this.offerActions(row);
    },
    offerActions(row) {
      if (mouse.matches) this.$refs.tools.show(row);
      else if (!row.classList.contains("deleted")) this.$emit("tap", idOf(row), row.dataset.author === this.me);
    },
    onHover(event) {
      const row = event.target.closest(".message");
      if (row && mouse.matches && !event.buttons && getSelection()?.isCollapsed) this.$refs.tools.show(row);
    },
    // nothing is in the way of who marks text
    onPress(event) {
      if (!event.target.closest(".tools")) this.$refs.tools.hide();
    },
    // arrows lead from message to message, Enter to the tools of one, Escape back to the box
    onKey(event) {
      const rows = this.rows.all();
      const index = rows.indexOf(event.target.closest(".message"));
      const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (event.target.closest(".tools")) return;
      if (event.key === "End") this.scrollToNewest();
      else if (event.key === "Escape") getElement(this.queue).area.focus();
      else if (step) (index < 0 ? rows.at(-1) : rows[index + step])?.focus();
      else if (event.key === "Enter" && event.target === rows[index]) this.$refs.tools.focus(rows[index]);
      else return;
      event.preventDefault();
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
  },
};

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
