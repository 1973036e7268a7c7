/** What can be tapped under a bubble: Telegram's keyboard, WhatsApp's quick replies, or the button that opens a list. */

import { element, icon } from "./element.js";

/** @param act has tap(message, button) => Promise and open(message) */
export function choices(message, act) {
  if (message.form === "list") return replies([opening(message, act)]);
  if (message.form === "quick") return replies(message.rows.flat().map((button) => quick(message, button, act)));
  return keyboard(message, act);
}

/** Shows that it was pressed until the app has taken it. */
export function pressed(made, tap) {
  made.type = "button";
  made.onclick = async () => {
    made.classList.add("busy");
    await tap().catch(() => {});
    made.classList.remove("busy");
  };
  return made;
}

function keyboard(message, act) {
  const made = element("div", "keyboard");
  for (const row of message.rows) {
    const line = made.appendChild(element("div", "row"));
    for (const button of row) {
      line.append(button.url ? away(button) : pressed(element("button", "", button.label), () => act.tap(message, button)));
    }
  }
  return made;
}

function away(button) {
  const made = element("a", "", button.label);
  if (/^https?:\/\//i.test(button.url)) Object.assign(made, { href: button.url, target: "_blank", rel: "noopener" });
  made.append(icon("outside"));
  return made;
}

function replies(buttons) {
  const made = element("div", "replies");
  made.append(...buttons);
  return made;
}

function quick(message, button, act) {
  const made = pressed(element("button", "", button.label), () => act.tap(message, button));
  made.prepend(icon("reply"));
  return made;
}

function opening(message, act) {
  const made = element("button", "", message.opens);
  made.type = "button";
  made.setAttribute("aria-haspopup", "dialog");
  made.prepend(icon("list"));
  made.onclick = () => act.open(message);
  return made;
}
