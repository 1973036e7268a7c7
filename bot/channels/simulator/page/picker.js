/** The sheet a list opens in: it lies over its phone alone, and closes once something was picked. */

import { pressed } from "./choices.js";
import { element } from "./element.js";

export class Picker {
  /** @param sheet the phone's part for it; @param words in the phone's language */
  constructor(sheet, words) {
    this.sheet = sheet;
    [this.title, this.closer] = sheet.querySelector("header").children;
    this.closer.setAttribute("aria-label", words.close);
    this.closer.onclick = () => this.close();
    sheet.onclick = ({ target }) => target === sheet && this.close();
    sheet.onkeydown = ({ key }) => key === "Escape" && this.close();
  }

  open(message, tap) {
    this.opener = document.activeElement;
    this.title.textContent = message.opens;
    this.sheet.setAttribute("aria-label", message.opens);
    this.sheet.querySelector(".options").replaceChildren(...message.rows.flat().map((button) => this.#row(button, tap)));
    this.#show(true);
    this.sheet.querySelector(".options button").focus();
  }

  close() {
    if (this.sheet.hidden) return;
    this.#show(false);
    if (this.opener.isConnected) this.opener.focus();
  }

  #row(button, tap) {
    const made = pressed(element("button"), () => tap(button).then(() => this.close()));
    const about = element("span", "", button.label);
    if (button.description) about.append(element("small", "", button.description));
    made.append(about);
    return made;
  }

  #show(open) {
    this.sheet.hidden = !open;
    for (const part of this.sheet.parentElement.children) part.inert = open && part !== this.sheet;
  }
}
