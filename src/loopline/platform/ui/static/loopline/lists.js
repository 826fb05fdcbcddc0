// Lists by keyboard: J K move, Enter opens, X selects, Shift X a range, further keys act on what is selected.
import { $, $$, typing } from "./page.js";
import { onKey } from "./keys.js";

const ROWS = "[data-keys] > li:not(.more), [data-list] > :is(li, tr)[data-id]";
const rows = () => [...new Set($$(ROWS))].filter((r) => r.checkVisibility?.() ?? true);
const current = () => rows().find((r) => r.ariaCurrent === "true" || r.contains(document.activeElement));
let anchor = null;

function stand(row) {
  for (const r of rows()) if (r !== row) r.removeAttribute("aria-current");
  row.ariaCurrent = "true";
  ($("a.t, a", row) ?? row).focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
  row.dispatchEvent(new CustomEvent("stand", { bubbles: true }));
}

function step(by) {
  const all = rows();
  if (!all.length) return false;
  const to = all[all.indexOf(current()) + by];
  if (to) stand(to); else if (by > 0) $(".more a")?.click();
}

const box = (row) => row && $(".row-pick", row);
const picked = () => $$(".row-pick:checked");

function tell() {
  const bar = $("#bulk"), n = picked().length;
  if (!bar) return;
  bar.hidden = !n;
  $("[data-count]", bar).textContent = `${n} selected`;
  const all = $("[data-all]", bar);
  if (all) all.hidden = n < $$(".row-pick").length;
  for (const list of $$("[data-list]")) list.classList.toggle("picking", n > 0);
}

function pick(row, to) {
  const b = box(row);
  if (!b) return false;
  b.checked = to ?? !b.checked;
  anchor = row;
  tell();
}

function range(row) {
  const all = rows(), from = Math.max(all.indexOf(anchor), 0), to = all.indexOf(row);
  if (to < 0) return false;
  for (const r of all.slice(Math.min(from, to), Math.max(from, to) + 1)) if (box(r)) box(r).checked = true;
  tell();
}

document.addEventListener("change", (e) => {
  if (!e.target.matches?.(".row-pick")) return;
  const row = e.target.closest("li, tr");
  if (globalThis.event?.shiftKey) range(row); else anchor = row;
  tell();
});
document.addEventListener("click", (e) => {
  if (e.target.matches?.(".row-pick") && e.shiftKey) range(e.target.closest("li, tr"));
  if (e.target.closest?.("[data-select-none]")) { for (const b of picked()) b.checked = false; tell(); }
});

// One form serves all actions: only the value beside the pressed button goes with it.
document.addEventListener("submit", (e) => {
  if (e.target.id !== "bulk") return;
  const near = e.submitter?.closest("details");
  for (const field of $$("[name=value]", e.target)) field.disabled = !near?.contains(field);
});

function act(key) {
  const button = $(`#bulk [data-bulk-key="${CSS.escape(key)}" i]`);
  if (!button) return false;
  if (!picked().length && pick(current()) === false) return false;
  button.click();
  const menu = button.closest("details");
  if (menu) { menu.open = true; $("select, input", menu)?.focus(); }
}

onKey("j", () => step(1));
onKey("k", () => step(-1));
onKey("Enter", (e) => {
  const row = current();
  if (!row || e.target.closest("a, button, summary")) return false;
  $("a.t, a", row)?.click();
});
onKey("x", () => pick(current()));
onKey("shift+x", () => range(current()));
for (const key of $$("#bulk [data-bulk-key]").map((b) => b.dataset.bulkKey)) {
  const parts = key.toLowerCase().split(" ");
  onKey(parts.join("+"), () => act(key));
}
onKey("f", () => {
  const menu = $("[data-menu=filter]");
  if (!menu) return false;
  menu.open = true;
  $("summary", $(".filter-menu", menu))?.focus();
});
onKey("/", () => { const find = $("[data-search]"); if (!find) return false; find.focus(); find.select(); });
document.addEventListener("keydown", (e) => {
  if (e.key === "Escape" && typing(e.target) && e.target.matches("[data-search]")) e.target.blur();
  else if (e.key === "Escape" && picked().length && !$("dialog[open], .offers")) { for (const b of picked()) b.checked = false; tell(); }
});
document.addEventListener("htmx:after:swap", tell);
tell();
