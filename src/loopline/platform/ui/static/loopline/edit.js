// Values edited in place: while a change is on its way it already reads as changed; refused, the field is back.
import { $, make } from "./page.js";

const form = (el) => el?.closest?.("form.edit");

document.addEventListener("keydown", (e) => {
  const editing = form(e.target);
  if (!editing) return;
  if (e.key === "Escape" && !$(".offers")) { e.stopPropagation(); $("[data-cancel]", editing)?.click(); }
});
document.addEventListener("change", (e) => {
  const editing = form(e.target);
  if (editing && (e.target.matches("select") || e.target.type === "date")) editing.requestSubmit();
});
document.addEventListener("htmx:before:request", (e) => {
  const editing = e.detail?.ctx?.sourceElement;
  if (!editing?.matches?.("form.edit")) return;
  const field = $("[name=value]:not([type=hidden]), [data-lookup]", editing);
  const text = field?.matches("select") ? field.selectedOptions[0]?.textContent : field?.value;
  editing.classList.add("saving");
  editing.append(make("span", { class: "shown" }, text || "–"));
});
const back = (e) => {
  const editing = e.detail?.ctx?.sourceElement;
  if (!editing?.matches?.("form.edit.saving")) return;
  editing.classList.remove("saving");
  $(".shown", editing)?.remove();
  if (e.type === "htmx:error") $(".edit-acts", editing)?.append(make("span", { class: "err", role: "alert" }, "Not saved: the server did not answer. Try again."));
};
document.addEventListener("htmx:error", back);
document.addEventListener("htmx:finally:request", back);
document.addEventListener("htmx:after:swap", () => {
  const field = $("form.edit [autofocus]");
  if (!field || field.dataset.met) return;
  field.dataset.met = "1";
  field.focus();
  field.select?.();
  if (field.matches("textarea")) field.setSelectionRange(field.value.length, field.value.length);
});
