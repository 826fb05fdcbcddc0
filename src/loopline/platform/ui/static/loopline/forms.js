// Forms: areas that grow, Ctrl Enter to send, a button that says it is busy, files that can be dropped.
import { $, $$ } from "./page.js";
import { onChord } from "./keys.js";

const grows = CSS.supports("field-sizing", "content");
function grow(area) {
  if (grows) return;
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight + 2}px`;
}
document.addEventListener("input", (e) => { if (e.target.matches?.("textarea")) grow(e.target); });

onChord("Enter", (e) => {
  const form = e.target.closest?.("form");
  if (!form || !e.target.matches("textarea, input, select")) return false;
  form.requestSubmit($("button.primary, button:not([type=button])", form) ?? undefined);
});

// A button that leaves the page (a download, a save beside Run) is no business of the form's htmx.
document.addEventListener("submit", (e) => { if (e.submitter?.matches("[data-plain]")) e.stopPropagation(); }, true);

document.addEventListener("submit", (e) => {
  if (e.defaultPrevented && !e.target.matches("[hx-post], [hx-get]")) return;
  if (e.target.method === "dialog") return;
  const button = e.submitter ?? $("button:not([type=button])", e.target);
  if (button) requestAnimationFrame(() => { button.ariaBusy = "true"; button.dataset.sent = ""; });
});
const rest = (root) => { for (const b of $$("button[data-sent]", root)) { b.removeAttribute("aria-busy"); delete b.dataset.sent; } };
addEventListener("pageshow", () => rest(document));
document.addEventListener("htmx:finally:request", (e) => rest(e.detail?.ctx?.sourceElement ?? document));

// A form that stays on the page is empty again once its answer has come in; refused, it keeps what was typed.
document.addEventListener("htmx:before:swap", (e) => {
  const ctx = e.detail?.ctx, form = ctx?.sourceElement;
  if (!form?.matches?.("form[data-clear]")) return;
  const failed = ctx.response?.status >= 400;
  const place = form.dataset.failed && $(form.dataset.failed, form);
  if (place) place.textContent = failed ? new DOMParser().parseFromString(ctx.text ?? "", "text/html").body.textContent.trim() : "";
  if (failed && place) e.preventDefault();
  if (!failed) { form.reset(); $$("textarea", form).forEach(grow); }
});
document.addEventListener("change", (e) => {
  if (e.target.matches?.("[data-submit], [data-auto] :is(select, input)")) e.target.form?.requestSubmit();
  if (e.target.matches?.("input[type=file]")) {
    const said = e.target.closest("[data-drop]")?.querySelector("[data-chosen]");
    const names = [...e.target.files].map((f) => f.name).join(", ");
    if (said && names) said.textContent = names;
  }
});
for (const kind of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (e) => {
    const zone = e.target.closest?.("[data-drop]");
    if (!zone || !e.dataTransfer?.types.includes("Files")) return;
    e.preventDefault();
    zone.classList.toggle("over", kind === "dragover");
    if (kind !== "drop") return;
    const input = $("input[type=file]", zone);
    input.files = e.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
}
$$("textarea").forEach(grow);
