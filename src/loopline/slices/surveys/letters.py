"""The mail that asks: the question with its scale as links. Opening one chooses, only the page's button answers."""

from dataclasses import dataclass

from django.template.loader import render_to_string

from loopline.platform.notify import post
from loopline.platform.settings.options import workspace
from loopline.slices.surveys.models import Survey

AGAIN = "We asked you this a while ago and would still like to know. We will not remind you again."


@dataclass(frozen=True, slots=True)
class Letter:
    """Subject and both bodies."""

    subject: str
    text: str
    html: str


def hello(name: str) -> str:
    first = name.split(maxsplit=1)[0] if name.strip() else ""
    return f"Hello {first}," if first else "Hello,"


def write(survey: Survey, *, name: str, token: str, stops: bool, again: bool = False) -> Letter:
    """One person's mail. `stops` adds the link that ends further messages; `again` makes it the one reminder."""
    link = post.absolute(f"/survey/{token}")
    company = workspace().name
    picks: list[tuple[str, str]] = []
    if survey.form == "scale":
        picks = [(str(i), f"{link}?score={i}") for i in range(survey.least, survey.most + 1)]
    elif survey.form == "choice":
        picks = [(c, f"{link}?choice={i}") for i, c in enumerate(survey.choices)]
    ends = f"{survey.least}: {survey.least_label}\n{survey.most}: {survey.most_label}"
    parts = [
        hello(name), AGAIN if again else survey.intro, survey.question,
        ends if survey.form == "scale" and survey.least_label else "",
        f"Answer here, it takes a minute: {link}", company,
        f"--\nNo more messages from us: {link}/stop" if stops else "",
    ]  # fmt: skip
    html = render_to_string(
        "surveys/letter.html",
        {"s": survey, "hello": hello(name), "link": link, "picks": picks, "company": company, "stops": stops,
         "before": [AGAIN] if again else [p for p in survey.intro.split("\n\n") if p.strip()]},
        using="jinja2",
    )  # fmt: skip
    subject = f"Reminder: {survey.question}" if again else survey.question
    return Letter(subject[:250], "\n\n".join(p for p in parts if p), html)
