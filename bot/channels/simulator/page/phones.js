/** The demo page: phones side by side, and the control room beside them. */

import { setClock, setZone } from "./clock.js";
import { Live } from "./live.js";
import { element } from "./element.js";
import { Phone } from "./phone.js";
import { Room } from "./room.js";

const STATES = { connecting: "Connecting", open: "Live", lost: "Reconnecting" };
const WIDE = matchMedia("(min-width: 1100px)");
const part = (id) => document.getElementById(id);

const phones = new Map();
const world = { problem: (sentence) => (part("problem").textContent = sentence) };

const heard = {
  everything(event) {
    Object.assign(world, { words: event.words, networks: event.networks, commands: event.commands, windows: event.windows });
    setZone(event.zone);
    setClock(event.now);
    part("network").textContent = event.networks.en;
    for (const gone of [...phones.keys()].filter((user) => event.phones.every((phone) => phone.user !== user))) {
      phones.get(gone).element.remove();
      phones.get(gone).tab.remove();
      phones.delete(gone);
    }
    for (const { messages, ...settings } of event.phones) phone(settings).fill(messages);
    room.everything(event);
  },
  phone({ phone: settings }) {
    const known = phones.has(settings.user);
    const made = phone(settings);
    if (!known) show(made);
  },
  message({ user, message }) {
    const to = phones.get(user);
    if (to.put(message) && !to.inView) mark(to, to.unread + 1);
  },
  removed: ({ user, message }) => phones.get(user).remove(message),
  clock({ now }) {
    setClock(now);
    tick();
  },
  tally: ({ tally }) => room.tally(tally),
  adding: (progress) => room.adding(progress),
  added({ silent }) {
    room.adding(null);
    room.silent(silent);
  },
};

world.live = new Live(
  (event) => heard[event.event]?.(event),
  (state) => {
    part("connection").textContent = STATES[state];
    part("connection").dataset.state = state;
  },
);
const room = new Room(world.live, world.problem);

function tick() {
  room.tick();
  for (const one of phones.values()) one.tick();
}
setInterval(tick, 1000);

const seen = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      const one = phones.get(target.dataset.user);
      one.inView = isIntersecting;
      one.tab.setAttribute("aria-current", isIntersecting);
      if (isIntersecting) {
        mark(one, 0);
        one.tab.scrollIntoView({ block: "nearest", inline: "nearest" });
      }
    }
  },
  { root: part("phones"), threshold: 0.6 },
);

function phone(settings) {
  const known = phones.get(settings.user);
  if (known) {
    known.update(settings);
    return known;
  }
  const made = new Phone(settings, phones.size, world);
  made.parts.initial.textContent = settings.name[0];
  made.parts.name.textContent = settings.name;
  made.parts.kind.textContent = `${settings.shape === "telegram" ? "Telegram" : "WhatsApp"} · ${made.words.language}`;
  made.element.setAttribute("aria-label", settings.name);
  made.tab = element("button", "", settings.name);
  made.tab.type = "button";
  made.tab.onclick = () => show(made);
  phones.set(settings.user, made);
  part("tabs").append(made.tab);
  part("phones").append(made.element);
  seen.observe(made.element);
  return made;
}

function show(one) {
  if (!WIDE.matches) openRoom(false);
  one.element.scrollIntoView({ behavior: "smooth", inline: "start", block: "nearest" });
}

function mark(one, unread) {
  one.unread = unread;
  if (unread) one.tab.dataset.unread = unread;
  else delete one.tab.dataset.unread;
}

function openRoom(open) {
  part("room").hidden = !open;
  part("room-toggle").setAttribute("aria-expanded", open);
}

part("room-toggle").onclick = () => openRoom(part("room").hidden);
part("room-close").onclick = () => {
  openRoom(false);
  part("room-toggle").focus();
};
openRoom(WIDE.matches);
WIDE.onchange = () => openRoom(WIDE.matches);

/** A little menu closes when something else is pressed, or with Escape. */
addEventListener("pointerdown", ({ target }) => closeMenus((menu) => !menu.contains(target)));
addEventListener("keydown", ({ key }) => {
  if (key === "Escape") closeMenus(() => true);
});

function closeMenus(which) {
  for (const menu of document.querySelectorAll("details.drop[open]")) if (which(menu)) menu.open = false;
}
