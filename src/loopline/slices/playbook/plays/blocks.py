"""Blocks of plays, stages and the library, and of what speaks for them."""

from datetime import datetime

from loopline.platform.blocks.registry import Block, Param, Params, Row, Shown, register
from loopline.platform.blocks.shapes import day, days, last, short, span
from loopline.platform.identity.actor import Actor
from loopline.platform.settings.options import today
from loopline.platform.ui.formats import num, plural
from loopline.slices.playbook.plays import company, facts, library, stage, standing

GROUP = "Playbook"
MOST = 8
NO_LOOK = Shown(
    missing="The plays are looked at each night; the first look is still to come.", connect="/plays"
)


def plays_standing(actor: Actor, _params: Params, now: datetime) -> Shown:
    look = standing.last_look()
    if look.at is None:
        return NO_LOOK
    found = standing.every(actor, look)
    short_ = [s for s in found if s.short]
    rows = tuple(
        Row(
            (s.play.title, s.word, r.entry.name, r.seen.here, r.seen.bar),
            f"/plays/{s.play.number}",
        )
        for s in short_[:MOST]
        for r in s.short[:1]
    )
    text = f"{standing.counted(found)[:-1]}, as of {day(look.at, now)}."
    value = standing.tally(found)[standing.FOUND]
    head = ("Play", "Stands", "Falls short at", "Here", "Good is")
    return Shown(text, value, "plays", "/plays", head, rows)


def stage_of(actor: Actor, _params: Params, now: datetime) -> Shown:
    look = standing.last_look()
    said = stage.chosen()
    m = stage.looked(actor, said or stage.proposed().key, look)
    if look.at is None and all(h.state == stage.UNKNOWN for h in m.practices):
        return NO_LOOK
    rows = tuple(Row((h.practice.text, h.word), "/stage") for h in m.practices)
    text = stage.sentence(m) + (
        "." if said else ". The stage is proposed from the counts; nobody has set it."
    )
    value = round(100 * m.done / len(m.practices))
    return Shown(text, value, "%", "/stage", ("Practice", "Stands"), rows)


def missing(actor: Actor, _params: Params, now: datetime) -> Shown:
    look = standing.last_look()
    m = stage.looked(actor, stage.here(), look)
    if look.at is None and all(h.state == stage.UNKNOWN for h in m.practices):
        return NO_LOOK
    open_ = [h for h in m.practices if h.state != stage.IN_PLACE]
    if not open_:
        return Shown(f"Every practice of {m.stage.name} is in place.", 0, "practices", "/stage")
    rows = tuple(
        Row((h.practice.text, h.word, short(h.practice.why)), h.practice.href or "/stage")
        for h in open_
    )
    text = f"{plural(len(open_), 'practice')} of {m.stage.name} not in place yet"
    text += f"; next: {m.next.practice.text}." if m.next else "."
    return Shown(
        text, len(open_), "practices", "/stage", ("Practice", "Stands", "What it brings"), rows
    )  # fmt: skip


def founders_heard(_actor: Actor, params: Params, now: datetime) -> Shown:
    _, count = span(params, now)
    found = company.founders(now)
    if not found:
        return Shown(missing="No founders are named on the company sheet.", connect="/stage")
    good = [f for f in found if not f.quiet(now, count)]
    quiet = [f.name for f in found if f.quiet(now, count)]
    text = f"{num(len(good))} of {plural(len(found), 'founder')} heard a customer {last(count)}"
    text += f"; not {', '.join(quiet[:4])}" if quiet else ""
    rows = tuple(
        Row(
            (
                f.name,
                f.heard[0].whom if f.heard else "nobody",
                day(f.last(), now) if f.heard else "",
            )
        )
        for f in found
    )
    href = "/stage#founders"
    return Shown(
        text, facts.share(len(good), len(found)), "%", href, ("Founder", "Heard last", "When"), rows
    )  # fmt: skip


def founder_share(_actor: Actor, params: Params, now: datetime) -> Shown:
    _, count = span(params, now)
    if not company.founders(now):
        return Shown(missing="No founders are named on the company sheet.", connect="/stage")
    mine, every = company.founder_share(now, count)
    if not every:
        return Shown(missing=f"Nothing came in {last(count)}.", connect="/feedback/new")
    text = f"Founders brought in {num(mine)} of {plural(every, 'item')} {last(count)}"
    return Shown(text, facts.share(mine, every), "%", "/stage#founders")


def _since(params: Params, now: datetime) -> tuple[list[library.Practice], int]:
    since, count = span(params, now)
    return [p for p in library.practices() if today(since) <= p.on <= today(now)], count


def tried(_actor: Actor, params: Params, now: datetime) -> Shown:
    found, count = _since(params, now)
    rows = tuple(
        Row((p.title, p.where, p.change or short(p.came, 60), p.again), p.href)
        for p in found[:MOST]
    )
    if not found:
        return Shown(
            f"Nothing was written down as tried {last(count)}.", 0, "practices", "/library"
        )
    text = f"{library.finding(found)} {last(count)}."
    return Shown(
        text, len(found), "practices", "/library", ("Practice", "Where", "What came of it", "Again"), rows
    )  # fmt: skip


def kept(_actor: Actor, params: Params, now: datetime) -> Shown:
    found, count = _since(params, now)
    judged = [p for p in found if p.decided]
    if not judged:
        return Shown(missing=f"Nothing tried {last(count)} has a verdict yet.", connect="/library")
    good = sum(p.again in ("Kept", "Changed") for p in judged)
    text = (
        f"{num(good)} of {plural(len(judged), 'practice')} with a verdict {last(count)} were kept"
    )
    return Shown(text, good, "practices", "/library")


def shared(_actor: Actor, _params: Params, now: datetime) -> Shown:
    found = [s for s in library.share_outs() if s.held and s.held <= today(now)]
    recent = [s for s in found if s.held and (today(now) - s.held).days <= 366]
    rows = tuple(Row((s.title, day(s.held, now), num(s.people)), s.href) for s in recent[:MOST])
    text = f"{plural(len(recent), 'share-out')} held in the last year"
    return Shown(
        text, len(recent), "share-outs", "/library#share-outs", ("Share-out", "Held", "Came"), rows
    )  # fmt: skip


D90, D30, D14, YEAR = days(90), days(30), days(14), days(366)
KIND = Param("kind", "Kind", None, "funnel")
ABOUT = Param(
    "type",
    "About",
    lambda: [("release", "A release"), ("opportunity", "An opportunity")],
    "release",
)
TEMPLATE = Param("template", "Templates", None, "")
EVERY = (
    ("plays-standing", "Plays", "How many plays have evidence here", "play.read", plays_standing, ()),
    ("stage", "Stage", "Which stage this is and what is in place", "stage.read", stage_of, ()),
    ("practices-missing", "Practices to add", "What the stage asks for and is not there", "stage.read", missing, ()),
    ("founders-heard", "Founders hear customers", "Who heard whom last", "stage.read", founders_heard, (D14,)),
    ("founder-share", "Brought in by founders", "The share of what came in", "stage.read", founder_share, (D30,)),
    ("practices-tried", "Practices tried", "What was tried and what came of it", "library.read", tried, (D90,)),
    ("practices-kept", "Practices kept", "Of those with a verdict", "library.read", kept, (YEAR,)),
    ("share-outs", "Share-outs", "Those held in the last year", "library.read", shared, ()),
    ("feedback-repeats", "Repeats", "The share that repeated what was known", "feedback.read", facts.repeats, (D90,)),
    ("triaged-in-time", "Triaged in time", "The share within the days agreed",
     "feedback.read", facts.triaged_in_time, (D90,)),
    ("triage-time", "Time to triage", "From arrival to the first look", "feedback.read", facts.triage_time, (D90,)),
    ("decisions-dated", "Decisions that come back", "The share with a day to look again",
     "decision.read", facts.decisions_dated, (D90,)),
    ("decisions-about", "Decisions about one kind", "How many, and which",
     "decision.read", facts.decisions_about, (ABOUT, D90)),
    ("decision-time", "Time to decision", "From the question to the choice",
     "decision.read", facts.decision_time, (D90,)),
    ("docs-owned", "Pages with owner and review", "The share of all pages", "doc.read", facts.docs_owned, ()),
    ("docs-due", "Pages to look over", "Past their day, or out of date", "doc.read", facts.docs_due, ()),
    ("docs-in-date", "Pages in date", "The share of those with a day of review", "doc.read", facts.docs_in_date, ()),
    ("docs-written", "Pages of a kind", "How many were written from a template",
     "doc.read", facts.docs_written, (TEMPLATE,)),
    ("actions-on-time", "Actions done on time", "By the day first agreed",
     "action.read", facts.actions_on_time, (D90,)),
    ("work-under-way", "Work under way", "Items started and not finished", "work.read", facts.under_way, ()),
    ("bets-aimed", "Bets with a target", "The share of open bets", "bet.read", facts.bets_aimed, ()),
    ("bets-scored", "Bets scored", "The share of open bets", "bet.read", facts.bets_scored, ()),
    ("bets-from-problems", "Bets from problems", "The share that starts from a customer's problem",
     "bet.read", facts.bets_problem, ()),
    ("bets-verdict", "Bets with a verdict", "Of those shipped eight weeks ago or longer",
     "bet.read", facts.bets_verdict, ()),
    ("reports-kept", "Reports of a kind", "How many are kept", "insight.read", facts.reports, (KIND,)),
    ("investigations-decided", "Investigations", "How many led to a decision",
     "investigation.read", facts.investigations, ()),
    ("directions-decided", "Changes of direction", "Decided in the last year", "goal.read", facts.directions, (YEAR,)),
    ("promises-settled", "Promises settled", "Of those renegotiated this quarter", "goal.read", facts.promises, ()),
    ("quarter-planned", "Teams in the plan", "With a capacity for this quarter",
     "goal.read", facts.quarter_planned, ()),
    ("starters-kept", "The first metrics", "With a value, an owner, a target", "metric.read", facts.starters_kept, ()),
    ("metrics-governed", "Metrics with owner and target", "The share of all metrics",
     "metric.read", facts.governed, ()),
    ("flow-steady", "Steady flow", "How much the flow varies over two quarters", "metric.read", facts.steady, ()),
    ("checklists-done", "Release checklists", "Releases with every line done",
     "release.read", facts.checklists, (D90,)),
)  # fmt: skip


def registered() -> None:
    """Offer all of them."""
    for name, title, about, read, build, params in EVERY:
        register(Block(name, title, about, read, build, params, GROUP))
