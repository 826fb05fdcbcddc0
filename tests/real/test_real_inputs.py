"""Real inputs: reviews, trackers and one repository's history, as their sources export them."""

import csv
import gzip
from pathlib import Path

import pytest

from loopline.connectors.github.files import import_files
from loopline.platform.identity.actor import Actor
from loopline.platform.imports.running import run
from loopline.slices.feedback.models import Feedback
from loopline.slices.feedback.similar import duplicates
from loopline.slices.releases.models import Release
from loopline.slices.work.models import WorkItem

pytestmark = pytest.mark.django_db
DATA = Path(__file__).parents[1] / "data"
SHARED = Path(__file__).parents[3] / "shared" / "data" / "delivery" / "secp256k1"
ACTOR = Actor.system("Import")
REVIEWS = {"external_id": "id", "verbatim": "content", "tags": "app", "source": "=app review"}
TRACKER = {
    "external_id": "Issue id",
    "title": "Summary",
    "verbatim": "Description",
    "received_at": "Created",
    "source": "=bugzilla",
}


def take(name, mapping, now, **more):
    return run(
        actor=ACTOR,
        kind_key="feedback-csv",
        path=DATA / "feedback" / name,
        given=mapping,
        now=now,
        **more,
    )


@pytest.mark.slow
def test_ten_thousand_reviews_go_in_once(now):
    dry = take("app_reviews.jsonl.gz", REVIEWS, now, dry_run=True)
    assert (dry.created, Feedback.objects.count()) == (10_000, 0)
    seen: list[int] = []
    got = take("app_reviews.jsonl.gz", REVIEWS, now, step=seen.append)
    assert (got.created, got.bad, seen[-1]) == (10_000, [], 10_000)
    again = take("app_reviews.jsonl.gz", REVIEWS, now)
    assert (again.created, again.same) == (0, 10_000)
    assert Feedback.objects.count() == 10_000


def test_a_tracker_goes_in_and_its_duplicates_are_found(now):
    """R@5 of tier 1: the share of marked pairs where one is among the first five suggestions of the other."""
    got = take("seamonkey.csv.gz", TRACKER, now)
    assert (got.created, got.bad) == (1_076, [])
    by_external = dict(Feedback.objects.values_list("external_id", "pk"))
    with (DATA / "feedback" / "seamonkey_duplicates.csv").open() as file:
        pairs = [
            (by_external[r["issue_id"]], by_external[r["duplicate_id"]])
            for r in csv.DictReader(file)
        ]
    found = 0
    for a, b in pairs:
        of_a = {int(m.id) for m in duplicates(actor=ACTOR, feedback_id=a, limit=5).items}
        of_b = {int(m.id) for m in duplicates(actor=ACTOR, feedback_id=b, limit=5).items}
        found += b in of_a or a in of_b
    assert found / len(pairs) >= 0.5, f"R@5 {found / len(pairs):.2f}"


def test_one_repository_comes_in_whole_and_releases_hold_the_right_pull_requests(now):
    if not (SHARED / "pulls.jsonl.gz").exists():
        pytest.skip("The tracker of secp256k1 is test data only and not part of this clone.")
    for _ in range(2):
        report = import_files(
            actor=ACTOR, paths=sorted(SHARED.iterdir()), repo="bitcoin-core/secp256k1", now=now
        )
    assert report.as_json()["work_items"] == {"created": 0, "changed": 0, "same": 1825}
    assert WorkItem.objects.filter(is_pull=True).count() == 1308
    assert Release.objects.count() == 12
    with gzip.open(SHARED / "commits.csv.gz", "rt") as file:
        first = {r["sha"]: r["first_release"] for r in csv.DictReader(file)}
    for release in Release.objects.all():
        held = {i.work_item.merged_sha for i in release.items.select_related("work_item")}
        expected = {
            w.merged_sha
            for w in WorkItem.objects.exclude(merged_sha="")
            if first.get(w.merged_sha) == release.tag
        }
        assert held == expected, release.tag


def test_shipping_real_work_makes_one_follow_up_per_asker(now, run_jobs):
    if not (SHARED / "pulls.jsonl.gz").exists():
        pytest.skip("The tracker of secp256k1 is test data only and not part of this clone.")
    from loopline.slices.feedback.services import NewFeedback, receive_many
    from loopline.slices.releases.services import ship_release
    from loopline.slices.roadmap import services as roadmap
    from loopline.slices.told.models import FollowUp
    from loopline.slices.work.services import link_items

    import_files(
        actor=ACTOR, paths=sorted(SHARED.iterdir()), repo="bitcoin-core/secp256k1", now=now
    )
    issues = WorkItem.objects.filter(is_pull=False).exclude(body="").order_by("number")[:4]
    asks = [NewFeedback("github", w.body[:2000], w.external_id, w.title, w.url) for w in issues]
    got = receive_many(actor=ACTOR, asks=asks, now=now)
    opp = roadmap.create_opportunity(actor=ACTOR, title="A smaller build", now=now)
    for g in got:
        roadmap.link_feedback(actor=ACTOR, feedback_id=g.id, opportunity_id=opp, now=now)
    bet = roadmap.create_bet(actor=ACTOR, title="CMake", opportunity_id=opp, now=now)
    roadmap.commit_bet(actor=ACTOR, bet_id=bet, now=now)
    release = Release.objects.get(tag="v0.3.0")
    pulls = list(release.items.values_list("work_item_id", flat=True)[:5])
    link_items(actor=ACTOR, ids=pulls, bet_id=bet, now=now)
    for _ in range(2):
        ship_release(actor=ACTOR, release_id=release.pk, now=now)
        run_jobs()
    assert FollowUp.objects.filter(occasion="ship").count() == 4
