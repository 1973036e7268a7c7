/** What the page is made of. */

export function element(name, className = "", text = "") {
  const made = document.createElement(name);
  if (className) made.className = className.trim();
  if (text) made.append(text);
  return made;
}

/** @param name the id of one of the page's symbols */
export function icon(name) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  made.setAttribute("aria-hidden", "true");
  made.classList.add(`icon-${name}`);
  use.setAttribute("href", `#${name}`);
  made.append(use);
  return made;
}
