// While somebody writes, what exists already is shown: data-similar-src on the field, the answer in data-similar-into.
import { $, ask, later, process, withQuery } from "./page.js";

let request = null;

const look = later(350, async (field) => {
  const place = $(field.dataset.similarInto ?? ".similar", field.form ?? document) ?? $(field.dataset.similarInto ?? ".similar");
  const q = field.value.trim();
  request?.abort();
  if (!place) return;
  if (q.length < 8) { place.replaceChildren(); return; }
  request = new AbortController();
  try {
    const answer = await ask(withQuery(field.dataset.similarSrc, { q: q.slice(0, 1000) }), { signal: request.signal });
    if (!answer.ok) return;
    place.innerHTML = answer.text;
    process(place);
  } catch { /* the next key asks again */ }
});

document.addEventListener("input", (e) => { if (e.target.matches?.("[data-similar-src]")) look(e.target); });
