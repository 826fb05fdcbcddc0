// A clock that counts up while somebody writes; the seconds go into the field named in data-into.
import { $ } from "./page.js";

customElements.define("loop-timer", class extends HTMLElement {
  connectedCallback() {
    const began = Date.now() - 1000 * (this.dataset.from ?? 0);
    this.setAttribute("role", "timer");
    this.tick = setInterval(() => {
      const s = Math.round((Date.now() - began) / 1000);
      this.textContent = `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`;
      const field = $(this.dataset.into ?? ":not(*)");
      if (field) field.value = s;
    }, 1000);
  }
  disconnectedCallback() { clearInterval(this.tick); }
});
