// @ts-check
// Events of the server, and of the connection to it.

/**
 * Call functions with what comes, by the names of the events.
 *
 * Where the server cannot see how much a page has read, it asks for an acknowledgement.
 *
 * @param {Record<string, (event: any) => void>} handlers
 * @returns {() => void} ends it
 */
export function listen(handlers) {
  const listeners = Object.entries(handlers).map(([name, handler]) => {
    const listener = (event, acknowledge) => {
      handler(event);
      if (typeof acknowledge === "function") acknowledge();
    };
    window.socket.on(name, listener);
    return { name, listener };
  });
  return () => {
    for (const { name, listener } of listeners) window.socket.off(name, listener);
  };
}
