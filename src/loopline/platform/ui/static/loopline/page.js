// Small things every module needs: finding, building, asking the server.
export const $ = (selector, root = document) => root.querySelector(selector);
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

export const typing = (el) => Boolean(el?.closest?.(
  "textarea, select, [contenteditable]:not([contenteditable=false]), input:not([type=checkbox], [type=radio], [type=button], [type=submit])"));

export function make(tag, attributes = {}, ...children) {
  const el = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) el.setAttribute(name, value);
  el.append(...children);
  return el;
}

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  svg.setAttribute("class", "i");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

// The page's token rides on the body, where htmx inherits it from.
const token = () => {
  try { return JSON.parse(document.body.getAttribute("hx-headers:inherited") ?? "{}")["X-CSRFToken"] ?? "" } catch { return "" }
};

export async function ask(url, { method = "GET", body, signal } = {}) {
  const headers = { "HX-Request": "true", Accept: "text/html" };
  if (method !== "GET") headers["X-CSRFToken"] = token();
  const answer = await fetch(url, { method, body, signal, headers, credentials: "same-origin" });
  return { ok: answer.ok, status: answer.status, text: await answer.text(), go: answer.headers.get("HX-Redirect"), fresh: answer.headers.get("HX-Refresh") };
}

export const withQuery = (url, query) => {
  const to = new URL(url, location.href);
  for (const [name, value] of Object.entries(query)) to.searchParams.set(name, value);
  return to.pathname + to.search;
};

export function later(milliseconds, run) {
  let timer;
  return (...args) => { clearTimeout(timer); timer = setTimeout(() => run(...args), milliseconds) };
}

// What the visitor chose is kept in this browser; a private window keeps it for the page only.
export const keep = {
  get(key) { try { return localStorage.getItem(key) } catch { return null } },
  set(key, value) { try { value ? localStorage.setItem(key, value) : localStorage.removeItem(key) } catch { /* a private window */ } },
};

export const process = (el) => globalThis.htmx?.process(el);
