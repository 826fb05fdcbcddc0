"""Waits in a row, each as long as it takes: where the time of one way goes."""

from collections.abc import Sequence

from markupsafe import Markup, escape

from loopline.platform.ui.formats import num
from loopline.platform.ui.trusted import html

WIDE, NARROW = 760, 358
LETTER = 6.6  # how wide a letter of the charts' type is, at most
Wait = tuple[str, float]


def waits(steps: Sequence[Wait], unit: str, label: str) -> Markup:
    """One line cut into its steps, (name, wait) in order, the longest in the accent. Empty without a wait."""
    known = [(name, wait) for name, wait in steps if wait > 0]
    if not known:
        return Markup("")
    longest = max(range(len(known)), key=lambda i: known[i][1])
    return html(
        _box("w", WIDE, 78, label, _wide(known, longest, unit))
        + _box("n", NARROW, len(known) * 34, label, _narrow(known, longest, unit))
    )


def _box(cls: str, w: int, h: int, label: str, body: Sequence[str]) -> str:
    return (
        f'<svg class="{cls}" viewBox="0 0 {w} {h}" role="img" aria-label="{escape(label)}">'
        f"{''.join(body)}</svg>"
    )


def _rect(x: float, y: float, w: float, h: int, first: bool) -> str:
    tone = "var(--accent)" if first else "var(--c3)"
    return f'<rect x="{x:.1f}" y="{y:g}" width="{max(w - 2, 1):.1f}" height="{h}" rx="2" style="fill:{tone}"/>'


def _wide(steps: Sequence[Wait], longest: int, unit: str) -> list[str]:
    """Names stand above and below in turn, so that each has its own stretch and the next one's to stand in."""
    total, x, body = sum(w for _, w in steps), 0.0, []
    widths = [w / total * WIDE for _, w in steps]
    for i, (name, wait) in enumerate(steps):
        room = widths[i] + (widths[i + 1] if i + 1 < len(steps) else 0)
        said = f" {num(round(wait, 1))} {unit}"
        letters = int(room / LETTER) - len(said)
        body.append(_rect(x, 30, widths[i], 16, i == longest))
        if letters >= min(len(name), 6):
            shown = name if len(name) <= letters else f"{name[: letters - 1].rstrip()}…"
            cls = "v" if i == longest else "t2"
            y = 20 if i % 2 == 0 else 64
            body.append(f'<text class="{cls}" x="{x:.0f}" y="{y}">{escape(shown + said)}</text>')
        x += widths[i]
    return body


def _narrow(steps: Sequence[Wait], longest: int, unit: str) -> list[str]:
    """One bar a step below one another, each beginning where the last ended."""
    total, x, body = sum(w for _, w in steps), 0.0, []
    for i, (name, wait) in enumerate(steps):
        w, cls = wait / total * NARROW, "v" if i == longest else "t2"
        said = escape(f"{name[:42]} {num(round(wait, 1))} {unit}")
        body.append(f'<text class="{cls}" x="0" y="{i * 34 + 12}">{said}</text>')
        body.append(_rect(x, i * 34 + 18, w, 8, i == longest))
        x += w
    return body
