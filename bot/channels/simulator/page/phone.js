/** One phone: its screen, its input and its settings. */

import { day, duration, now } from "./clock.js";
import { element } from "./element.js";
import { bubble } from "./message.js";
import { Picker } from "./picker.js";

const TONES = 6;
const KEYS = { telegram: { b: "**", i: "__" }, whatsapp: { b: "*", i: "_" } };

export class Phone {
  messages = new Map();
  unread = 0;
  atEnd = true;

  /** @param world has live, words, networks, commands, and windows: seconds by shape, null for none */
  constructor(settings, place, world) {
    this.user = settings.user;
    this.shape = settings.shape;
    this.world = world;
    this.element = document.getElementById("phone").content.cloneNode(true).firstElementChild;
    this.element.classList.add(settings.shape);
    this.element.dataset.user = settings.user;
    this.element.dataset.tone = place % TONES;
    this.parts = Object.fromEntries([...this.element.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]));
    this.language = settings.language;
    this.words = world.words[settings.language] ?? world.words.en;
    this.picker = new Picker(this.parts.picker, this.words);
    this.act = {
      words: this.words,
      commands: this.shape === "telegram",
      say: (text) => this.say(text),
      tap: (message, button) => this.ask({ do: "tap", payload: button.payload, message: message.id }),
      vote: (message, picked) => this.ask({ do: "vote", message: message.id, picked }),
      open: (message) => this.picker.open(message, (button) => this.act.tap(message, button)),
    };
    this.#label();
    this.#listen();
    this.update(settings);
  }

  update(settings) {
    this.settings = settings;
    this.parts.off.checked = settings.switched_off;
    this.parts.blocked.checked = settings.blocked;
    this.parts.suggestion.textContent = settings.suggestion.startsWith("/start") ? this.words.start : settings.suggestion;
    this.parts.suggestion.hidden = !settings.suggestion || settings.blocked || settings.switched_off;
    this.tick();
    this.#arrange();
  }

  /** Show how long the window stays open, once it has ever been. */
  tick() {
    const { window: strip } = this.parts;
    const lasts = this.world.windows[this.shape] * 1000;
    strip.hidden = !lasts || !this.settings.spoke;
    if (strip.hidden) return;
    const left = Math.max(0, Date.parse(this.settings.spoke) + lasts - now());
    strip.classList.toggle("closed", left === 0);
    strip.style.setProperty("--left", left / lasts);
    const sentence = left ? this.words.window_open.replace("{left}", duration(left)) : this.words.window_closed;
    if (strip.lastElementChild.textContent !== sentence) strip.lastElementChild.textContent = sentence;
  }

  /** Show a message, or change the one with its id. */
  put(message) {
    const old = this.messages.get(message.id);
    this.messages.set(message.id, message);
    const made = bubble(message, this.act);
    if (old) {
      this.parts.screen.querySelector(`[data-id="${CSS.escape(message.id)}"]`).replaceWith(made);
    } else {
      this.#separate(message);
      made.classList.add("new");
      this.parts.screen.append(made);
    }
    if (this.atEnd || message.mine) this.toEnd();
    this.#arrange();
    return !old && !message.mine;
  }

  /** Take a message from the screen. */
  remove(id) {
    this.messages.delete(id);
    this.parts.screen.querySelector(`[data-id="${CSS.escape(id)}"]`)?.remove();
    this.#arrange();
  }

  /** Begin again with what the app remembers. */
  fill(messages) {
    this.messages.clear();
    this.picker.close();
    this.lastDay = "";
    this.parts.screen.replaceChildren(this.parts.welcome);
    for (const message of messages) this.put(message);
    for (const item of this.parts.screen.querySelectorAll(".new")) item.classList.remove("new");
    this.toEnd();
  }

  toEnd() {
    this.atEnd = true;
    this.parts.screen.scrollTop = this.parts.screen.scrollHeight;
  }

  say(text) {
    const id = crypto.randomUUID();
    const literal = element("p", "", text).innerHTML;
    this.put({ id, mine: true, at: now().toISOString(), text: literal, markup: "html", kind: "text", rows: [] });
    return this.ask({ do: "say", text }, id);
  }

  ask(what, id) {
    return this.world.live.ask({ ...what, user: this.user }, id);
  }

  #label() {
    const { parts, words } = this;
    parts.menu.lastElementChild.textContent = words.menu;
    parts.menu.hidden = this.shape !== "telegram";
    parts.attach.setAttribute("aria-label", words.attach);
    parts.text.placeholder = words.message;
    parts.text.setAttribute("aria-label", words.message);
    parts.send.setAttribute("aria-label", words.send);
    const network = this.world.networks[this.language] ?? this.world.networks.en;
    parts.bot.textContent = network;
    parts.welcome.lastElementChild.textContent = network;
    parts.presence.textContent = words.bot;
    for (const kind of ["photo", "document"]) parts[kind].parentElement.lastElementChild.textContent = words[kind];
    for (const button of this.element.querySelectorAll("[data-gesture]")) {
      button.lastElementChild.textContent = words[button.dataset.gesture];
    }
    const list = this.world.commands[this.language] ?? this.world.commands.en ?? [];
    parts.commands.replaceChildren(...list.map(([name, description]) => this.#command(name, description)));
  }

  #command(name, description) {
    const made = element("button");
    made.type = "button";
    made.append(element("b", "", `/${name}`), element("span", "", description));
    made.onclick = () => {
      this.#openMenu(false);
      this.say(`/${name}`);
    };
    return made;
  }

  #listen() {
    const { parts } = this;
    parts.screen.onscroll = () => {
      const { scrollHeight, scrollTop, clientHeight } = parts.screen;
      this.atEnd = scrollHeight - scrollTop - clientHeight < 80;
    };
    new ResizeObserver(() => this.atEnd && this.toEnd()).observe(parts.screen);
    parts.composer.onsubmit = (event) => {
      event.preventDefault();
      this.#submit();
    };
    parts.text.oninput = () => this.#grow();
    parts.text.onkeydown = (event) => this.#key(event);
    parts.menu.onclick = () => this.#openMenu(parts.commands.hidden);
    parts.suggestion.onclick = () => this.say(this.settings.suggestion);
    parts.off.onchange = () => this.ask({ do: "switch_off", off: parts.off.checked });
    parts.blocked.onchange = () => this.ask({ do: "block", blocked: parts.blocked.checked });
    parts.photo.onchange = () => this.#attach(parts.photo, "photo");
    parts.document.onchange = () => this.#attach(parts.document, "document");
    parts.instead.lastElementChild.onclick = () => this.#return();
    for (const button of this.element.querySelectorAll("[data-gesture]")) {
      button.onclick = () => {
        button.closest("details").open = false;
        this.ask({ do: button.dataset.gesture });
      };
    }
  }

  #submit() {
    const text = this.parts.text.value.trim();
    if (!text) return;
    this.parts.text.value = "";
    this.#grow();
    this.say(text);
  }

  #key(event) {
    const text = this.parts.text;
    const mark = (event.ctrlKey || event.metaKey) && KEYS[this.shape][event.key];
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.#submit();
    } else if (mark) {
      event.preventDefault();
      const chosen = text.value.slice(text.selectionStart, text.selectionEnd);
      text.setRangeText(`${mark}${chosen}${mark}`, text.selectionStart, text.selectionEnd, "end");
    } else if (event.key === "Escape") {
      this.#openMenu(false);
    }
  }

  #grow() {
    const { text } = this.parts;
    text.style.height = "auto";
    text.style.height = `${Math.min(text.scrollHeight, 140)}px`;
  }

  #openMenu(open) {
    this.parts.commands.hidden = !open;
    this.parts.menu.setAttribute("aria-expanded", open);
  }

  async #attach(input, as) {
    input.closest("details").open = false;
    const [file] = input.files;
    if (!file) return;
    const query = new URLSearchParams({ id: crypto.randomUUID(), name: file.name, as, caption: this.parts.text.value.trim() });
    input.value = "";
    this.parts.text.value = "";
    this.#grow();
    const answer = await fetch(`/phones/${encodeURIComponent(this.user)}/files?${query}`, {
      method: "POST",
      body: file,
      headers: { "Content-Type": file.type || "application/octet-stream" },
    }).catch(() => null);
    if (!answer?.ok) this.world.problem(answer?.status === 413 ? "That file is larger than 20 MB." : "The file did not go through.");
  }

  /** What stands in place of the input: the way back from being off or having blocked, or the first step. */
  #arrange() {
    const { parts, words, settings } = this;
    const beginning = this.messages.size === 0 && this.shape === "telegram" && !settings.suggestion;
    const [sentence, button] = settings.switched_off
      ? [words.off, words.switch_on]
      : settings.blocked
        ? [words.blocked, words.unblock]
        : ["", beginning ? words.start : ""];
    parts.welcome.hidden = this.messages.size > 0;
    parts.screen.classList.toggle("empty", this.messages.size === 0);
    parts.instead.hidden = !button;
    parts.composer.hidden = Boolean(button);
    parts.instead.firstElementChild.textContent = sentence;
    parts.instead.lastElementChild.textContent = button;
    this.element.classList.toggle("off", settings.switched_off);
    if (button) this.#openMenu(false);
  }

  #return() {
    if (this.settings.switched_off) this.ask({ do: "switch_off", off: false });
    else if (this.settings.blocked) this.ask({ do: "block", blocked: false });
    else this.say("/start");
  }

  #separate(message) {
    const written = day(new Date(message.at), this.words);
    if (written === this.lastDay) return;
    this.lastDay = written;
    this.parts.screen.append(element("div", "day", written));
  }
}
