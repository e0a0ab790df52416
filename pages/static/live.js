// One connection a tab, shared by every live part on the page. It tells that something changed, never what.
const RETRY_MS = [300, 1000, 2000, 5000, 10000, 20000];
const SILENT_MS = 40000; // the server says something every 15 s
const GAP_MS = 1000;
const APART_MS = 120; // two parts that ask in the same instant: Streamlit now and then answers only one of them
const ANSWER_MS = 4000; // a part that has not been drawn anew by then asks again
const TRIES = 3;
const BUSY_MS = 150, PUT_OFF = 8; // while the page is being drawn, look again so often before asking all the same
const KEPT = 500; // events remembered for parts that appear a moment later

// “?” opens the list of keys where a page has one (Streamlit's own shortcuts know no punctuation); not while somebody writes.
function openKeys(event) {
  const isWriting = event.target.closest?.("input, textarea, [contenteditable='true']");
  if (event.key !== "?" || isWriting || event.ctrlKey || event.metaKey || event.altKey) return;
  document.querySelector(".st-key-keys-help button")?.click();
}

const hub = (globalThis.__jorgeLive ??= {
  seq: null, freeAt: 0, recent: [], state: "connecting", parts: new Set(), socket: null, nTries: 0, heardAt: 0, timer: null,

  start(seq) {
    if (this.seq === null) this.seq = seq;
    this.clocks ??= setInterval(tick, 1000);
    this.keys ??= document.addEventListener("keydown", openKeys) ?? true;
    if (!this.socket && !this.timer) this.connect();
    this.watch ??= setInterval(() => {
      if (this.socket && this.state === "live" && Date.now() - this.heardAt > SILENT_MS) this.socket.close();
    }, 5000);
  },

  connect() {
    this.timer = null;
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/api/live?since=${this.seq ?? 0}`);
    this.socket = socket;
    socket.onmessage = (message) => this.hear(JSON.parse(message.data));
    socket.onclose = (end) => { if (this.socket === socket) this.lose(end.code); };
  },

  hear(event) {
    this.heardAt = Date.now();
    this.nTries = 0;
    this.say("live");
    const isNews = event.event_type !== "heartbeat" && event.event_type !== "connected";
    if (typeof event.seq === "number" && (isNews || this.seq === null)) this.seq = Math.max(this.seq ?? 0, event.seq);
    if (!isNews) return;
    this.recent.push(event);
    if (this.recent.length > KEPT) this.recent.shift();
    for (const part of this.parts) part.notice(event);
  },

  async lose(code) {
    this.socket = null;
    if (code === 4401 || await this.isSignedOut()) { this.say("ended"); return; }
    this.say("reconnecting");
    const wait = RETRY_MS[Math.min(this.nTries++, RETRY_MS.length - 1)];
    this.timer = setTimeout(() => this.connect(), wait * (0.8 + 0.4 * Math.random()));
  },

  async isSignedOut() {
    try { return (await fetch("/_stcore/host-config", { cache: "no-store" })).status === 401; } catch { return false; }
  },

  say(state) {
    if (this.state === state) return;
    this.state = state;
    document.documentElement.dataset.jorge = state;
    for (const part of this.parts) part.draw();
  },
});

// Clocks run on in the browser, from what the server said it was: `data-seconds` when drawn.
const drawnAt = new WeakMap();
function tick() {
  for (const clock of document.querySelectorAll("[data-seconds]")) {
    if (!drawnAt.has(clock)) drawnAt.set(clock, Date.now());
    const seconds = Number(clock.dataset.seconds) + Math.floor((Date.now() - drawnAt.get(clock)) / 1000);
    if (seconds < 3600) clock.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }
}

const mounted = new WeakMap();

function makePart(root) {
  const part = {
    root, data: {}, fire: null, lastAt: 0, timer: null, waiting: null, saidSeq: 0, nUnanswered: 0, nPutOff: 0,

    notice(event) {
      const types = this.data.types ?? [];
      if (event.seq <= Math.max(this.data.seq ?? 0, this.saidSeq)) return; // what it shows knows of it already
      if (types.length && event.event_type !== "resync" && !types.includes(event.event_type)) return;
      this.waiting = event.seq;
      this.nUnanswered = 0;
      this.plan();
    },

    // Many events at once are one look; a page nobody sees waits until somebody does.
    plan(atLeast = 80) {
      if (this.waiting === null || this.timer || document.hidden) return;
      const now = Date.now();
      const wait = Math.max(atLeast, this.lastAt + GAP_MS - now, hub.freeAt - now);
      hub.freeAt = Math.max(hub.freeAt, now + wait + APART_MS);
      this.timer = setTimeout(() => {
        this.timer = null;
        if (this.waiting !== null && this.waiting <= (this.data.seq ?? 0)) this.waiting = null; // drawn anew meanwhile
        if (this.waiting === null || document.hidden) return;
        // A click's own change comes back as an event while its answer is still being drawn: that answer is enough.
        if (document.querySelector('[data-testid="stApp"][data-test-script-state="running"]') && this.nPutOff++ < PUT_OFF) {
          this.plan(BUSY_MS);
          return;
        }
        this.nPutOff = 0;
        this.lastAt = Date.now();
        this.saidSeq = this.waiting;
        this.waiting = null;
        this.fire?.("event", this.saidSeq);
        setTimeout(() => this.check(), ANSWER_MS);
      }, wait);
    },

    check() {
      if (!hub.parts.has(this) || (this.data.seq ?? 0) >= this.saidSeq || this.waiting !== null) return;
      if (++this.nUnanswered > TRIES) return; // the slow look of its own comes all the same
      this.waiting = this.saidSeq;
      this.plan();
    },

    draw() {
      const sign = root.querySelector(".live"), ended = root.querySelector(".ended");
      if (!sign || !ended) return;
      if (!this.data.shows_state) { sign.textContent = ""; return; }
      const words = { live: "Live", connecting: "Connecting", reconnecting: "Reconnecting", ended: "Signed out" };
      sign.dataset.state = hub.state;
      sign.textContent = words[hub.state] ?? "";
      if (hub.state === "ended" && !ended.open) {
        const heading = document.createElement("b"), link = document.createElement("a");
        heading.textContent = "Your session has ended";
        link.href = "/auth/sign-in?next=" + encodeURIComponent(location.pathname + location.search);
        link.textContent = "Sign in again";
        ended.replaceChildren(heading, link);
        ended.oncancel = (event) => event.preventDefault();
        ended.showModal(); // above Streamlit's own dialog, which makes everything else inert
      }
    },
  };
  part.seen = () => part.plan();
  document.addEventListener("visibilitychange", part.seen);
  hub.parts.add(part);
  return part;
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  let part = mounted.get(parentElement);
  if (!part) { part = makePart(parentElement); mounted.set(parentElement, part); }
  part.data = data ?? {};
  part.fire = setTriggerValue;
  hub.start(part.data.seq ?? 0);
  part.draw();
  for (const event of hub.recent) part.notice(event); // told between its drawing on the server and now
  return () => {
    hub.parts.delete(part);
    clearTimeout(part.timer);
    document.removeEventListener("visibilitychange", part.seen);
    mounted.delete(parentElement);
  };
}
