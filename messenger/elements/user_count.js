// @ts-check
// The browser's half of UserCount.

import { listen } from "socket_events";

/** @type {VueComponent} */
export default {
  template: "<q-btn><span>{{ count }}</span></q-btn>",
  data: () => ({ count: 0 }),
  mounted() {
    this.stopListening = listen({ "chat:users": ({ count }) => (this.count = count) });
  },
  unmounted() {
    this.stopListening();
  },
};
