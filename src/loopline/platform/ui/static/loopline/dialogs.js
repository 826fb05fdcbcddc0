// Dialogs: keys (?), create (C), menu. Each is a <dialog>; what was typed in one stays until it is sent.
import { $, $$, ask, process, withQuery } from "./page.js";
import { onKey } from "./keys.js";

export function open(id) {
  const dialog = document.getElementById(id);
  if (!(dialog instanceof HTMLDialogElement)) return false;
  if (!dialog.open) dialog.showModal();
  dialog.dispatchEvent(new CustomEvent("opened"));
  return true;
}

async function create(kind) {
  const dialog = $("#create");
  if (!dialog) return false;
  const wanted = kind || $("#main")?.dataset.createKind;
  const tabs = $$("[data-kind]", dialog);
  const tab = tabs.find((t) => t.dataset.kind === wanted) ?? tabs.find((t) => t.ariaPressed === "true") ?? tabs[0];
  if (!tab) return false;
  if (!dialog.open) dialog.showModal();
  if (tab.ariaPressed !== "true" || !$("form", $("#create-form", dialog))) await load(dialog, tab, tabs);
  $("[autofocus], input:not([type=hidden]), textarea, select", $("#create-form", dialog))?.focus();
}

async function load(dialog, tab, tabs) {
  for (const t of tabs) t.ariaPressed = String(t === tab);
  const place = $("#create-form", dialog);
  place.ariaBusy = "true";
  try {
    const about = $("#main")?.dataset.about;
    const answer = await ask(withQuery(tab.dataset.src, about ? { about } : {}));
    place.innerHTML = answer.text;
    process(place);
    place.dispatchEvent(new CustomEvent("brought", { bubbles: true }));
  } catch {
    location.assign(tab.dataset.src);
  }
  place.ariaBusy = "false";
}

document.addEventListener("click", (e) => {
  if (e.button || e.ctrlKey || e.metaKey || e.shiftKey) return;
  const opener = e.target.closest?.("[data-open]");
  if (opener && open(opener.dataset.open)) { opener.closest("details.account")?.removeAttribute("open"); e.preventDefault(); }
  const maker = e.target.closest?.("[data-create]");
  if (maker && $("#create")) { e.preventDefault(); create(maker.dataset.create); }
  const tab = e.target.closest?.("#create [data-kind]");
  if (tab) create(tab.dataset.kind);
  const shut = e.target.closest?.("dialog [data-close]");
  if (shut) { shut.closest("dialog").close(); e.preventDefault(); }
  if (e.target instanceof HTMLDialogElement) e.target.close();
  for (const d of $$("details.drop-menu[open], details.account[open]")) if (!d.contains(e.target)) d.open = false;
});
document.addEventListener("keydown", (e) => {
  if (e.key !== "Escape") return;
  const menu = e.target.closest?.("details.drop-menu[open], details.account[open]") ?? $("details.drop-menu[open], details.account[open]");
  if (menu) { menu.open = false; $("summary", menu).focus(); }
});

onKey("?", () => open("keys"));
onKey("c", () => $("#create") ? create("") : false);

const find = $("#keys-find");
find?.addEventListener("input", () => {
  const words = find.value.trim().toLowerCase();
  for (const scope of $$("#keys .keys > div")) {
    const rows = $$("dl > div", scope);
    for (const row of rows) row.hidden = !row.textContent.toLowerCase().includes(words);
    scope.hidden = rows.every((row) => row.hidden);
  }
});
