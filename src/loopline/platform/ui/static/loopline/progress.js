// A job that runs, asked once a second. The state lives on the server, so a reload or another page shows the same.
import { ask, process } from "./page.js";

customElements.define("loop-progress", class extends HTMLElement {
  connectedCallback() { if (this.busy || !this.querySelector("[data-state]")) this.look() }
  disconnectedCallback() { clearTimeout(this.timer) }
  get busy() { return Boolean(this.querySelector("[data-state=running]")) }
  again(after) { this.timer = setTimeout(() => this.look(), after) }

  async look() {
    let wait = 1000;
    try {
      const answer = await ask(this.getAttribute("src"));
      if (answer.go) return location.assign(answer.go);
      if (answer.ok) this.show(answer.text);
      else if (answer.status < 500) return; // it is gone, or not ours to see
      else wait = 4000;
    } catch {
      wait = 4000; // the server restarts; the job goes on afterwards and so does this
    }
    if (this.busy || wait > 1000) this.again(wait);
  }
  show(html) {
    const was = this.busy;
    this.innerHTML = html;
    process(this);
    if (this.busy || !was) return;
    this.dispatchEvent(new CustomEvent("finished", { bubbles: true }));
    if (this.dataset.then) location.assign(this.dataset.then);
  }
});
