/** One bubble. */

import { choices } from "./choices.js";
import { time } from "./clock.js";
import { element, icon } from "./element.js";
import { nodes } from "./markup.js";
import { poll } from "./poll.js";

const PICTURE = /\.(jpe?g|png|gif|webp)$/i;

/** @param act has words, say(text), tap(message, button) => Promise and open(message) */
export function bubble(message, act) {
  const item = element("div", `message ${message.mine ? "mine" : "theirs"} ${message.kind}`);
  item.classList.toggle("edited", message.edited);
  item.classList.toggle("bell", Boolean(message.bell));
  item.dataset.id = message.id;
  const body = element("div", "bubble");
  if (message.bell) body.append(ring(act.words));
  if (message.attachment) body.append(attachment(message.attachment));
  if (["sticker", "voice", "location"].includes(message.kind)) body.append(gesture(message.kind, act.words));
  if (message.text) {
    const text = element("div", "text");
    text.append(nodes(shown(message), message.markup, act.commands && !message.mine ? act.say : null));
    body.append(text);
  }
  if (message.poll) body.append(poll(message, act));
  body.append(foot(message, act.words));
  item.append(body);
  if (message.rows.length) item.append(choices(message, act));
  return item;
}

/** A deep link's token stays hidden, as in Telegram. */
function shown({ mine, text }) {
  return mine && text.startsWith("/start ") ? "/start" : text;
}

function ring(words) {
  const made = element("div", "ring", words.bell);
  made.prepend(icon("bell"));
  return made;
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

function readable(bytes) {
  if (!bytes) return "";
  return bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
