// Offers below a field while somebody types: @names in a text, people and objects in a lookup.
import { $, $$, ask, later, make, withQuery } from "./page.js";

let box = null, owner = null, request = null;

function close() {
  box?.remove();
  box = null;
  owner?.setAttribute("aria-expanded", "false");
  owner?.removeAttribute("aria-activedescendant");
  owner = null;
}

const word = (area) => /(?:^|[\s(])@([\p{L}\p{N}._-]{0,40})$/u.exec(area.value.slice(0, area.selectionStart))?.[1];

function place(field) {
  const host = field.closest("dialog") ?? document.body;
  const at = field.getBoundingClientRect(), base = host.getBoundingClientRect();
  const scroll = host === document.body ? { x: scrollX, y: scrollY } : { x: host.scrollLeft - base.left, y: host.scrollTop - base.top };
  Object.assign(box.style, { left: `${at.left + scroll.x}px`, top: `${at.bottom + scroll.y + 4}px`, minWidth: `${Math.min(at.width, 320)}px` });
  host.append(box);
}

async function offer(field, q) {
  request?.abort();
  request = new AbortController();
  let answer;
  try { answer = await ask(withQuery(field.dataset.mentions ?? field.dataset.lookup, { q }), { signal: request.signal }) } catch { return }
  const over = field.dataset.mentions !== undefined && word(field) !== q; // the answer to a name that is typed out
  if (!answer.ok || over || document.activeElement !== field) return close();
  close();
  owner = field;
  box = make("div", { class: "pop offers", id: "offers", role: "listbox", "aria-label": "Offers" });
  box.innerHTML = answer.text;
  const options = $$("[role=option]", box);
  if (!options.length) { box = null; owner = null; return; }
  options.forEach((o, i) => { o.id = `offer-${i}`; o.ariaSelected = String(i === 0); });
  field.setAttribute("aria-expanded", "true");
  field.setAttribute("aria-controls", "offers");
  field.setAttribute("aria-activedescendant", "offer-0");
  place(field);
  box.addEventListener("mousedown", (e) => { e.preventDefault(); take(e.target.closest("[role=option]")); });
}

function take(option) {
  if (!option || !owner) return;
  const field = owner, label = option.dataset.label ?? option.textContent.trim();
  if (field.dataset.mentions !== undefined) {
    const start = field.selectionStart - (word(field) ?? "").length;
    field.setRangeText(`${option.dataset.handle ?? option.dataset.value} `, start, field.selectionStart, "end");
  } else {
    field.value = label;
    const name = field.dataset.lookupName;
    if (name) {
      const hidden = $(`input[type=hidden][name="${CSS.escape(name)}"]`, field.form) ?? field.form.appendChild(make("input", { type: "hidden", name }));
      hidden.value = option.dataset.value;
    }
  }
  close();
  field.dispatchEvent(new CustomEvent("taken", { bubbles: true, detail: { value: option.dataset.value, label } }));
}

const look = later(120, (field) => {
  const q = field.dataset.mentions !== undefined ? word(field) : field.value.trim();
  if (q === undefined || (q === "" && field.dataset.lookup)) return close();
  offer(field, q);
});

document.addEventListener("input", (e) => {
  const field = e.target;
  if (!field.matches?.("[data-mentions], [data-lookup]")) return;
  const name = field.dataset.lookupName;
  if (name && field.form) for (const h of $$(`input[type=hidden][name="${CSS.escape(name)}"]`, field.form)) h.value = "";
  look(field);
});
document.addEventListener("keydown", (e) => {
  if (!box || e.target !== owner) return;
  const options = $$("[role=option]", box), at = options.findIndex((o) => o.ariaSelected === "true");
  const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
  if (step) {
    const to = (at + step + options.length) % options.length;
    options.forEach((o, i) => { o.ariaSelected = String(i === to); });
    owner.setAttribute("aria-activedescendant", options[to].id);
    options[to].scrollIntoView({ block: "nearest" });
  } else if ((e.key === "Enter" || e.key === "Tab") && !e.ctrlKey && !e.metaKey) take(options[at]);
  else if (e.key === "Escape") close();
  else return;
  e.preventDefault();
  e.stopImmediatePropagation();
}, true);
document.addEventListener("focusout", (e) => { if (e.target === owner) setTimeout(close, 150); });
