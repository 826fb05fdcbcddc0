// Cards between columns, by hand or with Shift and the arrows. The card moves at once; refused, it goes back and says why.
import { $, $$, ask } from "./page.js";
import { say } from "./toasts.js";

customElements.define("loop-board", class extends HTMLElement {
  connectedCallback() {
    for (const card of $$("[data-card]", this)) card.draggable = true;
    this.addEventListener("dragstart", (e) => this.lift(e));
    this.addEventListener("dragover", (e) => this.over(e));
    this.addEventListener("dragend", () => this.drop());
    this.addEventListener("keydown", (e) => this.key(e));
  }
  lift(e) {
    const card = e.target.closest?.("[data-card]");
    if (!card) return;
    this.from = { card, column: card.closest("[data-column]"), next: card.nextElementSibling };
    e.dataTransfer.effectAllowed = "move";
    e.dataTransfer.setData("text/plain", card.dataset.card);
    requestAnimationFrame(() => card.classList.add("lifted"));
  }
  over(e) {
    const column = e.target.closest?.("[data-column]");
    if (!this.from || !column) return;
    e.preventDefault();
    for (const c of $$("[data-column]", this)) c.classList.toggle("over", c === column);
    const below = $$("[data-card]", column).find((c) => c !== this.from.card && e.clientY < c.getBoundingClientRect().top + c.offsetHeight / 2);
    this.put(this.from.card, column, below);
  }
  put(card, column, before) {
    const place = $("[data-cards]", column) ?? column;
    const last = $$("[data-card]", place).filter((c) => c !== card).at(-1);
    if (before) before.before(card);
    else if (last) last.after(card);
    else place.prepend(card);
    if (place === column && !before && !last) $("header", column)?.after(card);
  }
  drop() {
    const from = this.from;
    this.from = null;
    if (!from) return;
    from.card.classList.remove("lifted");
    for (const c of $$("[data-column]", this)) c.classList.remove("over");
    this.send(from);
  }
  key(e) {
    const card = e.target.closest?.("[data-card]");
    const across = { ArrowRight: 1, ArrowLeft: -1 }[e.key], along = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (!card || !e.shiftKey || !(across || along)) return;
    const columns = $$("[data-column]", this), column = card.closest("[data-column]");
    const from = { card, column, next: card.nextElementSibling };
    if (across) {
      const to = columns[columns.indexOf(column) + across];
      if (!to) return;
      this.put(card, to, $("[data-card]", to));
    } else {
      const near = along > 0 ? card.nextElementSibling : card.previousElementSibling;
      if (!near?.matches("[data-card]")) return;
      if (along > 0) near.after(card); else near.before(card);
    }
    e.preventDefault();
    (e.target.isConnected ? e.target : card).focus();
    this.send(from);
  }
  async send({ card, column, next }) {
    const to = card.closest("[data-column]");
    if (to === column && card.nextElementSibling === next) return;
    const body = new FormData();
    body.set("id", card.dataset.card);
    body.set("to", to.dataset.column);
    const below = card.nextElementSibling;
    body.set("before", below?.matches("[data-card]") ? below.dataset.card : "");
    card.ariaBusy = "true";
    try {
      const answer = await ask(card.dataset.move ?? this.dataset.move, { method: "POST", body });
      if (!answer.ok) throw new Error(new DOMParser().parseFromString(answer.text, "text/html").body.textContent.trim());
      if (answer.go) return location.assign(answer.go);
      if (to !== column) say(`Moved to ${to.dataset.label ?? to.dataset.column}`, { undo: $("[data-undo-url]", new DOMParser().parseFromString(answer.text, "text/html"))?.dataset.undoUrl });
    } catch (error) {
      if (next?.isConnected && next.parentElement) next.before(card); else ($("[data-cards]", column) ?? column).append(card);
      say(`Not moved: ${error.message || "the server did not answer"}`, { tone: "bad" });
    }
    card.removeAttribute("aria-busy");
  }
});
