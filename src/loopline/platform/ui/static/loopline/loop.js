// Wires the page: every module finds its own elements and works again on what htmx brings.
import "./keys.js";
import "./appearance.js";
import "./toasts.js";
import "./dialogs.js";
import "./palette.js";
import "./lists.js";
import "./forms.js";
import "./edit.js";
import "./offers.js";
import "./similar.js";
import "./progress.js";
import "./board.js";
import "./quotes.js";
import "./line.js";
import "./timer.js";
import "./tiles.js";
import "./live.js";
