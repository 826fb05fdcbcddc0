// A dashboard's charts: dragged or moved with Shift and the arrows, shown full screen, taken along as one picture.
import { $, $$, ask } from "./page.js";

customElements.define("loop-tiles", class extends HTMLElement {
  connectedCallback() {
    for (const tile of this.tiles().filter((t) => t.tabIndex === 0)) tile.draggable = true;
    this.addEventListener("dragstart", (e) => { this.held = e.target.closest?.("[data-tile]"); });
    this.addEventListener("dragover", (e) => {
      const over = e.target.closest?.("[data-tile]");
      if (!this.held || !over) return;
      e.preventDefault();
      if (over !== this.held) this.tiles().indexOf(over) > this.tiles().indexOf(this.held) ? over.after(this.held) : over.before(this.held);
    });
    this.addEventListener("dragend", () => { if (this.held) this.keep(this.held); this.held = null; });
    this.addEventListener("keydown", (e) => {
      const by = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[e.key];
      if (!by || !e.shiftKey || !e.target.matches("[data-tile]")) return;
      const near = by > 0 ? e.target.nextElementSibling : e.target.previousElementSibling;
      if (!near) return;
      e.preventDefault();
      by > 0 ? near.after(e.target) : near.before(e.target);
      e.target.focus();
      this.keep(e.target);
    });
  }
  tiles() { return $$("[data-tile]", this); }
  keep(tile) { 
    const body = new URLSearchParams({ place: this.tiles().indexOf(tile) });
    ask(`${this.dataset.at}/${tile.dataset.tile}/change`, { method: "POST", body });
   }
});

document.addEventListener("click", (e) => {
  if (e.target.closest?.("[data-full]")) document.fullscreenElement ? document.exitFullscreen() : $("#main").requestFullscreen();
  if (e.target.closest?.("[data-print]")) print();
  const png = e.target.closest?.("[data-png]");
  if (png) picture(png.dataset.png);
});

// Every chart on the page below one another, with its title and sentence, drawn on a canvas at twice its size.
async function picture(name) {
  const parts = $$("[data-board] [data-tile]").filter((t) => $("svg.w", t) || $(".hb", t)), width = 800;
  const css = getComputedStyle(document.body), canvas = document.createElement("canvas"), brush = canvas.getContext("2d");
  const drawn = await Promise.all(parts.map(async (tile) => ({ tile, image: await image($("svg.w", tile)) })));
  const height = drawn.reduce((sum, d) => sum + 76 + (d.image ? d.image.height : 26 * $$(".hb li", d.tile).length), 24);
  canvas.width = 2 * width; canvas.height = 2 * height;
  brush.scale(2, 2); brush.fillStyle = css.backgroundColor; brush.fillRect(0, 0, width, height);
  let y = 24;
  for (const { tile, image: picture } of drawn) {
    brush.fillStyle = css.color; brush.font = `600 13px ${css.fontFamily}`; brush.fillText($("h2", tile).textContent, 20, y + 12);
    brush.font = `13px ${css.fontFamily}`; brush.fillText($("figcaption span, p.muted", tile)?.textContent ?? "", 20, y + 34);
    y += 52;
    if (picture) { brush.drawImage(picture, 20, y, picture.width, picture.height); y += picture.height; }
    else for (const row of $$(".hb li", tile)) {
      const [label, bar, value] = row.children, share = parseFloat(bar.style.getPropertyValue("--v")) / 100;
      brush.fillStyle = css.color; brush.fillText(label.textContent, 20, y + 12); brush.fillText(value.textContent, 640, y + 12);
      brush.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--c3") || css.color; brush.fillRect(180, y + 1, 440 * share, 14);
      y += 26;
    }
    y += 24;
  }
  const link = document.createElement("a");
  link.download = name; link.href = canvas.toDataURL("image/png"); link.click();
}

// A chart as an image of its own: what the style sheets say is written into it first.
function image(svg) {
  if (!svg) return null;
  const copy = svg.cloneNode(true), box = svg.viewBox.baseVal, from = [svg, ...$$("*", svg)];
  [copy, ...$$("*", copy)].forEach((node, at) => {
    const css = getComputedStyle(from[at]);
    for (const key of ["fill", "stroke", "stroke-width", "stroke-dasharray", "font", "text-anchor", "opacity"]) node.style.setProperty(key, css.getPropertyValue(key));
  });
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg"); copy.setAttribute("width", box.width); copy.setAttribute("height", box.height);
  return new Promise((done) => {
    const made = new Image(box.width, box.height);
    made.onload = () => done(made); made.onerror = () => done(null);
    made.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
  });
}
