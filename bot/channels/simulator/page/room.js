/** The control room: the clock, what is delivered, the silent members, more phones. */

import { day, now, time } from "./clock.js";

const REMEMBERED = 60;
const part = (id) => document.getElementById(id);
const number = (value) => value.toLocaleString("en");

export class Room {
  #rates = Array(REMEMBERED).fill(0);

  constructor(live, problem) {
    this.live = live;
    const ask = (what) => live.ask(what).then(() => problem(""), (error) => problem(error.message));
    for (const button of part("advance").children) {
      button.onclick = () => ask({ do: "advance", seconds: Number(button.dataset.seconds) });
    }
    onSubmit("advance-custom", ({ amount, unit }) => ask({ do: "advance", seconds: Number(amount) * Number(unit) }));
    onSubmit("add-silent", ({ count }) => ask({ do: "add_silent", count: Number(count) }));
    onSubmit("add-phone", async (values) => {
      await ask({ do: "add_phone", ...values });
      part("add-phone").elements.name.value = "";
    });
  }

  everything({ silent, adding, tally, words }) {
    this.words = words;
    this.silent(silent);
    this.adding(adding ? {} : null);
    this.#count(tally);
    const names = Object.entries(words).map(([key, { language }]) => new Option(language, key));
    part("add-phone").elements.language.replaceChildren(...names);
    this.tick();
  }

  tick() {
    const moment = now();
    part("clock").textContent = time(moment);
    part("top-clock").textContent = time(moment);
    part("date").textContent = this.words ? day(moment, this.words.en) : "";
  }

  tally(tally) {
    this.#rates = [...this.#rates.slice(1), tally.rate];
    this.#count(tally);
    const most = Math.max(10, ...this.#rates);
    const points = this.#rates.map((rate, place) => `${(place * 240) / (REMEMBERED - 1)},${42 - (rate / most) * 38}`);
    part("pulse-line").setAttribute("d", `M${points.join("L")}`);
    part("pulse-area").setAttribute("d", `M0,44L${points.join("L")}L240,44Z`);
  }

  silent(count) {
    part("silent").textContent = number(count);
  }

  /** @param progress null when done, else {done, count} as far as known */
  adding(progress) {
    const bar = part("adding");
    bar.hidden = progress === null;
    part("add-silent").querySelector("button").disabled = progress !== null;
    if (progress?.count) Object.assign(bar, { max: progress.count, value: progress.done });
  }

  #count({ delivered, phones, refused, rate }) {
    part("delivered").textContent = number(delivered + phones);
    part("to-phones").textContent = number(phones);
    part("to-silent").textContent = number(delivered);
    part("refused").textContent = number(refused);
    part("rate").textContent = rate ? `${number(rate)} a second` : "";
  }
}

function onSubmit(id, act) {
  part(id).onsubmit = (event) => {
    event.preventDefault();
    act(Object.fromEntries(new FormData(event.target)));
  };
}
