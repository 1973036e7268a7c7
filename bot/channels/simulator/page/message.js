/** One bubble. */

import { time } from "./clock.js";
import { nodes } from "./markup.js";

const PICTURE = /\.(jpe?g|png|gif|webp)$/i;

/** @param act has words, say(text) and tap(message, button) => Promise */
export function bubble(message, act) {
  const item = element("div", `message ${message.mine ? "mine" : "theirs"} ${message.kind} ${message.edited ? "edited" : ""}`);
  item.dataset.id = message.id;
  const body = element("div", "bubble");
  if (message.attachment) body.append(attachment(message.attachment));
  if (["sticker", "voice", "location"].includes(message.kind)) body.append(gesture(message.kind, act.words));
  if (message.text) {
    const text = element("div", "text");
    text.append(nodes(shown(message), message.markup, act.commands && !message.mine ? act.say : null));
    body.append(text);
  }
  body.append(foot(message, act.words));
  item.append(body);
  if (message.rows.length) item.append(keyboard(message, act));
  return item;
}

/** A deep link's token stays hidden, as in Telegram. */
function shown({ mine, text }) {
  return mine && text.startsWith("/start ") ? "/start" : text;
}

function foot(message, words) {
  const made = element("span", "foot");
  if (message.edited) made.append(`${words.edited} `);
  made.append(time(new Date(message.at)));
  if (message.mine) made.append(icon(message.taken ? "sent" : "waiting"));
  return made;
}

function attachment({ kind, name, size, file }) {
  const [store, hash] = file.split(":");
  const href = store === "sha256" ? `/files/${hash}/${encodeURIComponent(name || kind)}` : "";
  if (kind === "photo" && href) {
    const picture = element("img", "picture");
    picture.src = PICTURE.test(name) ? href : `${href}.jpg`;
    picture.alt = name;
    return picture;
  }
  const made = element(href ? "a" : "div", "file");
  if (href) Object.assign(made, { href, target: "_blank", rel: "noopener" });
  const about = element("span", "");
  about.append(element("b", "", name || kind), element("small", "", readable(size)));
  made.append(icon("document"), about);
  return made;
}

function gesture(kind, words) {
  const made = element("div", kind);
  made.append(icon(kind === "sticker" ? "pomegranate" : kind));
  if (kind === "sticker") made.setAttribute("aria-label", words.sticker);
  else made.append(element("span", "", words[kind]));
  return made;
}

function keyboard(message, act) {
  const made = element("div", "keyboard");
  for (const row of message.rows) {
    const line = made.appendChild(element("div", "row"));
    for (const button of row) line.append(button.url ? away(button) : pressed(message, button, act));
  }
  return made;
}

function pressed(message, button, act) {
  const made = element("button", "", button.label);
  made.type = "button";
  made.onclick = async () => {
    made.classList.add("busy");
    await act.tap(message, button).catch(() => {});
    made.classList.remove("busy");
  };
  return made;
}

function away(button) {
  const made = element("a", "", button.label);
  if (/^https?:\/\//i.test(button.url)) Object.assign(made, { href: button.url, target: "_blank", rel: "noopener" });
  made.append(icon("outside"));
  return made;
}

function readable(bytes) {
  if (!bytes) return "";
  return bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

export function icon(name) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  made.setAttribute("aria-hidden", "true");
  made.classList.add(`icon-${name}`);
  use.setAttribute("href", `#${name}`);
  made.append(use);
  return made;
}

export function element(name, className = "", text = "") {
  const made = document.createElement(name);
  if (className) made.className = className.trim();
  if (text) made.append(text);
  return made;
}
