/** What NiceGUI and its libraries offer in the browser. Only declared here; nothing of this is loaded. */

interface Window {
  /** The Socket.IO client of the page, from NiceGUI's start on. */
  // biome-ignore lint/suspicious/noExplicitAny: the client comes without types
  socket: any;
}

/** The Vue component of a NiceGUI element, by the element's id. */
// biome-ignore lint/suspicious/noExplicitAny: each component has methods of its own
declare function getElement(id: number | string): any;

/** The root of a NiceGUI element in the document, by the element's id. */
declare function getHtmlElement(id: number | string): HTMLElement | null;

/** A random UUID, also where the page is served without HTTPS and `crypto.randomUUID` is missing. */
declare function createRandomUUID(): string;

/** Emit a global event, which `ui.on` receives on the server. */
declare function emitEvent(name: string, ...args: unknown[]): void;

// biome-ignore lint/suspicious/noExplicitAny: Quasar comes without types here
declare const Quasar: any;

// biome-ignore lint/suspicious/noExplicitAny: Vue comes without types here
declare const Vue: any;

/** NiceGUI's Vue application, once it is mounted. */
// biome-ignore lint/suspicious/noExplicitAny: it comes without types
declare const mounted_app: any;

/** A Vue component in NiceGUI's manner; what `this` has comes from its options and its lifecycle. */
// biome-ignore lint/suspicious/noExplicitAny: Vue comes without types here
type VueComponent = { [option: string]: any } & ThisType<any>;
