// What was done stands for ten seconds with its Undo; Z takes back the last. A pointer or focus on it stops the clock.
import { $, $$, ask, icon, make, process } from "./page.js";
import { onKey } from "./keys.js";

const region = $("#toasts");
const STAY = 10_000;

function leave(toast) {
  if (toast.matches(":hover, :focus-within")) return setTimeout(leave, 2000, toast);
  toast.classList.add("gone");
  setTimeout(() => toast.remove(), 200);
}

function arrive(toast) {
  if (toast.dataset.seen) return;
  toast.dataset.seen = "1";
  const shut = $(".shut", toast);
  if (shut) { shut.hidden = false; shut.onclick = () => toast.remove(); }
  setTimeout(leave, STAY, toast);
}

/** Says something in passing. Errors belong where they arose; this is for what has no place of its own. */
export function say(text, { undo, tone = "" } = {}) {
  const toast = make("div", { class: `toast ${tone}` }, make("span", {}, text));
  if (undo) {
    const form = make("form", { method: "post", action: undo, "hx-post": undo, "hx-swap": "none" }, make("button", {}, "Undo ", make("kbd", {}, "Z")));
    toast.dataset.undo = undo;
    toast.append(form);
  }
  toast.append(make("button", { class: "shut", type: "button", "aria-label": "Close this note" }, icon("x")));
  region?.append(toast);
  process(toast);
}

if (region) {
  new MutationObserver(() => $$(".toast", region).forEach(arrive)).observe(region, { childList: true, subtree: true });
  $$(".toast", region).forEach(arrive);
  document.addEventListener("toast", (e) => say(e.detail.text ?? String(e.detail.value ?? ""), e.detail));
  region.addEventListener("submit", (e) => e.target.closest(".toast")?.classList.add("gone"));
}

// Without a note in view Z takes back the latest act of this person; the server knows which.
async function undoLatest(url) {
  try {
    const answer = await ask(url, { method: "POST" });
    if (answer.go) location.assign(answer.go);
    else say(new DOMParser().parseFromString(answer.text, "text/html").body.textContent.trim() || "Nothing to undo");
  } catch {
    say("Not undone: the server did not answer.", { tone: "bad" });
  }
}
onKey("z", () => {
  const last = $$(".toast[data-undo]:not(.gone) form", region ?? document).at(-1);
  if (last) last.requestSubmit();
  else if (region?.dataset.undo) undoLatest(region.dataset.undo);
  else return false;
});
