// Writing docs: a line for a block from the picker, "/" at a line's start opens it; a removed line of a table comes back.
import { $, $$, ask } from "./page.js";

const body = () => $("[data-doc-body]");
const picker = () => $("[data-block-picker]");

function lineAt(field) {
  const at = field.selectionStart, text = field.value;
  const start = text.lastIndexOf("\n", at - 1) + 1, stop = text.indexOf("\n", at);
  return { start, stop: stop < 0 ? text.length : stop, text: text.slice(start, stop < 0 ? undefined : stop) };
}

function written(item) {
  const bits = [item.dataset.blockPick];
  for (const field of $$("[data-block-param]", item.closest("li"))) {
    const value = field.value.replace(/["{}\n]/g, "").trim();
    if (value) bits.push(/[\s=]/.test(value) ? `${field.dataset.blockParam}="${value}"` : `${field.dataset.blockParam}=${value}`);
  }
  return `{{${bits.join(" ")}}}`;
}

function put(text) {
  const field = body(), line = lineAt(field);
  const free = !line.text.trim() || line.text.trim() === "/";
  const from = free ? line.start : line.stop;
  field.focus();
  field.setRangeText(free ? `${text}\n` : `\n\n${text}\n`, from, free ? line.stop : from, "end");
  field.dispatchEvent(new InputEvent("input", { bubbles: true }));
}

function find(text) {
  const wanted = text.trim().toLowerCase();
  for (const item of $$("[data-block-item]")) item.hidden = wanted !== "" && !item.textContent.toLowerCase().includes(wanted);
  for (const group of $$("[data-block-group]")) group.hidden = !$("[data-block-item]:not([hidden])", group);
}

document.addEventListener("click", async (e) => {
  const pick = e.target.closest?.("[data-block-pick]");
  if (pick && body()) {
    picker().open = false;
    put(written(pick));
  }
  const again = e.target.closest?.("[data-then-get]");
  if (!again) return;
  again.disabled = true;
  const place = again.closest("[data-place]");
  const answer = await ask(again.dataset.undoLine, { method: "POST" });
  if (answer.ok || answer.go) globalThis.htmx?.ajax("GET", again.dataset.thenGet, { target: place, swap: "outerHTML" });
  else again.disabled = false;
});

document.addEventListener("input", (e) => {
  if (e.target.matches?.("[data-block-find]")) return find(e.target.value);
  if (!e.target.matches?.("[data-doc-body]") || e.data !== "/" || lineAt(e.target).text.trim() !== "/") return;
  picker().open = true;
});
document.addEventListener("toggle", async (e) => {
  if (!e.target.matches?.("[data-block-picker]") || !e.target.open) return;
  const place = $("[data-blocks]", e.target);
  if (!place.dataset.here) {
    const answer = await ask(place.dataset.blocks);
    if (!answer.ok) return;
    place.innerHTML = answer.text;
    place.dataset.here = "1";
  }
  const seek = $("[data-block-find]", place);
  seek.value = "";
  find("");
  seek.focus();
}, true);
document.addEventListener("keydown", (e) => {
  const inside = picker()?.open && e.target.closest?.("[data-block-picker]");
  if (!inside) return;
  if (e.key === "Escape") {
    picker().open = false;
    body()?.focus();
    e.stopPropagation();
  } else if (e.key === "Enter" && e.target.matches("[data-block-find], [data-block-param]")) {
    const item = e.target.closest("[data-block-item]") ?? $("[data-block-item]:not([hidden])");
    e.preventDefault();
    $("[data-block-pick]", item)?.click();
  }
}, true);
