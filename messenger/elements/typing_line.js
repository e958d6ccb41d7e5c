// @ts-check
// Who is typing, in a line below the messages.

import { listen } from "socket_events";

const TYPING_TIME = 5000; // after it somebody who has stopped is forgotten

/** @type {VueComponent} */
export default {
  template: '<div class="typing">{{ label }}</div>',
  props: { me: String },
  data: () => ({ names: /** @type {Record<string, string>} */ ({}) }),
  computed: {
    label() {
      const names = Object.values(this.names);
      if (!names.length) return "";
      if (names.length > 2) return "Several people are typing…";
      return `${names.join(" and ")} ${names.length > 1 ? "are" : "is"} typing…`;
    },
  },

  created() {
    this.timers = {};
  },
  mounted() {
    this.stopListening = listen({ "chat:typing": this.onTyping });
  },
  unmounted() {
    this.stopListening();
    Object.values(this.timers).forEach(clearTimeout);
  },

  methods: {
    onTyping({ users }) {
      for (const [user, name] of Object.entries(users)) {
        if (user === this.me) continue;
        clearTimeout(this.timers[user]);
        this.names[user] = name;
        this.timers[user] = setTimeout(() => this.forget(user), TYPING_TIME);
      }
    },
    // who is typing in another room is another matter
    clear() {
      this.names = {};
    },
    forget(user) {
      delete this.names[user];
    },
  },
};
