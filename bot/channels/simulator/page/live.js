/** The live connection: comes back by itself, and sends again what the app has not confirmed. */

const LONGEST_PAUSE = 2000;

export class Live {
  #socket = null;
  #pause = 250;
  #waiting = new Map(); // id -> {request, resolve, reject}, in the order asked

  /** @param onEvent called with every event; @param onState with "connecting", "open" or "lost" */
  constructor(onEvent, onState) {
    this.onEvent = onEvent;
    this.onState = onState;
    this.#connect();
    addEventListener("online", () => this.#hurry());
    document.addEventListener("visibilitychange", () => document.hidden || this.#hurry());
  }

  /** Resolves once the app has done it, whatever happens to the connection meanwhile; rejects when it says no. */
  ask(what, id = crypto.randomUUID()) {
    const request = { ...what, id };
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { request, resolve, reject });
      this.#send(request);
    });
  }

  #connect() {
    this.onState("connecting");
    const socket = new WebSocket(`ws://${location.host}/live`);
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.#receive(JSON.parse(data));
    socket.onclose = () => {
      this.onState("lost");
      this.timer = setTimeout(() => this.#connect(), this.#pause);
      this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
    };
  }

  #hurry() {
    if (this.#socket.readyState !== WebSocket.CLOSED) return;
    clearTimeout(this.timer);
    this.#connect();
  }

  #send(request) {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(request));
  }

  #receive(event) {
    this.onEvent(event);
    if (event.event === "everything") {
      this.#pause = 250;
      this.onState("open");
      for (const { request } of this.#waiting.values()) this.#send(request);
    }
    const asked = this.#waiting.get(event.id);
    if (asked === undefined) return;
    this.#waiting.delete(event.id);
    if (event.event === "taken") asked.resolve();
    else asked.reject(new Error(event.why));
  }
}
