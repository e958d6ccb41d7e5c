// @ts-check
// Keeps a page from loading again and again: the browser's half of ReloadLimit, and a part of BrowserTab.

const REFUSED = "Implicit handshake failed"; // NiceGUI's word for a page that the server does not know
const STORAGE_KEY = "messenger:refused"; // set in a tab that was refused and has not been connected since
const SENTENCE =
  "This page does not reach the server that made it. Please load it again in a minute, " +
  "or tell the operator that the load balancer sends pages to one server and their connections to another.";

/** @type {VueComponent} */
export default {
  template: "<div hidden></div>",
  mounted() {
    this.$nextTick(limitReloads);
  },
};

/** Load again at the first refusal only; to be called when everything is mounted, since NiceGUI makes the socket then. */
export function limitReloads() {
  const { socket } = window;
  const handlers = [...socket.listeners("connect_error")];
  socket.off("connect_error");
  socket.on("connect_error", (error) => {
    if (error.message === REFUSED && sessionStorage.getItem(STORAGE_KEY)) return tell();
    if (error.message === REFUSED) sessionStorage.setItem(STORAGE_KEY, "once");
    for (const handler of handlers) handler(error);
  });
  socket.on("connect", () => sessionStorage.removeItem(STORAGE_KEY));
}

function tell() {
  const again = { label: "Load again", color: "white", handler: () => location.reload() };
  Quasar.Notify.create({ message: SENTENCE, type: "negative", position: "top", timeout: 0, actions: [again] });
}
