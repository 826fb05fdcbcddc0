"""The company sheet fills the places of templates: `[company]`, `[product]`, `[mission]` and the like.

It is the newest doc of the template `company-sheet`; what it does not say stays a place to fill in.
"""

import re

from loopline.platform.db.once import once
from loopline.platform.settings.options import workspace
from loopline.slices.docs.models import Doc

TEMPLATE = "company-sheet"
_HOLE = re.compile(r"\[([a-z][a-z0-9 -]{1,40})\](?!\()")


@once
def facts() -> dict[str, str]:
    """What is known of the company, by the name of its place; `company` is the workspace's name."""
    found = Doc.objects.filter(template=TEMPLATE, archived_at=None).order_by("-pk").first()
    said = {k: v for k, v in (found.data if found else {}).items() if isinstance(v, str) and v}
    return {"company": workspace().name} | {k.replace("_", " "): v for k, v in said.items()}


def filled_in(text: str) -> str:
    """The text with every place filled that the sheet knows."""
    if "[" not in text:
        return text
    known = facts()
    return _HOLE.sub(lambda hole: known.get(hole.group(1), hole.group()), text)
