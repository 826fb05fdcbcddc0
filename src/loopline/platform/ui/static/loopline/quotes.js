// Select words in [data-quotable], then H highlights and L links them. The form named in data-quote-h or data-quote-l
// takes the words in its field "quote"; the events "quote-h" and "quote-l" say the same to whoever listens.
import { $, make } from "./page.js";
import { onKey } from "./keys.js";

function chosen() {
  const selection = getSelection();
  const text = selection?.toString().replace(/\s+/g, " ").trim();
  if (!text || !selection.rangeCount) return null;
  const node = selection.getRangeAt(0).commonAncestorContainer;
  const host = (node.nodeType === 1 ? node : node.parentElement)?.closest("[data-quotable]");
  return host ? { host, text: text.slice(0, 2000), range: selection.getRangeAt(0) } : null;
}

function use(letter) {
  const found = chosen();
  if (!found) return false;
  const { host, text } = found;
  const heard = host.dispatchEvent(new CustomEvent(`quote-${letter}`, { bubbles: true, cancelable: true, detail: { text } }));
  const form = $(host.getAttribute(`data-quote-${letter}`) || ":not(*)");
  if (heard && form) {
    $("[name=quote]", form).value = text;
    const dialog = form.closest("dialog");
    if (dialog) { dialog.showModal(); $("input:not([type=hidden]), select, textarea", form)?.focus(); }
    else form.requestSubmit();
  }
  bar?.remove();
}
onKey("h", () => use("h"));
onKey("l", () => use("l"));

let bar = null;
document.addEventListener("selectionchange", () => {
  bar?.remove();
  bar = null;
});
document.addEventListener("pointerup", (e) => {
  if (e.target.closest?.(".select-bar")) return;
  setTimeout(() => {
    const found = chosen();
    bar?.remove();
    bar = null;
    if (!found) return;
    const at = found.range.getBoundingClientRect();
    bar = make("div", { class: "pop select-bar", role: "toolbar", "aria-label": "What was selected" });
    for (const [letter, words] of [["h", "Highlight"], ["l", "Link"]]) {
      if (!found.host.hasAttribute(`data-quote-${letter}`)) continue;
      const button = make("button", { class: "btn quiet", type: "button" }, `${words} `, make("kbd", {}, letter.toUpperCase()));
      button.addEventListener("pointerdown", (down) => down.preventDefault());
      button.addEventListener("click", () => use(letter));
      bar.append(button);
    }
    bar.style.left = `${Math.max(8, at.left + scrollX)}px`;
    bar.style.top = `${at.bottom + scrollY + 6}px`;
    if (bar.children.length) document.body.append(bar);
  });
});
