// @ts-check
// Brings a lost connection back, however it was lost.

const CONNECT_TIMEOUT = 15000;
const ANSWER_TIMEOUT = 15000; // longer each time, for who reads slowly
const MAX_ANSWER_TIMEOUT = 240000;
const SILENCE = 20000;

/**
 * Begin a slow attempt to connect anew, and end a connection that has lost something.
 *
 * Socket.IO would wait for a swallowed handshake for ever without a limit; with one NiceGUI reloads the page after the
 * second time, although there is no network to load it from. So there is none, and the attempts are timed here.
 *
 * Where a page polls, a browser repeats by itself a request whose answer was lost, and the server has sent that already:
 * packets are missing, and the connection goes on. So a synchronization that is not answered is asked on another one, and
 * who polls and hears nothing asks for what is new.
 *
 * @param {() => boolean} isLive whether the page is up to date, as far as it knows
 * @param {() => void} sync synchronizes the page
 * @returns {ReturnType<typeof setInterval>} the timer, to be cleared at the end
 */
export function watchConnection(socket, isLive, sync) {
  let attempt = performance.now(); // unlike the clock, it is never set back
  let heard = attempt;
  let patience = ANSWER_TIMEOUT;

  function connectAnew() {
    attempt = heard = performance.now();
    socket.io.opts.transports = ["polling", "websocket"]; // a proxy may swallow WebSockets only
    socket.disconnect().connect();
  }
  function look() {
    const now = performance.now();
    if (!socket.connected) {
      if (now - attempt >= CONNECT_TIMEOUT) connectAnew();
      return;
    }
    attempt = now;
    if (isLive()) patience = ANSWER_TIMEOUT;
    if (isLive() && socket.io.engine.transport.name === "polling" && now - heard >= SILENCE) sync();
    else if (!isLive() && now - heard >= patience) {
      patience = Math.min(2 * patience, MAX_ANSWER_TIMEOUT);
      connectAnew();
    }
  }

  socket.io.timeout(false);
  socket.io.on("reconnect_attempt", () => (attempt = performance.now()));
  for (const event of ["connect", "disconnect"]) socket.on(event, () => (heard = performance.now()));
  socket.onAny(() => (heard = performance.now()));
  return setInterval(look, 1000);
}
