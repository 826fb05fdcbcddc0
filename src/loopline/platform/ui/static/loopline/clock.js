// A session's clock, counted from when the server says it began, and the agenda that N walks.
import { $, $$, keep } from "./page.js";
import { onKey } from "./keys.js";

customElements.define("loop-clock", class extends HTMLElement {
  connectedCallback() { this.show(); this.tick = setInterval(() => this.show(), 1000) }
  disconnectedCallback() { clearInterval(this.tick) }
  show() {
    const left = Number(this.dataset.minutes) * 60 - Math.floor((Date.now() - Date.parse(this.dataset.started)) / 1000);
    const size = Math.abs(left), text = `${Math.floor(size / 60)}:${String(size % 60).padStart(2, "0")}`;
    this.textContent = left < 0 ? `+${text}` : text;
    this.classList.toggle("warn", left < 120);
    this.ariaLabel = `${Math.floor(size / 60)} minutes ${left < 0 ? "over" : "left"}`;
  }
});

const agenda = $("[data-agenda]");
const items = agenda ? $$("a", agenda) : [];
const place = agenda ? `agenda-${agenda.dataset.agenda}` : "";

function to(n, look) {
  items.forEach((a, i) => {
    a.classList.toggle("done", i < n);
    if (i === n) a.setAttribute("aria-current", "step"); else a.removeAttribute("aria-current");
  });
  keep.set(place, String(n));
  if (!look) return;
  const head = $(`${items[n].hash} h2`);
  head?.scrollIntoView({ block: "start", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  head?.focus({ preventScroll: true });
}
const at = () => items.findIndex((a) => a.hasAttribute("aria-current"));
function next() {
  if (!items.length) return false;
  to(Math.min(at() + 1, items.length - 1), true);
}
if (items.length) {
  const kept = Number(keep.get(place));
  if ($("loop-clock") && kept > 0 && kept < items.length) to(kept, false);
  items.forEach((a, i) => a.addEventListener("click", () => to(i, true)));
  $("[data-next-item]")?.addEventListener("click", next);
  onKey("n", next);
}

// Out of a line of capture, so that the next key is a verb again.
document.addEventListener("keydown", (e) => {
  if (e.key === "Escape" && e.target.matches?.(".capture input") && !$(".offers")) e.target.blur();
});
