// @ts-check
// The browser's half of PostQueue: a text leaves the box at once, and is kept in this browser until it has been stored.

import FileTray from "file_tray";
import { listen } from "socket_events";

const mouse = matchMedia("(hover: hover)"); // a phone's keyboard hides half of the conversation, and has no Shift + Enter
const GENERAL = 1; // the room that is always there
const COUNT_FROM = 200; // what is left is counted when it is less
const MAX_LENGTH = 20_000; // the server closes a connection that sends more than any message may have
const TOO_LONG = "This text is far too long for one message. Please send it in parts.";

/** @type {VueComponent} */
export default {
  components: { FileTray },
  template: `
    <div class="post-queue">
      <p v-for="item in pendingHere" :key="item.client_message_id" class="pending">{{ labelOf(item) }}</p>
      <div ref="refusal" :id="'refusal-' + box" class="refusal" role="alert">{{ refusal }}</div>
      <div v-if="left < ${COUNT_FROM}" class="counter" :class="{ refusal: left < 0 }">{{ left }}</div>
      <file-tray v-if="area" ref="tray" :area="area" v-bind="uploads" @change="onFiles" @refuse="refusal = $event"
        @settle="onSettled" />
    </div>
  `,
  props: { me: String, box: Number, messages: Number, maxLength: Number, firstRoom: Number, uploads: Object },
  emits: ["context", "emptied"],
  data: () => ({
    pending: /** @type {any[]} */ ([]), // on their way: { client_message_id, text } and what they reply to or edit
    refusal: "",
    left: Infinity,
    room: 0, // that is shown; what is written belongs to it
    area: /** @type {any} */ (null), // what is written in
  }),
  computed: {
    pendingHere() {
      return this.pending.filter((item) => roomOf(item) === this.room);
    },
  },

  created() {
    this.room = this.firstRoom;
    this.drafts = {}; // by room: { draft, edit }
    this.context = {}; // what the next text is: { reply_to } for a reply, { message_id } for an edit
    this.aside = null; // the draft that an edit has interrupted: { text, context }
    this.isWaiting = false; // for files that are on their way, to be submitted with them
    this.isHeld = false; // what is pending goes one by one, since the server has asked for some time between
    this.retry = null;
  },
  mounted() {
    this.area = Vue.markRaw(getHtmlElement(this.box));
    this.area.setAttribute("aria-describedby", this.$refs.refusal.id);
    this.area.addEventListener("input", this.onInput);
    this.area.addEventListener("keydown", this.onKey);
    window.addEventListener("keydown", this.onKeyAnywhere, true); // before the help hears of it
    window.addEventListener("beforeunload", this.onUnload);
    this.stopListening = listen({ "chat:confirmed": this.onConfirmed, "chat:rejected": this.onRejected });
    this.load();
    if (mouse.matches) this.area.focus();
  },
  unmounted() {
    window.removeEventListener("keydown", this.onKeyAnywhere, true);
    window.removeEventListener("beforeunload", this.onUnload);
    this.stopListening();
    clearTimeout(this.retry);
  },

  methods: {
    // --- sending, once however often

    submit(event) {
      if (event && !mouse.matches) return;
      // not with Shift, and not while an input method composes (keyCode 229 is Safari's way to say so)
      if (event?.shiftKey || event?.isComposing || event?.keyCode === 229) return;
      if (event && isInFence(this.area.value.slice(0, this.area.selectionStart))) return;
      event?.preventDefault();
      const text = this.area.value.toWellFormed?.() ?? this.area.value;
      this.area.focus();
      if (!text.trim() && this.context.message_id) this.$emit("emptied", this.context.message_id);
      const files = this.context.message_id ? [] : this.$refs.tray.files; // an edit leaves them for the next message
      if (!text.trim() && !files.length) return;
      if (text.length > MAX_LENGTH) {
        this.refusal = TOO_LONG;
        return;
      }
      if (files.length && !this.isReady()) return;
      const item = { client_message_id: createRandomUUID(), text, room: this.room, ...this.context };
      if (files.length) item.files = this.$refs.tray.take();
      this.pending.push(item);
      if (!item.message_id) getElement(this.messages).scrollToNewest();
      this.leaveContext("");
      if (getElement(this.messages).live && !this.isHeld) this.send(item, false);
    },
    // whether all files have been sent; otherwise what is written goes with them as soon as they have
    isReady() {
      const { tray } = this.$refs;
      if (tray.isRefused()) this.refusal = "Remove the file that cannot be sent, and send again.";
      else if (tray.isBusy()) this.refusal = "This is sent as soon as its files are there.";
      else return true;
      this.isWaiting = tray.isBusy() && !tray.isRefused();
      return false;
    },
    onSettled() {
      if (!this.isWaiting) return;
      this.isWaiting = false;
      this.refusal = "";
      this.submit();
    },
    onFiles() {
      this.refusal = "";
      this.isWaiting = this.isWaiting && this.$refs.tray.files.length > 0;
    },
    labelOf({ text, files = [] }) {
      const label = files.length ? `📎 ${files.length} file${files.length > 1 ? "s" : ""}` : "";
      return [text, label].filter(Boolean).join("\n");
    },
    send(item, repeated) {
      const { room, ...rest } = item;
      if (item.message_id) window.socket.emit("chat:edit", { ...rest, repeated });
      else window.socket.emit("chat:post", { ...rest, room: roomOf(item), repeated });
    },
    // the page is up to date, for the first time or again
    resend() {
      clearTimeout(this.retry);
      this.retry = null;
      if (!this.pending.length) this.isHeld = false;
      if (!getElement(this.messages).live) return;
      for (const item of this.isHeld ? this.pending.slice(0, 1) : this.pending) this.send(item, true);
    },
    // nothing overtakes what waits: the order of what was written stays
    hold(seconds, sentence) {
      this.refusal = sentence;
      if (this.retry) return;
      this.isHeld = true;
      this.retry = setTimeout(this.resend, seconds * 1000);
    },
    hasUnsent() {
      return this.pending.length > 0;
    },
    confirm(clientMessageId, isRefused = false) {
      const index = this.pending.findIndex((item) => item.client_message_id === clientMessageId);
      if (index < 0) return null;
      const [item] = this.pending.splice(index, 1);
      if (item.files && !isRefused) this.$refs.tray?.forget(item.files);
      this.save();
      if (this.isHeld && !this.retry) {
        this.refusal = "";
        this.resend();
      }
      return item;
    },
    onConfirmed({ client_message_id }) {
      this.confirm(client_message_id);
    },
    // what was refused goes back into the box, before what has been typed since
    onRejected({ client_message_id, sentence, retry_after }) {
      if (client_message_id && retry_after) return this.hold(retry_after, sentence);
      const item = this.confirm(client_message_id, true);
      if (item?.files) this.$refs.tray?.restore(item.files);
      if (item && roomOf(item) !== this.room) this.keepForRoom(item);
      else if (item) {
        const { text, reply_to, message_id } = item;
        this.setContext(message_id ? { message_id } : reply_to ? { reply_to } : {});
        this.fill([text, this.area.value].filter(Boolean).join("\n"));
      }
      this.refusal = sentence;
    },

    keepForRoom({ room, text }) {
      const { draft } = this.drafts[room] ?? {};
      this.drafts[room] = { draft: { text: [text, draft?.text].filter(Boolean).join("\n"), context: {} }, edit: null };
      this.save();
    },

    // --- another room has another draft

    enterRoom(room) {
      this.save();
      this.room = room;
      this.isWaiting = false; // what was to be sent with its files stays in the draft
      this.refusal = "";
      this.restore();
    },
    restore() {
      const { draft, edit } = this.drafts[this.room] ?? {};
      this.aside = null;
      this.setContext(draft?.context ?? {});
      this.fill(draft?.text ?? "");
      if (edit) this.edit(edit.context.message_id, edit.text);
    },

    // --- what the next text is

    reply(id) {
      if (this.context.message_id) this.leaveContext("");
      this.setContext({ reply_to: id });
      this.area.focus();
    },
    edit(id, text) {
      if (!this.context.message_id) this.aside = { text: this.area.value, context: this.context };
      this.setContext({ message_id: id });
      this.fill(text);
      this.area.focus();
    },
    cancel() {
      this.leaveContext(this.area.value);
      this.area.focus();
    },
    setContext(context) {
      const kind = kindOf(context);
      if (kind || kindOf(this.context)) this.$emit("context", kind);
      this.context = context;
      getElement(this.messages).markEdited(context.message_id);
      this.save();
    },
    // a reply or an edit is over; the draft that an edit has interrupted comes back
    leaveContext(text) {
      const draft = (this.context.message_id && this.aside) || { text, context: {} };
      this.aside = null;
      this.setContext(draft.context);
      this.fill(draft.text);
    },
    insert(text) {
      this.area.setRangeText(text, this.area.selectionStart, this.area.selectionEnd, "end");
      this.area.focus();
      this.area.dispatchEvent(new Event("input", { bubbles: true }));
    },
    fill(text) {
      this.area.value = text;
      this.area.dispatchEvent(new Event("input", { bubbles: true }));
      this.area.dispatchEvent(new Event("change")); // QInput knows it now; when it loses the focus, it writes what it knows
    },
    // what is typed anywhere goes into the box; `?` only after other words, since it opens the help, and `/` the search
    onKeyAnywhere(event) {
      const isText =
        event.key.length === 1 && !" /".includes(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey;
      const isElsewhere = event.target.closest?.("input, textarea, select, [contenteditable]");
      if (!isText || isElsewhere || document.querySelector(".q-dialog--modal, .q-menu")) return;
      if (event.key !== "?" || this.area.value) this.area.focus();
    },
    onKey(event) {
      if (event.key === "Enter") this.submit(event);
      else if (this.area.value) return;
      else if (event.key === "ArrowUp") getElement(this.messages).editLast(event);
      else if (!event.shiftKey) getElement(this.messages).scrollByKey(event);
    },
    onInput() {
      this.refusal = "";
      this.isWaiting = false;
      this.left = this.maxLength - [...this.area.value.trim()].length;
      this.save();
    },

    // --- what is not sent yet survives a reload, a restart and a closed tab, by the name of its writer; the copy in the tab
    // goes first, and tells the login screen that something is waiting

    key() {
      return `messenger:unsent:${this.me}`;
    },
    save() {
      const written = { text: this.area.value, context: this.context };
      const isEdit = kindOf(this.context) === "edit";
      const draft = isEdit ? this.aside : written;
      if (draft?.text || isEdit) this.drafts[this.room] = { draft, edit: isEdit ? written : null };
      else delete this.drafts[this.room];
      const kept = { pending: this.pending, drafts: this.drafts };
      for (const storage of [sessionStorage, localStorage]) {
        if (this.pending.length || Object.keys(this.drafts).length) storage.setItem(this.key(), JSON.stringify(kept));
        else storage.removeItem(this.key());
      }
    },
    load() {
      const kept = JSON.parse(sessionStorage.getItem(this.key()) ?? localStorage.getItem(this.key()) ?? "{}");
      this.pending = kept.pending ?? [];
      this.drafts = kept.drafts ?? {};
      if (kept.draft) this.drafts[GENERAL] ??= { draft: kept.draft, edit: kept.edit }; // of a version without rooms
      if (this.drafts[this.room]) this.restore();
    },
    // nothing is lost by leaving, but what the server has not stored would be sent much later
    onUnload(event) {
      if (this.pending.length && window.socket.connected) event.preventDefault();
    },
  },
};

function roomOf(item) {
  return item.room ?? GENERAL; // one that was written in a version without rooms
}

function kindOf(context) {
  return context.message_id ? "edit" : context.reply_to ? "reply" : "";
}

// whether a block of code has been begun and not ended, so that Enter breaks the line
function isInFence(text) {
  let fence = "";
  for (const line of text.split("\n")) {
    const mark = line.match(/^ {0,3}(`{3,}(?=[^`]*$)|~{3,})/)?.[1] ?? "";
    if (!fence) fence = mark;
    else if (mark.startsWith(fence) && /^ *[`~]+\s*$/.test(line)) fence = "";
  }
  return fence !== "";
}
