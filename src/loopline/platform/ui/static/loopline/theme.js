// Theme and density before the first paint: ?theme=dark in the address, else the kept choice, else the system's.
{
  const root = document.documentElement;
  const kept = (key) => { try { return localStorage.getItem(key) } catch { return null } };
  const asked = new URLSearchParams(location.search).get("theme");
  const theme = /^(light|dark)$/.test(asked ?? "") ? asked : kept("theme");
  if (theme) root.dataset.theme = theme;
  if (kept("density")) root.dataset.density = kept("density");
  root.classList.add("js");
}
