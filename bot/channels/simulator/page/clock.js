/** The app's clock, shown in the network's time zone. */

let ahead = 0;
let format = formatIn("UTC");

export function setZone(name) {
  format = formatIn(name);
}

export function setClock(iso) {
  ahead = Date.parse(iso) - Date.now();
}

export function now() {
  return new Date(Date.now() + ahead);
}

export function time(moment) {
  const { hour, minute } = parts(moment);
  return `${hour}:${minute}`;
}

/** Hours and minutes. */
export function duration(milliseconds) {
  const minutes = Math.floor(milliseconds / 60_000);
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
}

/** The names come from the app: browsers do not know every language. */
export function day(moment, { months, weekdays }) {
  const { year, month, day } = parts(moment);
  const weekday = new Date(Date.UTC(year, month - 1, day)).getUTCDay();
  return `${weekdays[weekday]}, ${Number(day)} ${months[month - 1]}`;
}

function parts(moment) {
  return Object.fromEntries(format.formatToParts(moment).map(({ type, value }) => [type, value]));
}

function formatIn(timeZone) {
  const numeric = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" };
  return new Intl.DateTimeFormat("en-GB", { ...numeric, timeZone });
}
