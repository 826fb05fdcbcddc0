"""Those who asked were told within days; of the newest release some wait for approval."""

from datetime import datetime, timedelta

from demo.context import Context
from loopline.platform.identity.actor import Actor
from loopline.slices.releases.models import Release
from loopline.slices.told import services as told
from loopline.slices.told.models import FollowUp


def load(w: Context) -> None:
    """Send the drafts that the releases left, as Oakrow's people would have."""
    who = Actor.system("Follow-ups")
    shipped = dict(Release.objects.exclude(shipped_at=None).values_list("pk", "shipped_at"))
    newest = max(shipped, key=lambda r: shipped[r] or w.now) if shipped else 0
    by_moment: dict[datetime, list[int]] = {}
    rows = FollowUp.objects.filter(occasion="ship").order_by("pk")
    for pk, release, asked in rows.values_list("pk", "release_id", "feedback__received_at"):
        at = shipped.get(release)
        if at is None or (release == newest and w.rng.random() < 0.34):
            continue
        wait = timedelta(days=w.rng.choice((0, 0, 1, 1, 2, 3, 6)), hours=1)
        by_moment.setdefault(min(max(at, asked) + wait, w.now - timedelta(hours=2)), []).append(pk)
    for moment in sorted(by_moment):
        told.record_sent(actor=who, ids=by_moment[moment], said="Sent by e-mail", now=moment)
