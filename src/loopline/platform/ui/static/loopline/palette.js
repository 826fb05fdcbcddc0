// Find or do: the server ranks, this shows. What was typed last wins; the last chosen come first when nothing is typed.
import { $, $$, ask, icon, keep, later, make, withQuery } from "./page.js";
import { onChord } from "./keys.js";
import { nextDensity, nextTheme } from "./appearance.js";
import { open } from "./dialogs.js";

const DO = { theme: nextTheme, density: nextDensity, keys: () => open("keys"), create: (kind) => $(`#create [data-kind="${CSS.escape(kind ?? "")}"]`)?.click() };

const recent = {
  all() { try { return JSON.parse(keep.get("recent") ?? "[]").slice(0, 6) } catch { return [] } },
  add(row) { keep.set("recent", JSON.stringify([row, ...this.all().filter((r) => r.href !== row.href)].slice(0, 6))) },
  group() {
    const rows = this.all().filter((r) => typeof r.href === "string" && r.href.startsWith("/"));
    if (!rows.length) return null;
    const group = make("div", { role: "group", "aria-label": "Recent" }, make("h3", { "aria-hidden": "true" }, "Recent"));
    group.append(...rows.map((r) => make("a", { role: "option", href: r.href, tabindex: "-1", "aria-selected": "false" }, icon(r.icon ?? "clock"), make("span", { class: "clip" }, r.title))));
    return group;
  },
};

customElements.define("loop-palette", class extends HTMLElement {
  connectedCallback() {
    this.dialog = $("dialog", this);
    this.input = $("input", this);
    this.list = $("[role=listbox]", this);
    this.status = $("[role=status]", this);
    const find = later(80, () => this.find());
    this.input.addEventListener("input", find);
    this.input.addEventListener("keydown", (e) => this.key(e));
    this.list.addEventListener("click", (e) => this.choose(e.target.closest("[role=option]"), e));
    this.list.addEventListener("pointermove", (e) => this.light(e.target.closest("[role=option]")));
    this.dialog.addEventListener("opened", () => { this.input.select(); this.find(); });
    onChord("k", () => { if ($("dialog[open]:not(.palette)")) return false; open(this.dialog.id); });
  }
  get options() { return $$("[role=option]", this.list) }
  get lit() { return this.options.find((o) => o.ariaSelected === "true") }

  async find() {
    this.request?.abort();
    this.request = new AbortController();
    const q = this.input.value.trim(), began = performance.now();
    try {
      const answer = await ask(withQuery(this.dataset.src, { q, from: location.pathname }), { signal: this.request.signal });
      if (!answer.ok) throw new Error(String(answer.status));
      this.list.innerHTML = answer.text;
      const before = q ? null : recent.group();
      if (before) this.list.prepend(before);
      this.status.textContent = this.options.length ? `${this.options.length} found, ${Math.round(performance.now() - began)} ms` : "";
    } catch (error) {
      if (error.name === "AbortError") return;
      this.list.replaceChildren(make("p", { class: "none" }, "The server did not answer. Press Enter to try again."));
    }
    this.options.forEach((o, i) => { o.id ||= `o${i}`; o.tabIndex = -1; });
    this.light(this.options[0]);
  }
  key(e) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (step) {
      const all = this.options, at = all.indexOf(this.lit);
      this.light(all[(at + step + all.length) % all.length]);
      this.lit?.scrollIntoView({ block: "nearest" });
      e.preventDefault();
    } else if (e.key === "Enter") {
      e.preventDefault();
      if (this.lit) this.choose(this.lit, e, true); else this.find();
    }
  }
  light(option) {
    if (!option || option === this.lit) return;
    for (const o of this.options) o.ariaSelected = String(o === option);
    this.input.setAttribute("aria-activedescendant", option.id);
  }
  choose(option, e, byKey = false) {
    if (!option) return;
    const { action, arg } = option.dataset;
    if (action && DO[action]) {
      this.dialog.close();
      DO[action](arg);
    } else if (option.href || option.dataset.href) {
      const href = option.getAttribute("href") ?? option.dataset.href;
      recent.add({ title: ($(".clip", option) ?? option).textContent.trim(), href, icon: $("use", option)?.getAttribute("href")?.slice(3) });
      if (option.href && !byKey) return; // the link itself is followed
      if (e.ctrlKey || e.metaKey) globalThis.open(href); else location.assign(href);
    }
  }
});
