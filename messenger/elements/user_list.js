// @ts-check
// The browser's half of UserList: what is the same for everybody is told once to all pages.

import { listen } from "socket_events";

/** @type {VueComponent} */
export default {
  template: `
    <div class="user-list">
      <q-btn flat round icon="close" aria-label="Close the list" @click="$emit('close')" />
      <q-input v-if="count > users.length" v-model="query" outlined dense debounce="300" label="Find somebody"
        @update:model-value="search" />
      <ul aria-label="People">
        <li v-for="(user, index) in found ?? users" :key="user.id"
          :class="{ 'is-away': user.away, 'is-elsewhere': !found && index >= here, 'is-first': index === here }">
          <bdi>{{ user.name }}</bdi>
          <span v-if="user.id === me" class="note">(you)</span>
          <span v-if="user.away" class="note">away</span>
          <span v-if="!found && index >= here" class="note">in another room</span>
        </li>
        <li v-if="!found && count > users.length" class="more">and {{ count - users.length }} more</li>
        <li v-if="found && !found.length" class="more">Nobody here has such a name.</li>
      </ul>
    </div>
  `,
  props: { me: String },
  emits: ["search", "close"],
  data: () => ({
    users: /** @type {any[]} */ ([]),
    here: 0,
    count: 0,
    query: "",
    found: /** @type {any[] | null} */ (null),
  }),
  mounted() {
    this.stopListening = listen({ "chat:users": this.onUsers });
  },
  unmounted() {
    this.stopListening();
  },
  methods: {
    onUsers({ users, count, here }) {
      this.users = users;
      this.here = here;
      this.count = count;
    },
    search(query) {
      if (query.trim()) this.$emit("search", query);
      else this.found = null;
    },
    showFound(query, users) {
      if (query === this.query) this.found = users;
    },
  },
};
