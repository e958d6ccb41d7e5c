// @ts-check
// Brings a lost connection back, however it was lost.

const CONNECT_TIMEOUT = 15000;

/**
 * Begin a slow attempt to connect anew.
 *
 * Socket.IO would wait for a swallowed handshake for ever without a limit; with one NiceGUI reloads the page after the
 * second time, although there is no network to load it from. So there is none, and the attempts are timed here.
 *
 * @returns {ReturnType<typeof setInterval>} the timer, to be cleared at the end
 */
export function watchConnection(socket) {
  let attempt = performance.now(); // unlike the clock, it is never set back
  socket.io.timeout(false);
  socket.io.on("reconnect_attempt", () => (attempt = performance.now()));
  return setInterval(() => {
    if (socket.connected) attempt = performance.now();
    if (performance.now() - attempt < CONNECT_TIMEOUT) return;
    socket.io.opts.transports = ["polling", "websocket"]; // a proxy may swallow WebSockets only
    socket.disconnect().connect();
    attempt = performance.now();
  }, 1000);
}
