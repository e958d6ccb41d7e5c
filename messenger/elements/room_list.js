// @ts-check
// The browser's half of RoomList: what is new in any room is told once to all pages, and counted here.

import { listen } from "socket_events";

const MAX_COUNT = 99;
const NARROW = "(max-width: 48rem)"; // where the list covers the messages
const ALL = "all"; // what @all is marked with

/** @type {VueComponent} */
export default {
  template: `
    <ul class="room-list" aria-label="Rooms">
      <li v-for="room in rooms" :key="room.id">
        <button type="button" :aria-current="room.id === current ? 'page' : null" :aria-label="nameOf(room)"
          @click="open(room)">
          <bdi>{{ room.name }}</bdi>
          <span v-if="unread[room.id]" class="count" :class="{ 'of-me': unread[room.id].mention }">
            {{ unread[room.id].mention ? "@ " : "" }}{{ label(room.id) }}
          </span>
        </button>
      </li>
    </ul>
  `,
  props: { me: String, current: Number, messages: Number, tab: Number },
  emits: ["open", "find"],
  data: () => ({
    rooms: /** @type {{ id: number, name: string }[]} */ ([]),
    unread: /** @type {Record<number, { count: number, mention: boolean }>} */ ({}), // by room
  }),
  computed: {
    total() {
      return this.rooms.reduce((sum, { id }) => sum + (this.unread[id]?.count ?? 0), 0);
    },
  },
  watch: {
    current(now, before) {
      delete this.unread[now];
      this.ask([before]);
    },
    total(count) {
      getElement(this.tab)?.setUnread(count, "rooms");
      document.body.classList.toggle("has-news", count > 0);
    },
  },

  created() {
    this.news = {}; // by room: what has come since the server was last asked, as { id, isMention }
  },
  mounted() {
    this.stopListening = listen({
      "chat:rooms": this.onRooms,
      "chat:news": this.onNews,
      "chat:unread": this.onUnread,
      "chat:sync_finished": this.onSynced,
      disconnect: () => (this.isStale = true),
    });
    this.askForRooms();
    this.$el.closest("aside")?.setAttribute("aria-label", "Rooms"); // where Quasar cannot put it
    window.addEventListener("keydown", this.onKeyAnywhere, true);
  },
  unmounted() {
    this.stopListening();
    window.removeEventListener("keydown", this.onKeyAnywhere, true);
  },

  methods: {
    label(id) {
      const { count } = this.unread[id];
      return count > MAX_COUNT ? `${MAX_COUNT}+` : String(count);
    },
    nameOf({ id, name }) {
      if (!this.unread[id]) return name;
      const { count, mention } = this.unread[id];
      return `${name}, ${this.label(id)} new message${count > 1 ? "s" : ""}${mention ? ", you are mentioned" : ""}`;
    },
    open(room) {
      this.$emit("open", room.id, matchMedia(NARROW).matches);
    },
    onRooms({ rooms }) {
      const known = this.rooms.map(({ id }) => id);
      this.rooms = rooms;
      this.ask(rooms.map(({ id }) => id).filter((id) => !known.includes(id)));
    },
    // after a reconnect nobody knows what has been missed elsewhere
    onSynced() {
      if (this.isStale) this.askForRooms();
      this.isStale = false;
    },
    askForRooms() {
      this.rooms = [];
      window.socket.emit("chat:count_unread", { seen: {} });
    },
    ask(ids) {
      const list = getElement(this.messages);
      const others = ids.filter((id) => id !== this.current);
      const seen = Object.fromEntries(others.map((id) => [id, list.seenIn(id)]));
      if (others.length) window.socket.emit("chat:count_unread", { seen });
    },
    // what has come after the server looked is counted in addition
    onUnread({ rooms, asked, last }) {
      this.last = Math.max(this.last ?? 0, last);
      for (const id of asked) {
        this.news[id] = (this.news[id] ?? []).filter((message) => message.id > last);
        this.setUnread(id, rooms[id] ?? { count: 0, mention: false }, this.news[id]);
      }
    },
    onNews({ rooms }) {
      for (const [id, messages] of Object.entries(rooms)) this.addNews(+id, messages);
    },
    addNews(id, messages) {
      const known = this.news[id] ?? [];
      const highest = Math.max(0, this.last ?? 0, ...known.map((message) => message.id));
      const news = messages
        .filter((message) => message.id > highest && message.author !== this.me)
        .map((message) => ({ ...message, isMention: [this.me, ALL].some((user) => message.mentions.includes(user)) }));
      this.news[id] = [...known, ...news].slice(-MAX_COUNT);
      this.setUnread(id, this.unread[id] ?? { count: 0, mention: false }, news);
      this.announce(id, news.filter(({ isMention }) => isMention).at(-1));
    },
    setUnread(id, { count, mention }, news) {
      const total = { count: count + news.length, mention: mention || news.some(({ isMention }) => isMention) };
      if (total.count && id !== this.current) this.unread[id] = total;
      else delete this.unread[id];
    },
    announce(id, message) {
      const room = this.rooms.find((each) => each.id === id);
      if (!room || !message || id === this.current) return;
      const text = `mentioned you in ${room.name}`;
      getElement(this.tab)?.announce({ author: message.name, text, isMention: true, onClick: () => this.open(room) });
    },
    onKeyAnywhere(event) {
      const isFind = (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key === "k";
      if (!isFind || document.querySelector(".q-dialog--modal, .q-menu")) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      this.$emit("find");
    },
  },
};
