"""The impact report as a PDF, drawn by the server without a browser; everything in it comes from the report."""

import unicodedata
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from loopline.slices.home.weighing.impact import Outcome, Report

SYSTEM = Path("/usr/share/fonts/truetype/dejavu")  # more letters than the font that comes along
INK, FAINT, HAIR = "#1c1b1a", "#6b6862", "#dedad3"


@lru_cache(maxsize=1)
def _fonts() -> tuple[str, str, frozenset[int]]:
    """(regular, bold, the letters both have), registered once."""
    import reportlab
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    own = Path(reportlab.__file__).parent / "fonts"
    there = (SYSTEM / "DejaVuSans.ttf").exists() and (SYSTEM / "DejaVuSans-Bold.ttf").exists()
    files = (
        (SYSTEM / "DejaVuSans.ttf", SYSTEM / "DejaVuSans-Bold.ttf")
        if there
        else (own / "Vera.ttf", own / "VeraBd.ttf")
    )
    plain, bold = TTFont("report", str(files[0])), TTFont("report-bold", str(files[1]))
    pdfmetrics.registerFont(plain)
    pdfmetrics.registerFont(bold)
    letters = frozenset(plain.face.charToGlyph) & frozenset(bold.face.charToGlyph)
    return "report", "report-bold", letters


def printable(text: str) -> str:
    """Letters the font lacks become their plain form where there is one, else a question mark."""
    letters = _fonts()[2]
    out = []
    for ch in text:
        if ord(ch) in letters:
            out.append(ch)
            continue
        plain = [c for c in unicodedata.normalize("NFKD", ch) if ord(c) in letters]
        out.append("".join(plain) or ("" if unicodedata.category(ch).startswith("C") else "?"))
    return "".join(out)


def _styles() -> dict[str, Any]:
    from reportlab.lib.colors import HexColor
    from reportlab.lib.styles import ParagraphStyle

    plain, bold, _ = _fonts()
    ink, faint = HexColor(INK), HexColor(FAINT)
    base = ParagraphStyle(
        "base", fontName=plain, fontSize=9.5, leading=13.5, textColor=ink, splitLongWords=1
    )
    return {
        "base": base,
        "small": ParagraphStyle("small", base, fontSize=8, leading=11, textColor=faint),
        "cell": ParagraphStyle("cell", base, fontSize=8, leading=10.5),
        "head": ParagraphStyle("head", base, fontName=bold, fontSize=8, leading=10.5, textColor=faint),
        "h1": ParagraphStyle("h1", base, fontName=bold, fontSize=19, leading=24, spaceAfter=4),
        "h2": ParagraphStyle("h2", base, fontName=bold, fontSize=11.5, leading=15, spaceBefore=14, spaceAfter=5),
        "big": ParagraphStyle("big", base, fontName=bold, fontSize=12, leading=16),
        "li": ParagraphStyle("li", base, leftIndent=11, bulletIndent=1, spaceAfter=3),
    }  # fmt: skip


def _p(text: str, style: Any, **more: Any) -> Any:
    from reportlab.platypus import Paragraph

    return Paragraph(escape(printable(text)), style, **more)


def _table(rows: list[list[Any]], widths: list[float]) -> Any:
    from reportlab.lib.colors import HexColor
    from reportlab.platypus import Table, TableStyle

    return Table(
        rows, colWidths=widths, repeatRows=1, splitInRow=1,
        style=TableStyle([
            ("LINEBELOW", (0, 0), (-1, -1), 0.5, HexColor(HAIR)), ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 0), ("TOPPADDING", (0, 0), (-1, -1), 4),
        ]),
    )  # fmt: skip


def _outcomes(rows: tuple[Outcome, ...], s: dict[str, Any]) -> Any:
    head = [_p(h, s["head"]) for h in ("Outcome", "Baseline", "Now", "Target", "Standing", "Owner")]
    body = [
        [_p(o.name, s["cell"]), _p(o.baseline, s["cell"]), _p(o.now, s["cell"]), _p(o.target, s["cell"]),
         _p(o.standing, s["cell"]), _p(o.owner, s["cell"])]
        for o in rows
    ]  # fmt: skip
    return _table([head, *body], [128, 72, 72, 66, 92, 81])


def _appendix(rows: tuple[Outcome, ...], s: dict[str, Any]) -> list[Any]:
    from reportlab.platypus import PageBreak

    head = [_p(h, s["head"]) for h in ("Number", "What it means", "Baseline", "Now, as of")]
    body = [
        [_p(o.name, s["cell"]), _p(o.definition, s["cell"]), _p(f"{o.baseline} {o.baseline_on}".strip(), s["cell"]),
         _p(f"{o.now} {o.measured_at}".strip(), s["cell"])]
        for o in rows
    ]  # fmt: skip
    return [
        PageBreak(),
        _p("The numbers and what they mean", s["h2"]),
        _table([head, *body], [104, 227, 90, 90]),
    ]


def pdf(report: Report) -> bytes:
    """The report on A4, its numbers with their definitions at the end. The same report gives the same bytes."""
    from reportlab.lib.pagesizes import A4
    from reportlab.platypus import SimpleDocTemplate

    s, out = _styles(), BytesIO()
    story: list[Any] = [
        _p(f"{report.company}, {report.period}", s["small"]),
        _p(report.title, s["h1"]),
        _p(report.headline, s["base"]),
    ]
    if report.stats:
        story.append(_p("What moved most", s["h2"]))
        story += [
            _p(f"{name}: from {was} to {now}", s["big"]) for name, was, now, _ in report.stats
        ]
    for head, points in report.sections:
        story.append(_p(head, s["h2"]))
        story += [_p(point.text, s["li"], bulletText="•") for point in points]
    if report.outcomes:
        story += [_p("Baseline, now, target", s["h2"]), _outcomes(report.outcomes, s)]
    story.append(_p(report.fair, s["small"]))
    if report.outcomes:
        story += _appendix(report.outcomes, s)

    def foot(canvas: Any, page: Any) -> None:
        canvas.setFont(_fonts()[0], 7.5)
        canvas.drawString(42, 26, printable(f"{report.company}, as of {report.on}"))
        canvas.drawRightString(A4[0] - 42, 26, f"{page.page}")

    SimpleDocTemplate(
        out, pagesize=A4, leftMargin=42, rightMargin=42, topMargin=44, bottomMargin=48, invariant=1, lang="en",
        title=printable(f"{report.title}, {report.company}"), author=printable(report.company),
    ).build(story, onFirstPage=foot, onLaterPages=foot)  # fmt: skip
    return out.getvalue()
