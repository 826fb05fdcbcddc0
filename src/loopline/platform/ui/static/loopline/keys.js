// One place listens for keys. Nothing happens while somebody types, except Ctrl K and Ctrl Enter.
import { $, $$, typing } from "./page.js";

const verbs = new Map();
const anywhere = new Map();

/** `run(event)` may answer false to say that the key meant nothing here. Later registrations are asked first. */
export function onKey(combo, run) {
  verbs.set(combo, [run, ...(verbs.get(combo) ?? [])]);
}
export function onChord(combo, run) {
  anywhere.set(combo, run);
}

const named = (e) => {
  const key = e.key.length === 1 ? e.key.toLowerCase() : e.key;
  const letter = /^[a-z]$/.test(key);
  return (e.shiftKey && (letter || key.length > 1) ? "shift+" : "") + key;
};

let waiting = 0;

function go(letter) {
  waiting = 0;
  const to = $(`[data-go="g ${CSS.escape(letter)}"]`)?.dataset.href;
  if (to) location.assign(to);
  return Boolean(to);
}

function pressed(e) {
  const combo = named(e);
  if (waiting && Date.now() - waiting < 1500 && /^[a-z]$/.test(combo)) return go(combo);
  if (combo === "g" && $("[data-go]")) { waiting = Date.now(); return true; }
  waiting = 0;
  for (const run of verbs.get(combo) ?? []) if (run(e) !== false) return true;
  const target = $$(`[data-key="${CSS.escape(combo)}"]`).find((el) => el.checkVisibility?.() ?? true);
  target?.click();
  return Boolean(target);
}

document.addEventListener("keydown", (e) => {
  if (e.defaultPrevented || e.isComposing) return;
  if (e.ctrlKey || e.metaKey) {
    const run = anywhere.get(e.key);
    if (run && !e.altKey && run(e) !== false) e.preventDefault();
    return;
  }
  if (e.altKey || typing(e.target) || $("dialog[open]")) return;
  if (pressed(e)) e.preventDefault();
});
