// @ts-check
// The browser's half of UserCount.

/** @type {VueComponent} */
export default {
  template: "<q-btn><span>{{ count }}</span></q-btn>",
  data: () => ({ count: 0 }),
  mounted() {
    window.socket.on("chat:users", this.onUsers);
  },
  unmounted() {
    window.socket.off("chat:users", this.onUsers);
  },
  methods: {
    onUsers(event) {
      this.count = event.count;
    },
  },
};
