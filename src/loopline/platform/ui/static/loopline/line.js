// The line: one tab stop per station, arrows move along it; Shift L opens the whole thread.
import { $, $$ } from "./page.js";
import { onKey } from "./keys.js";

customElements.define("loop-line", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("keydown", (e) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
      if (!step) return;
      const stops = $$("a", this);
      stops[stops.indexOf(document.activeElement) + step]?.focus();
      e.preventDefault();
    });
  }
});
onKey("shift+l", () => { const whole = $("[data-line]"); if (!whole) return false; location.assign(whole.href ?? whole.dataset.line); });
