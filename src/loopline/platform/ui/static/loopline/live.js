// What arrives, asked every two seconds while somebody looks and nobody paused.
import { $, ask, process } from "./page.js";

customElements.define("loop-live", class extends HTMLElement {
  connectedCallback() {
    this.wait = 2000;
    const controls = $("[data-controls]", this), pause = $("[data-pause]", this);
    if (controls) controls.hidden = false;
    pause?.addEventListener("click", () => {
      this.paused = !this.paused;
      pause.setAttribute("aria-pressed", String(this.paused));
      $("[data-said]", this).textContent = this.paused ? "Paused" : "New events show every 2 s";
    });
    this.timer = setTimeout(() => this.look(), this.wait);
  }
  disconnectedCallback() { clearTimeout(this.timer) }

  async look() {
    const place = $("[data-live]", this);
    if (!this.paused && !document.hidden && !place.contains(document.activeElement)) {
      try {
        const answer = await ask(this.getAttribute("src"));
        if (answer.ok && !this.paused) { place.innerHTML = answer.text; process(place); }
        this.wait = answer.ok ? 2000 : 10000;
      } catch { this.wait = 10000 }
    }
    this.timer = setTimeout(() => this.look(), this.wait);
  }
});
