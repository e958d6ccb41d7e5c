// @ts-check
// The browser's half of MessageList: it shows a window of one room, misses nothing, and keeps its reader's place.

import { ChangeCursor } from "change_cursor";
import { watchConnection } from "connection_watch";
import { MessageRange } from "message_range";
import { authorOf, idOf, isNotice, MessageRows, textOf } from "message_rows";
import MessageTools from "message_tools";
import { RovingFocus } from "roving_focus";
import { listen } from "socket_events";
import TypingLine from "typing_line";
import { UnreadMessages } from "unread_messages";
import { Viewport } from "viewport";

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
            <q-btn v-if="ends.oldestId" flat no-caps label="Earlier messages" tabindex="-1" @click="loadOlder" />
            <span v-else-if="ends.oldestId === 0">Beginning of the conversation</span>
          </div>
          <div ref="rows" class="rows" role="log" aria-label="Messages" aria-live="polite" aria-relevant="additions"></div>
          <div v-show="ends.newestId !== null" ref="newerEdge" class="edge"></div>
          <message-tools ref="tools" :me="me" :reactions="reactions" @react="react" @reply="reply" @link="copyLink"
            @pick="$emit('pick', $event)" @edit="$emit('edit', $event)" @delete="$emit('delete', $event)" />
        </div>
      </div>
      <div class="pill">
        <q-btn v-if="pill.unread || isFar || ends.newestId !== null" rounded unelevated no-caps color="primary"
          :label="pillLabel" @click="toNews" />
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
  props: { me: String, queue: Number, tab: Number, reactions: Array, room: Number, slug: String },
  emits: ["reply", "edit", "delete", "pick", "tap", "show"],
  data: () => ({
    live: false, // whether everything has come, and what is posted can be sent
    hasBeenLive: false,
    isReceiving: false, // whether the socket is connected
    ends: { oldestId: null, newestId: null }, // of what is here, as `MessageRange` knows them
    pill: { unread: 0, isLineAbove: false }, // what it tells, as `UnreadMessages` counts it
    isFar: false, // whether the newest messages are far below what is in sight
  }),

  computed: {
    pillLabel() {
      const { unread, isLineAbove } = this.pill;
      if (!unread) return "Newest ↓";
      return `${unread} new message${unread > 1 ? "s" : ""} ${isLineAbove ? "↑" : "↓"}`;
    },
  },
  watch: {
    live() {
      this.viewport.lookAgain();
    },
    ends: { handler: "onEndsMoved", deep: true },
    "pill.unread"(count) {
      getElement(this.tab)?.setUnread(count);
    },
  },

  created() {
    this.changes = new ChangeCursor();
    this.editedRow = null;
    this.shown = { id: this.room, slug: this.slug }; // the room that is here
    this.places = new Map(); // by room: what was at the top when it was left, as { id, offset }; null at the end
    this.goal = idInAddress(); // the message to jump to once it is here
    this.place = null; // where that one is to be, if it is only where the reader was
  },
  mounted() {
    this.rows = new MessageRows(this.$refs.rows, this.me);
    this.viewport = new Viewport(this.$refs.viewport, this.rows);
    this.range = new MessageRange(this.rows, this.viewport, this.ends);
    this.unread = new UnreadMessages(this.rows, this.viewport, this.pill, this.room);
    this.focus = new RovingFocus(this.rows);
    this.stopListening = listen({
      connect: this.syncAnew,
      disconnect: () => (this.live = this.isReceiving = false),
      "chat:messages": this.onMessages,
      "chat:reset": this.onReset,
      "chat:synced_messages": this.onSyncedMessages,
      "chat:sync_finished": this.finishSync,
      "chat:older_messages": this.onOlderMessages,
      "chat:newer_messages": this.onNewerMessages,
      "chat:window": this.onWindow,
      "chat:resync": this.syncAnew,
      "chat:check": () => {},
    });
    this.viewport.watch(this.$refs.edge, this.loadOlder);
    this.viewport.watch(this.$refs.newerEdge, this.loadNewer);
    this.timers = [
      watchConnection(window.socket, () => this.live, this.sync),
      setInterval(() => this.rows.updateDays(), 60000),
    ];
    document.addEventListener("visibilitychange", this.onVisibility);
    window.addEventListener("hashchange", this.onAddress);
    if (window.socket.connected) this.sync();
  },
  unmounted() {
    this.stopListening();
    document.removeEventListener("visibilitychange", this.onVisibility);
    window.removeEventListener("hashchange", this.onAddress);
    this.viewport.stopWatching();
    this.timers.forEach(clearInterval);
  },

  methods: {
    emit(name, data) {
      window.socket.emit(`chat:${name}`, data);
    },

    // --- synchronization: the page says how far it has come, and gets what it misses

    // on another connection, or when something could not be answered
    syncAnew() {
      this.range.forgetRequests();
      this.sync();
    },
    sync() {
      this.live = false;
      this.isReceiving = true;
      this.emit("sync", { ...this.changes.startSync(), room: this.shown.id });
    },
    onReset({ number }) {
      if (number !== this.changes.syncNumber) return;
      this.range.reset();
      this.changes.reset();
    },
    onSyncedMessages({ number, messages, history }) {
      if (number !== this.changes.syncNumber) return;
      if (history) this.upsertMessages(messages, true);
      else this.addNews(messages);
    },
    finishSync({ number, seq, oldest_id }) {
      if (number !== this.changes.syncNumber) return;
      const isComplete = this.changes.finishSync(seq);
      if (oldest_id !== null) this.range.setOldest(oldest_id);
      if (!isComplete) return this.sync();
      this.unread.restore(this.ends.oldestId);
      this.live = this.hasBeenLive = true;
      this.onScroll();
      if (this.goal) this.show(this.goal);
      getElement(this.queue).resend();
    },
    onMessages({ messages, follows, room }) {
      if (room !== this.shown.id) return;
      const { seq } = messages.at(-1);
      this.addNews(messages);
      if (this.changes.advance(follows, seq)) return;
      if (this.live) this.sync();
      else this.changes.note(follows, seq);
    },

    // --- another room: it is asked for at once, and what is here stays until it comes

    openRoom(id, slug, messageId) {
      if (id === this.shown.id) return messageId && this.jump(messageId);
      const first = this.isFollowing() ? null : this.viewport.first();
      this.places.set(this.shown.id, first && { id: idOf(first), offset: this.viewport.offsetOf(first) });
      this.shown = { id, slug };
      this.place = messageId ? null : this.places.get(id);
      this.goal = messageId ?? this.place?.id ?? null;
      this.$refs.tools.hide();
      this.$refs.typing.clear();
      this.unread.enterRoom(id);
      this.range.forgetRequests();
      this.changes.reset();
      getElement(this.queue).enterRoom(id);
      this.sync();
    },
    /** The last message that has been seen in a room; those of an unknown room count from where its user was last. */
    seenIn(room) {
      return this.unread.seenIn(room, this.range.highestId);
    },

    // --- rows: those of `history` may go before the first one, others only where the conversation is here

    addNews(messages) {
      this.range.keepInSight(() => this.notice(this.upsertMessages(messages)));
      this.range.limit(this.viewport.isNearEnd());
    },
    upsertMessages(messages, history = false) {
      const added = [];
      for (const message of messages) {
        const row = this.rows.get(message.id);
        if (row) this.rows.update(row, message);
        else if (history || this.range.includes(message.id)) added.push(this.rows.insert(message));
        else this.skip(message);
        if (this.rows.isOwn(this.rows.get(message.id))) getElement(this.queue).confirm(message.client_message_id);
        this.range.highestId = Math.max(this.range.highestId, message.id);
      }
      this.$refs.tools.update();
      this.focus.update();
      return added;
    },
    // it is not here, but may be on its way as it was before; or it is new, below a window into the past
    skip(message) {
      if (this.range.isWaiting() || this.goal) this.range.skipped.push(message);
      if (message.id > this.range.highestId) this.pill.unread++;
    },

    // --- older and newer messages, and the way to one of them

    onEndsMoved() {
      this.focus.update();
      this.viewport.lookAgain();
    },
    loadOlder() {
      const request = this.live && this.range.requestOlder();
      if (request) this.emit("load_older", request);
    },
    loadNewer() {
      const request = this.live && this.range.requestNewer();
      if (request) this.emit("load_newer", request);
    },
    // a page may be older than a change that came while it was on its way
    placePage(messages) {
      this.upsertMessages(messages, true);
      this.upsertMessages(this.range.takeSkipped());
    },
    onOlderMessages({ before, messages, oldest_id, room }) {
      if (before !== this.ends.oldestId || room !== this.shown.id) return;
      this.placePage(messages);
      this.range.setOldest(oldest_id);
      this.range.limit(false);
    },
    onNewerMessages({ after, messages, newest_id, room }) {
      if (after !== this.ends.newestId || room !== this.shown.id) return;
      this.range.keepInSight(() => this.placePage(messages));
      this.range.setNewest(newest_id);
      this.range.limit(true);
    },
    onWindow({ message_id, messages, oldest_id, newest_id, room }) {
      if (message_id !== this.goal || room !== this.shown.id) return;
      this.rows.clear();
      this.placePage(messages);
      this.range.setOldest(oldest_id);
      this.range.setNewest(newest_id);
      this.goal = null;
      if (this.rows.get(message_id)) this.show(message_id);
    },
    jump(id) {
      this.place = null;
      this.show(id);
    },
    show(id) {
      const row = this.rows.get(id);
      this.goal = row ? null : id;
      if (!row) return this.emit("jump", { message_id: id });
      if (this.place) return this.viewport.putAt(row, this.place.offset);
      row.scrollIntoView({ block: "center" });
      row.focus({ preventScroll: true });
      row.classList.add("flash");
      setTimeout(() => row.classList.remove("flash"), 2000);
    },
    onAddress() {
      const id = idInAddress();
      if (id) this.jump(id);
    },

    // --- keeping up with what is new

    isFollowing() {
      return !document.hidden && this.range.isAtEnd && this.viewport.distance < 40;
    },
    notice(rows) {
      const news = rows.filter((row) => !this.rows.isOwn(row) && !isNotice(row));
      for (const row of rows) this.$refs.typing.forget(row.dataset.author);
      if (this.isFollowing()) this.onScroll();
      else if (news.length) this.unread.add(news);
      if (news.length && (document.hidden || !document.hasFocus())) this.announce(news);
    },
    announce(news) {
      const mentions = news.filter((row) => row.querySelector(".of-me"));
      const last = mentions.at(-1) ?? news.at(-1);
      const content = { author: authorOf(last), text: textOf(last) };
      getElement(this.tab)?.announce({ ...content, isMention: mentions.length > 0, onClick: this.toNews });
    },
    onScroll() {
      this.isFar = this.viewport.distance > 400;
      this.unread.update(this.ends.oldestId);
      if (this.isFollowing()) this.unread.markSeen(this.range.highestId);
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
      if (!this.pill.unread || !this.unread.isLineAbove(this.ends.oldestId)) return false;
      this.unread.hasSeenLine = true;
      const row = this.rows.get(this.rows.lineId);
      if (row) row.scrollIntoView();
      else this.jump(this.rows.lineId);
      return true;
    },
    scrollToNewest() {
      this.unread.hasSeenLine = true;
      this.focus.reset();
      this.viewport.scrollToEnd();
      if (this.range.isAtEnd) return this.onScroll();
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
      this.emit("react", { message_id: id, emoji, on: !this.rows.hasOwnReaction(id, emoji) });
    },
    copyText(id) {
      const row = this.rows.get(id);
      if (row) copy(textOf(row));
    },
    copyLink(id) {
      copy(new URL(`/chat/${this.shown.slug}/${id}`, location.href).href);
    },
    editLast(event) {
      const own = [...this.$refs.rows.querySelectorAll(".message.own:not(.deleted, .notice)")].at(-1);
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
      const part = event.target.closest("[data-action], a, audio, video, .message, .tools");
      const row = part?.closest(".message");
      if (!part) this.$refs.tools.hide();
      else if (part.dataset.action === "react") this.react(idOf(row), part.dataset.emoji);
      else if (part.dataset.action === "jump") this.jump(+part.dataset.target);
      else if (part.dataset.action === "copy") copyCode(part);
      else if (part.dataset.action === "show") this.showPicture(event, part);
      else if (part === row && getSelection()?.isCollapsed) this.offerActions(row);
    },
    // with Ctrl and the like it opens in another tab, as every link
    showPicture(event, picture) {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.$emit("show", { address: picture.getAttribute("href"), name: picture.title });
    },
    offerActions(row) {
      if (mouse.matches) this.$refs.tools.show(row);
      else if (!row.matches(".deleted, .notice")) this.$emit("tap", idOf(row), this.rows.isOwn(row));
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
      if (event.key === "End") this.scrollToNewest();
      else if (!this.viewport.scrollByKey(event.key)) return;
      event.preventDefault();
    },
  },
};

/** The message that the address leads to, if it leads to one; before there were rooms, addresses ended with it. */
function idInAddress() {
  const [, id] = `${location.pathname}${location.hash}`.match(/^\/chat(?:\/[^/]+\/|.*#m)(\d{1,15})$/) ?? [];
  return +(id ?? 0) || null;
}

// without HTTPS Quasar copies from a text area of its own, which takes the focus
async function copy(text) {
  const focused = /** @type {HTMLElement | null} */ (document.activeElement);
  await Quasar.copyToClipboard(text);
  focused?.focus({ preventScroll: true });
}

async function copyCode(button) {
  await copy(button.parentElement.querySelector("pre").innerText);
  button.textContent = "Copied";
  setTimeout(() => (button.textContent = "Copy"), 1500);
}
