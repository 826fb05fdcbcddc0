/* Loopline survey: one question on a page of yours. No cookie, no other file, no inline style.
   <script async src="https://loopline.example/survey/embed.js" data-survey="KEY" data-email="" data-person=""></script>
   Needs in a Content-Security-Policy: script-src and connect-src of that address, nothing else. */
(() => {
  "use strict";
  const tag = document.currentScript;
  if (!tag || !tag.dataset.survey) return;
  const given = tag.dataset;
  const door = new URL("api/" + encodeURIComponent(given.survey), tag.src).href;
  const about = [given.survey, given.email || given.person || "", given.occasion || ""].join("|");
  const memory = "loopline-survey-" + about;
  const recall = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
  const keep = (key, value) => { try { localStorage.setItem(key, value); } catch { /* private mode */ } };
  // A survey that repeats does so every quarter: until then what was answered or closed is not looked up again.
  const [before, at] = (recall(memory) || "").split(" ");
  if (before && !(Date.now() - Number(at) > 80 * 86400e3) && given.always === undefined) return;
  const remember = (ask) => keep(memory, `${ask.round} ${Date.now()}`);

  const random = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
  const browser = recall("loopline-browser") || random();
  keep("loopline-browser", browser);

  const STYLE = `
    :host { all: initial; --ink: #24211d; --soft: #6b655c; --ground: #fff; --edge: #8d877e; --hair: #e5e1da; --accent: #2b4bd0; --on: #fff; --over: #eef1fd; --bad: #b3261e }
    @media (prefers-color-scheme: dark) { :host(:not([theme=light])) { --ink: #f1efec; --soft: #b0aaa1; --ground: #242220; --edge: #8d877e; --hair: #403c37; --accent: #4a68e8; --over: #2c3354; --bad: #f2b8b5 } }
    :host([theme=dark]) { --ink: #f1efec; --soft: #b0aaa1; --ground: #242220; --edge: #8d877e; --hair: #403c37; --accent: #4a68e8; --over: #2c3354; --bad: #f2b8b5 }
    * { box-sizing: border-box }
    .card { position: fixed; right: 16px; bottom: 16px; z-index: 2147483000; width: min(420px, calc(100vw - 32px)); max-height: calc(100vh - 32px); overflow: auto; padding: 20px; border-radius: 12px; background: var(--ground); color: var(--ink); font: 15px/22px system-ui, sans-serif; box-shadow: 0 0 0 1px var(--hair), 0 12px 36px -8px rgb(40 35 30 / .35) }
    .card.inline { position: static; width: auto; max-width: 560px; max-height: none; box-shadow: 0 0 0 1px var(--hair) }
    h2 { margin: 0 28px 14px 0; font-size: 16px; line-height: 23px; font-weight: 600 }
    .shut { position: absolute; right: 10px; top: 10px; width: 36px; height: 36px; border: 0; border-radius: 8px; background: none; color: var(--soft); font: 20px/1 system-ui, sans-serif; cursor: pointer }
    .inline .shut { display: none } .inline { position: relative }
    .scale { display: grid; grid-template-columns: repeat(var(--n), minmax(0, 1fr)); gap: 4px }
    .choices { display: grid; gap: 6px }
    .pick { min-height: 44px; padding: 8px; border: 1px solid var(--edge); border-radius: 8px; background: none; color: inherit; font: inherit; font-weight: 500; cursor: pointer }
    .choices .pick { text-align: start; padding-inline: 14px }
    .pick:hover { background: var(--over) } .pick[aria-checked=true], .send { background: var(--accent); border-color: var(--accent); color: var(--on) }
    .ends { display: flex; justify-content: space-between; gap: 12px; margin: 6px 0 0; color: var(--soft); font-size: 13px; line-height: 18px }
    .more { display: grid; gap: 8px; margin-top: 16px } .more[hidden] { display: none }
    textarea { width: 100%; min-height: 84px; padding: 8px 10px; border: 1px solid var(--edge); border-radius: 8px; background: none; color: inherit; font: 16px/22px system-ui, sans-serif; resize: vertical }
    .send { min-height: 44px; padding: 0 20px; border: 0; border-radius: 8px; font: inherit; font-weight: 600; cursor: pointer; justify-self: start }
    .said { margin: 10px 0 0; color: var(--bad) } .said:empty { display: none }
    :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }`;

  const make = (name, set = {}, ...inside) => {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(set)) {
      if (key === "text") node.textContent = value;
      else if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
      else node.setAttribute(key, value);
    }
    node.append(...inside);
    return node;
  };

  const show = (ask) => {
    const place = given.target ? document.querySelector(given.target) : null;
    const host = make("loopline-survey");
    if (given.theme) host.setAttribute("theme", given.theme);
    const root = host.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];

    const state = { score: null, choice: "", words: "" };
    const said = make("p", { class: "said", role: "alert" });
    const close = () => { remember(ask); host.remove(); };
    const send = async () => {
      const body = { browser, ...state };
      for (const name of ["email", "person", "name", "signature", "occasion"]) if (given[name]) body[name] = given[name];
      said.textContent = "";
      try {
        const answer = await fetch(door, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), credentials: "omit", keepalive: true });
        if (answer.ok) { remember(ask); return true; }
        said.textContent = (await answer.json()).detail;
      } catch {
        said.textContent = "That did not arrive. Look at your connection and send it again.";
      }
      return false;
    };
    const thank = () => {
      card.replaceChildren(shut, make("h2", { text: "Thank you", tabindex: "-1" }), make("div", { text: `Somebody at ${ask.company} reads what people write.` }));
      card.querySelector("h2").focus();
      if (!place) setTimeout(() => host.remove(), 6000);
    };

    const words = make("textarea", { maxlength: "5000", id: "words" });
    const finish = make("button", { type: "button", class: "send", text: "Send", onclick: async () => {
      state.words = words.value;
      finish.disabled = true;
      if (await send()) thank(); else finish.disabled = false;
    } });
    const more = make("div", { class: "more" }, ...(ask.follow_up || ask.form === "text" ? [make("label", { for: "words", text: ask.form === "text" ? ask.question : ask.follow_up }), words] : []), finish);
    more.hidden = ask.form !== "text";

    const options = ask.form === "scale" ? Array.from({ length: ask.most - ask.least + 1 }, (_, i) => ask.least + i) : ask.form === "choice" ? ask.choices : [];
    const picks = options.map((value, i) => {
      const set = { type: "button", class: "pick", role: "radio", "aria-checked": "false", tabindex: i ? "-1" : "0", text: String(value) };
      if (ask.form === "scale" && (i === 0 || i === options.length - 1)) {
        const label = i ? ask.most_label : ask.least_label;
        if (label) set["aria-label"] = `${value}, ${label}`;
      }
      return make("button", set);
    });
    const choose = async (i) => {
      picks.forEach((p, j) => { p.setAttribute("aria-checked", String(i === j)); p.tabIndex = i === j ? 0 : -1; });
      if (ask.form === "scale") state.score = options[i]; else state.choice = options[i];
      more.hidden = false;
      // the choice counts at once; words that follow correct the same answer
      const taken = await send();
      if (taken && !ask.follow_up) thank();
    };
    const group = make("div", { class: ask.form === "scale" ? "scale" : "choices", role: "radiogroup", "aria-labelledby": "ask" }, ...picks);
    group.style.setProperty("--n", String(options.length > 7 ? Math.ceil(options.length / 2) : options.length || 1));
    group.addEventListener("click", (event) => { const i = picks.indexOf(event.target); if (i >= 0) choose(i); });
    group.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      const i = picks.indexOf(event.target);
      if (!step || i < 0) return;
      event.preventDefault();
      const to = (i + step + picks.length) % picks.length;
      picks[i].tabIndex = -1;
      picks[to].tabIndex = 0;
      picks[to].focus();
    });

    const shut = make("button", { type: "button", class: "shut", "aria-label": "Close this question", text: "×", onclick: close });
    const ends = make("p", { class: "ends", "aria-hidden": "true" }, make("span", { text: `${ask.least}: ${ask.least_label}` }), make("span", { text: `${ask.most}: ${ask.most_label}` }));
    const card = make("section", { class: place ? "card inline" : "card", "aria-labelledby": "ask" }, shut, make("h2", { id: "ask", text: ask.question }),
      ...(options.length ? [group] : []), ...(ask.form === "scale" && (ask.least_label || ask.most_label) ? [ends] : []), more, said);
    card.addEventListener("keydown", (event) => { if (event.key === "Escape" && !place) close(); });
    root.append(card);
    (place || document.body).append(host);
  };

  const start = async () => {
    try {
      const answer = await fetch(door, { credentials: "omit" });
      if (!answer.ok) return;
      const ask = await answer.json();
      if (before === ask.round && given.always === undefined) remember(ask); else show(ask);
    } catch { /* the page goes on without it */ }
  };
  const delay = Math.max(0, Math.min(600, Number(given.delay) || 0)) * 1000;
  const later = () => setTimeout(start, delay);
  if (document.body) later(); else addEventListener("DOMContentLoaded", later, { once: true });
})();
