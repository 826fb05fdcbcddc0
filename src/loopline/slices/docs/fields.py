"""What is edited in place, and how a history reads."""

from loopline.platform.audit.queries import Entry
from loopline.platform.identity.queries import teams
from loopline.platform.ui import objects
from loopline.platform.ui.rows import Edit, row_fields
from loopline.slices.docs import queries, services


def _filled(entry: Entry) -> str:
    said = entry.after.get("said")
    return f"wrote in {entry.after.get('place', 'it')}" + (f": {said}" if said else "")


def _words(text: str) -> objects.Say:
    return lambda _entry: text


def registered() -> None:
    objects.say("doc.filled", _filled)
    objects.say("doc.reviewed", _words("looked it over: it holds"))
    objects.say("doc.stale", lambda entry: f"out of date: {entry.after.get('why', '')}")
    objects.say("doc.sent", _words("sent it out"))
    objects.say("doc.frozen", _words("froze its numbers"))
    row_fields(
        "doc", lambda i: queries.rows().filter(pk=i).first(), "doc.write", services.change_doc,
        Edit("title", "Title"), Edit("review_on", "Review on", "date"),
        Edit("owner", "Owner", "person", key="owner_id", value=lambda d: d.owner.name if d.owner else ""),
        Edit("team", "Team", "choice", key="team_id", value=lambda d: d.team_id,
             options=lambda: [("", "No team"), *((str(i), n) for i, n in teams())],
             shown=lambda d: d.team.name if d.team else ""),
    )  # fmt: skip
