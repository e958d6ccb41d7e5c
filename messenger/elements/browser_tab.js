// @ts-check
// The browser's half of BrowserTab: preferences, notifications, the title and icon of the tab, its end.

import { limitReloads } from "reload_limit";

const AWAY_AFTER = 300000;
const STORAGE_KEY = "messenger";
const NAME = "messenger:name";
const LEFT = "messenger:left"; // how the last page of this tab was left
const UNSENT = "messenger:unsent:"; // what PostQueue keeps

/** @type {VueComponent} */
export default {
  template: "<div hidden></div>",
  props: { newsIcon: String, nameInput: Number },
  emits: ["loaded", "leave", "away"],

  created() {
    this.preferences = { theme: "auto", notify: "off", sound: false, ...JSON.parse(localStorage[STORAGE_KEY] ?? "{}") };
    this.applyTheme();
  },
  mounted() {
    const hasUnsent = Object.keys(sessionStorage).some((key) => key.startsWith(UNSENT));
    this.$emit("loaded", this.preferences, -new Date().getTimezoneOffset(), hasUnsent);
    this.$nextTick(this.prefillName);
    this.$nextTick(limitReloads);
    this.opened = []; // ids of the elements that are open, the topmost last
    this.hasEntry = this.isReturning = false;
    this.destination = null;
    this.icon = document.querySelector("link[rel~=icon]");
    this.quietIcon = this.icon?.href;
    this.listeners = [
      [window, "pagehide", this.onLeave],
      [window, "pageshow", (event) => event.persisted && location.reload()],
      [document, "visibilitychange", this.onVisibility],
      [window, "messenger:before-show", this.onOpened],
      [window, "messenger:before-hide", this.onClosed],
      [window, "popstate", this.onBack],
      [document, "keydown", this.onKey],
      // a phone's keyboard makes the visible part of a page smaller, which not every browser tells the style sheet
      [window.visualViewport, "resize", this.onResize],
    ];
    for (const [target, name, listener] of this.listeners) target?.addEventListener(name, listener);
  },
  unmounted() {
    for (const [target, name, listener] of this.listeners) target?.removeEventListener(name, listener);
  },

  methods: {
    applyTheme() {
      const { theme } = this.preferences;
      document.documentElement.dataset.theme = theme;
      Quasar.Dark.set(theme === "auto" ? "auto" : theme === "dark");
    },
    save(preferences) {
      this.preferences = preferences;
      localStorage[STORAGE_KEY] = JSON.stringify(preferences);
      this.applyTheme();
    },
    enter(path) {
      this.path = path;
      history.replaceState({}, "", path + location.hash);
    },
    // here and not by the server, whose answer would come while somebody types, or a password manager has filled it in
    prefillName() {
      const input = /** @type {HTMLInputElement | null} */ (getHtmlElement(this.nameInput));
      const name = sessionStorage.getItem(NAME);
      if (!input || input.value || !name) return;
      input.value = name;
      input.dispatchEvent(new Event("input", { bubbles: true }));
    },
    rememberName(name) {
      sessionStorage.setItem(NAME, name);
    },
    async askPermission() {
      if (!window.isSecureContext || !("Notification" in window)) return "insecure";
      return Notification.requestPermission();
    },
    // a page whose server is gone loads again by itself, after it has lost the connection
    whyReloaded() {
      const [navigation] = performance.getEntriesByType("navigation");
      if (/** @type {PerformanceNavigationTiming} */ (navigation)?.type !== "reload") return null;
      return sessionStorage.getItem(LEFT) === "connected" ? "reload" : "restart";
    },
    // of the room that is shown, or of all others
    setUnread(number, where = "here") {
      this.unread = { ...this.unread, [where]: number };
      const count = Object.values(this.unread).reduce((sum, each) => sum + each, 0);
      document.title = document.title.replace(/^(\(\d+\) )?/, count ? `(${count}) ` : "");
      if (this.icon) this.icon.href = count ? this.newsIcon : this.quietIcon;
    },
    announce({ author, text, isMention, onClick }) {
      const { notify, sound } = this.preferences;
      const isWanted = notify === "all" || (notify === "mentions" && isMention);
      if (sound && (isWanted || isMention || notify === "off")) this.beep();
      if (!isWanted || window.Notification?.permission !== "granted") return;
      const notification = new Notification(author, { body: text.slice(0, 200), tag: STORAGE_KEY });
      notification.onclick = () => {
        window.focus();
        notification.close();
        onClick();
      };
    },
    beep() {
      this.audio ??= new AudioContext();
      const [tone, volume, now] = [this.audio.createOscillator(), this.audio.createGain(), this.audio.currentTime];
      volume.gain.setValueAtTime(0.08, now);
      volume.gain.exponentialRampToValueAtTime(0.001, now + 0.25);
      tone.frequency.value = 660;
      tone.connect(volume).connect(this.audio.destination);
      tone.start();
      tone.stop(now + 0.25);
    },
    // --- the browser's Back closes what is open: while there is something, the history has an entry more

    onOpened({ detail: id }) {
      if (isBeside(id)) return;
      clearTimeout(this.returning);
      this.opened.push(id);
      this.addEntry();
    },
    // not at once, since something else may open instead
    onClosed({ detail: id }) {
      if (!this.opened.includes(id)) return;
      this.opened = this.opened.filter((other) => other !== id);
      if (!this.opened.length && this.hasEntry) this.returning = setTimeout(this.removeEntry, 500);
    },
    addEntry() {
      if (!this.hasEntry) history.pushState({}, "");
      this.hasEntry = true;
    },
    // going back would stop the other page that is being loaded, so if that has begun, it is loaded once more
    keepHistory(path) {
      clearTimeout(this.returning);
      this.destination = this.isReturning ? path : null;
    },
    removeEntry() {
      this.isReturning = true;
      history.back();
    },
    onBack() {
      if (!this.hasEntry) return;
      if (this.destination) return location.assign(this.destination);
      if (this.path) this.enter(this.path); // the entry below may be of another room
      clearTimeout(this.returning);
      this.hasEntry = false;
      const id = this.isReturning ? null : this.opened.pop();
      if (id) close(id);
      else if (!this.isReturning) history.back(); // everything was closed already, so the user wants to leave
      this.isReturning = false;
      if (this.opened.length) this.addEntry();
    },
    // Quasar does it for dialogs and menus
    onKey({ key }) {
      const id = this.opened.at(-1);
      if (key === "Escape" && id && isDrawer(id)) close(id);
    },
    onLeave() {
      sessionStorage.setItem(LEFT, window.socket.connected ? "connected" : "lost");
      this.$emit("leave");
    },
    onVisibility() {
      clearTimeout(this.timer);
      if (document.hidden) this.timer = setTimeout(() => this.$emit("away", true), AWAY_AFTER);
      else this.$emit("away", false);
    },
    onResize() {
      const { height, scale } = /** @type {VisualViewport} */ (window.visualViewport);
      document.documentElement.style.setProperty("--height", `${height * scale}px`);
    },
  },
};

function close(id) {
  const element = getElement(id);
  if (element?.hide) element.hide();
  else element?.$emit("update:model-value", false);
}

function isDrawer(id) {
  return getHtmlElement(id)?.closest(".q-drawer") != null;
}

// a drawer on a wide screen covers nothing
function isBeside(id) {
  return getHtmlElement(id)?.closest(".q-drawer--standard") != null;
}
