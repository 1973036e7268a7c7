/** Telegram's poll: a tap votes, another on the same choice takes the vote back; once it is closed nothing happens. */

import { pressed } from "./choices.js";
import { element } from "./element.js";

/** @param act has vote(message, places) => Promise */
export function poll(message, act) {
  const { choices, several, picked, closed } = message.poll;
  const made = element("div", "poll");
  made.classList.toggle("closed", closed);
  made.setAttribute("role", several ? "group" : "radiogroup");
  choices.forEach((label, place) => {
    const chosen = picked.includes(place);
    const choice = pressed(element("button", "", label), () => act.vote(message, places(picked, place, several)));
    choice.disabled = closed;
    choice.setAttribute("role", several ? "checkbox" : "radio");
    choice.setAttribute("aria-checked", chosen);
    made.append(choice);
  });
  return made;
}

function places(picked, place, several) {
  if (picked.includes(place)) return picked.filter((other) => other !== place);
  return several ? [...picked, place] : [place];
}
