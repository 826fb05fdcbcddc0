"""What can be edited in place on a survey's page."""

from loopline.platform.ui.rows import Edit, row_fields
from loopline.slices.surveys import services
from loopline.slices.surveys.models import Survey
from loopline.slices.surveys.rules import REPEATS


def register() -> None:
    row_fields(
        "survey",
        lambda i: Survey.objects.select_related("owner").filter(pk=i).first(),
        "survey.change",
        services.change_survey,
        Edit("name", "Name"),
        Edit("question", "Question"),
        Edit("follow_up", "Follow-up question"),
        Edit("intro", "Words in the mail", "longtext"),
        Edit("opens_on", "Opens", "date"),
        Edit("closes_on", "Closes", "date"),
        Edit("remind_after", "Days until the reminder", "number"),
        Edit("repeats", "Asks", "choice", lambda: REPEATS),
        Edit("owner", "Owner", "person", key="owner_id",
             value=lambda s: s.owner.name if s.owner else ""),
    )  # fmt: skip
