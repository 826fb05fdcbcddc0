// Light, dark or the system's; dense or roomy rows. theme.js applies the kept choice before the first paint.
import { $$, keep } from "./page.js";
import { onKey } from "./keys.js";

const root = document.documentElement;
const dark = () => root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;

function show() {
  for (const b of $$("[data-theme-set]")) b.ariaPressed = String(b.dataset.themeSet === (root.dataset.theme ?? ""));
  for (const b of $$("[data-density-set]")) b.ariaPressed = String(b.dataset.densitySet === (root.dataset.density ?? ""));
}

function choose(name, value) {
  if (value) root.dataset[name] = value; else delete root.dataset[name];
  keep.set(name, value);
  show();
}

export const nextTheme = () => choose("theme", dark() ? "light" : "dark");
export const nextDensity = () => choose("density", root.dataset.density ? "" : "roomy");

document.addEventListener("click", (e) => {
  const to = e.target.closest?.("[data-theme-set], [data-density-set], [data-theme-next]");
  if (!to) return;
  if ("themeNext" in to.dataset) nextTheme();
  else if ("themeSet" in to.dataset) choose("theme", to.dataset.themeSet);
  else choose("density", to.dataset.densitySet);
});
onKey("t", nextTheme);
show();
