"""The sample's product events: they tell the sample's story, and the engine counts what is there."""

import json
import random
from collections import Counter, defaultdict
from contextlib import closing
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from demo.oakrow import SEED
from demo.oakrow.accounts import customers, domain
from demo.oakrow.usage import (
    ACTIVATED_IN,
    CHANNELS,
    COST_PLAN,
    DAYS,
    EVENTS,
    IMPORT_FIX,
    PLANS,
    SWAPS,
    WARD_REPORT,
)
from demo.usage import live
from demo.usage.load import load
from demo.usage.make import Usage, make
from demo.usage.removal import remove
from demo.usage.times import DAY, times
from loopline.connectors.sdk_ingest import native
from loopline.connectors.sdk_ingest.wire import Parcel
from loopline.core.insights.ir import Actor, Adoption, Breakdown, Funnel, Match, Span, Trend
from loopline.warehouse import manifest, sealing
from loopline.warehouse.duck import DuckEngine
from loopline.warehouse.identity import Identities
from loopline.warehouse.records import Event, Fact
from loopline.warehouse.tail import Tail, batch, store

NOW = datetime(2026, 11, 25, 14, 0, tzinfo=UTC)
SCALE = 0.05
STEPS = (
    "trial started", "workspace created", "site added", "import started", "import finished", "rota published",
)  # fmt: skip
NAMELESS = {"site visited", "pricing viewed", "page_view", "ClickedButton"}
Row = tuple[str, str, int, str, dict[str, Any]]  # event, person, ts, account, properties


@pytest.fixture(scope="module")
def usage() -> Usage:
    return make(NOW, SCALE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("events")
    assert load(folder, now=NOW, scale=SCALE) > 30_000
    return folder


@pytest.fixture(scope="module")
def engine(folder: Path):
    tail = Tail(folder)
    known = Identities(fact for _, fact in tail.facts())
    with DuckEngine.open(
        folder / "segments", lambda mark: (e for _, e in tail.read(mark)), known
    ) as engine:
        yield engine


@pytest.fixture(scope="module")
def rows(usage: Usage) -> list[Row]:
    """The events as made, without a warehouse; visitors under the name they got later."""
    known = Identities(usage.facts)
    columns = [usage.columns[name].tolist() for name in ("event", "who", "ts", "text", "number")]
    found = []
    for event, who, ts, text, number in zip(*columns, strict=True):
        end = "" if number < 0 else f"{number}}}"
        did, account, _ = usage.people[who]
        found.append(
            (
                usage.events[event],
                known.person(did),
                ts,
                account,
                json.loads(usage.texts[text] + end),
            )
        )
    return found


def _span(first: int = DAYS - 1, last: int = 0) -> Span:
    """From a release `first` days ago, to now or to a release `last` days ago."""
    at = times(NOW)
    return Span(at.shipped(first), at.shipped(last) if last else at.now + 1)


def _reached(rows: list[Row], since: int, until: int) -> dict[str, list[int]]:
    """How many persons of each channel got to each step, by walking each one's events in order."""
    mine: dict[str, list[tuple[int, str, dict[str, Any]]]] = defaultdict(list)
    for event, person, ts, _, props in rows:
        if event in STEPS and since <= ts < until:
            mine[person].append((ts, event, props))
    counts = {each.name: [0] * len(STEPS) for each in CHANNELS}
    for events in mine.values():
        starts = [(ts, props) for ts, event, props in events if event == STEPS[0]]
        if not starts:
            continue
        (begin, props), level, at = starts[0], 0, starts[0][0]
        for ts, event, _ in sorted(events, key=lambda each: (each[0], STEPS.index(each[1]))):
            if event == STEPS[level] and at <= ts <= begin + ACTIVATED_IN * DAY:
                level, at = level + 1, ts
                counts[props["channel"]][level - 1] += 1
            if level == len(STEPS):
                break
    return counts


def test_what_is_kept_is_what_was_made_and_only_once(folder, usage, engine):
    assert engine.events == len(usage)
    assert load(folder, now=NOW, scale=SCALE) == 0
    assert sum(each.events for each in manifest.load(folder / "segments").segments) < len(usage)
    assert Tail(folder).waiting() > 0
    [entry] = manifest.load(folder / "segments").segments
    with duckdb.connect(str(folder / "segments" / entry.file), read_only=True) as connection:
        bad = connection.execute(
            "select count(*) filter (unreadable is not null), count(*) - count(distinct id),"
            " count(*) filter (ts > received_at) from wide"
        ).fetchone()
    assert bad == (0, 0, 0)


def test_the_events_go_again_and_others_stay(tmp_path):
    load(tmp_path, now=NOW, scale=0.01)
    other = Event("e-1", "report opened", "somebody", round(NOW.timestamp()) * 1_000_000, 0)
    tail = Tail(tmp_path)
    with closing(tail.connect()) as db:
        store(db, [batch([other], [Fact("person", "somebody", 1)], received_at=0)], 0)
    sealing.tend(tmp_path, now=2**60)
    total = sum(each.events for each in manifest.load(tmp_path / "segments").segments)
    assert remove(tmp_path) == total - 1
    assert remove(tmp_path) == 0
    with DuckEngine.open(tmp_path / "segments") as engine:
        assert engine.events == 1
    assert [fact.subject for _, fact in tail.facts()] == ["somebody"]


def test_the_funnel_by_channel_is_that_of_the_events(engine, rows):
    span = _span()
    question = Funnel(
        span, steps=tuple(Match(each) for each in STEPS), breakdown=Breakdown("channel")
    )
    answer = engine.answer(question)
    found = {value: [step.count for step in steps] for value, steps in answer.breakdown}
    assert found == _reached(rows, span.start, span.end)
    assert [step.count for step in answer.steps] == np.sum(list(found.values()), axis=0).tolist()


def test_trials_of_paid_search_stall_at_the_import_and_nowhere_else(rows):
    """Until the dates were mended; since then less."""
    before, after = _span(DAYS - 1, IMPORT_FIX), _span(IMPORT_FIX)
    shares = {}
    for name, span in (("before", before), ("after", after)):
        for channel, counts in _reached(rows, span.start, span.end).items():
            shares[name, channel] = [b / a for a, b in pairwise(counts)]
    others = [name for _, name in shares if name != "paid search"]
    place = STEPS.index("import finished") - 1
    assert shares["before", "paid search"][place] < 0.45
    assert min(shares["before", name][place] for name in others) > 0.6
    assert shares["after", "paid search"][place] > shares["before", "paid search"][place] + 0.15
    for step in range(place):
        assert shares["before", "paid search"][step] > 0.75
    failed = Counter(
        (props["reason"], ts < before.end)
        for event, _, ts, _, props in rows
        if event == "import failed"
    )
    dates = "dates read month first"
    assert (
        failed[dates, True]
        > sum(n for (why, early), n in failed.items() if early and why != dates) * 0.7
    )
    assert failed[dates, False] < sum(n for (_, early), n in failed.items() if not early) * 0.3


def test_activation_rose_by_about_a_fifth_with_the_mended_import():
    """In full size, where chance hardly matters: trials that had their fourteen days."""
    usage, at = make(NOW), times(NOW)
    assert 900_000 < len(usage) < 1_100_000
    assert set(usage.events) == {each.name for each in EVENTS}
    first: dict[str, dict[int, int]] = {}
    names = np.array(usage.events)[usage.columns["event"]]
    for event in ("trial started", "rota published"):
        mask = names == event
        who, when = usage.columns["who"][mask][::-1], usage.columns["ts"][mask][::-1]
        first[event] = dict(zip(who.tolist(), when.tolist(), strict=True))

    def share(since: int, until: int) -> float:
        began = {w: t for w, t in first["trial started"].items() if since <= t < until}
        done = [
            w
            for w, t in began.items()
            if first["rota published"].get(w, at.now) - t <= ACTIVATED_IN * DAY
        ]
        return len(done) / len(began)

    before = share(at.start, at.shipped(IMPORT_FIX))
    after = share(at.shipped(IMPORT_FIX), at.now - ACTIVATED_IN * DAY)
    assert 0.14 < after / before - 1 < 0.22


@pytest.mark.parametrize(
    ("event", "release"),
    [
        ("swap requested", SWAPS),
        ("ward report viewed", WARD_REPORT),
        ("cost plan opened", COST_PLAN),
    ],
)
def test_a_feature_is_used_from_its_release_on(engine, rows, event, release):
    out = times(NOW).shipped(release)
    used = [(ts, account) for name, _, ts, account, _ in rows if name == event]
    assert used
    assert min(ts for ts, _ in used) >= out
    trend = engine.answer(Trend(_span(), match=Match(event)))
    points = trend.series[0].points
    assert sum(point.value or 0 for point in points) == sum(ts >= _span().start for ts, _ in used)
    assert all(not point.value for point in points if point.at < out - DAY)
    answer = engine.answer(Adoption(_span(), match=Match(event), actor=Actor.ACCOUNT))
    assert answer.adopters == len({account for _, account in used})


def test_larger_plans_take_up_the_ward_report_more(usage, rows):
    plans = {domain(each.account): each.account.plan for each in customers(random.Random(SEED))}
    there = Counter(
        plans[account] for account in {account for _, _, _, account, _ in rows if account}
    )
    used = Counter(
        plans[a] for a in {a for event, _, _, a, _ in rows if event == "ward report viewed"}
    )
    team, business, enterprise = (used[plan] / there[plan] for plan in PLANS[:3])
    assert team < business < enterprise


def test_people_and_accounts_are_those_of_the_sample(usage, rows):
    cast = customers(random.Random(SEED))
    domains = {domain(each.account) for each in cast}
    assert {account for _, _, _, account, _ in rows} - {""} <= domains
    known = {f.subject: json.loads(f.properties) for f in usage.facts if f.kind == "person"}
    emails = [each["email"] for each in known.values()]
    assert len(emails) == len(set(emails))
    contacts = {c.email for each in cast if each.account.arr is not None for c in each.contacts}
    assert contacts <= set(emails)
    members = {f.subject: f.object for f in usage.facts if f.kind == "member"}
    assert {members[who] for who in members} <= domains
    assert all(known[who]["email"].endswith(f"@{at}") for who, at in members.items())
    named = {person for event, person, *_ in rows if event not in NAMELESS}
    assert named <= set(known) | set(Identities(usage.facts).overrides().values())


def test_events_are_those_of_the_dictionary_and_end_now(usage, rows):
    assert {event for event, *_ in rows} <= {each.name for each in EVENTS}
    last = usage.columns["ts"][-1]
    assert times(NOW).now - DAY / 24 < last <= times(NOW).now
    again = make(NOW, SCALE)
    assert all((again.columns[name] == usage.columns[name]).all() for name in usage.columns)
    assert again.texts == usage.texts
    assert again.facts == usage.facts


def test_those_who_published_a_rota_come_back_more(rows):
    """In the second and third week of a trial."""
    start = {person: ts for event, person, ts, *_ in rows if event == "trial started"}
    done = {person for event, person, *_ in rows if event == "rota published"}
    back = {
        person
        for event, person, ts, *_ in rows
        if event == "session started"
        and person in start
        and 7 * DAY <= ts - start[person] < 21 * DAY
    }
    old = {person for person, ts in start.items() if ts < times(NOW).now - 21 * DAY}
    kept = len(old & done & back) / len(old & done)
    others = len((old - done) & back) / len(old - done)
    assert kept > 0.75
    assert others < 0.6 * kept


def test_what_the_demo_sends_while_it_runs_is_taken(folder):
    there = live.people(folder)
    assert len({each.account for each in there}) > 20
    dice = random.Random(3)
    sent = [each for who in there[:200] for each in live.events(who, NOW, dice)]
    body = json.dumps({"events": sent}).encode()
    batch = native.translate(Parcel("", body, facts={"encoding": ""}), 0)
    assert {each.event for each in batch.events} <= {each.name for each in EVENTS}
    assert len(batch.events) + len(batch.verdicts) == len(sent)
    assert 0 < len(batch.verdicts) < 0.1 * len(sent)


def test_merged_people_and_shared_computers(usage):
    known = Identities(usage.facts)
    attached = Counter(f.subject for f in usage.facts if f.kind == "identify")
    assert max(attached.values()) == 2
    for fact in usage.facts:
        if fact.kind == "alias":
            assert known.person(fact.object) == known.person(fact.subject)
