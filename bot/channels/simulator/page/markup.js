/** Text from the bot, as nodes. Nothing but the tags below is ever made of it, whatever it says. */

const TAGS = new Set(["B", "I", "U", "S", "CODE"]);
const MARKS = { "*": "b", _: "i", "~": "s", "```": "code" };
const MARKED = /(?<![\p{L}\p{N}])(\*|_|~|```)([^\s\u200b](?:.*?[^\s\u200b])?)\1(?![\p{L}\p{N}])/u;
const LINKS = /https?:\/\/[^\s<>"]*[^\s<>".,;:!?)\]]/g;
const LINKS_AND_COMMANDS = new RegExp(`${LINKS.source}|(?<=^|\\s)/(?:start [\\w-]{8,}|[a-z0-9_]{1,32}(?![\\w/]))`, "g");

/** @param onCommand makes /commands pressable, as Telegram does */
export function nodes(text, markup, onCommand) {
  const made = document.createDocumentFragment();
  if (markup === "whatsapp") addMarked(made, text);
  else addChildren(made, new DOMParser().parseFromString(text, "text/html").body, onCommand);
  return made;
}

function addChildren(to, from, onCommand) {
  for (const node of from.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) {
      addText(to, node.data, onCommand);
      continue;
    }
    let inner = to;
    if (TAGS.has(node.nodeName)) inner = to.appendChild(document.createElement(node.nodeName));
    else if (node.nodeName === "A" && /^https?:\/\//i.test(node.getAttribute("href"))) {
      inner = to.appendChild(link(node.getAttribute("href")));
    }
    addChildren(inner, node, inner.nodeName === "A" ? null : onCommand);
  }
}

function addMarked(to, text) {
  const found = MARKED.exec(text);
  if (found === null) return addText(to, text);
  const [whole, mark, inside] = found;
  addText(to, text.slice(0, found.index));
  const inner = to.appendChild(document.createElement(MARKS[mark]));
  if (mark === "```") inner.append(inside);
  else addMarked(inner, inside);
  addMarked(to, text.slice(found.index + whole.length));
}

function addText(to, text, onCommand) {
  if (to.nodeName === "A" || to.nodeName === "CODE") return to.append(text);
  let end = 0;
  for (const found of text.matchAll(onCommand ? LINKS_AND_COMMANDS : LINKS)) {
    to.append(text.slice(end, found.index));
    to.append(found[0].startsWith("/") ? command(found[0], onCommand) : link(found[0], found[0]));
    end = found.index + found[0].length;
  }
  to.append(text.slice(end));
}

function link(href, label = "") {
  const made = document.createElement("a");
  made.href = href;
  made.target = "_blank";
  made.rel = "noopener noreferrer";
  made.append(label);
  return made;
}

function command(text, onCommand) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "command";
  made.append(text);
  made.onclick = () => onCommand(text);
  return made;
}
