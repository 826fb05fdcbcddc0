"""The activation-rule helper against pandas over the same events."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from loopline.core.problems import Invalid
from loopline.slices.measures import helping


def _events(now, people=120):
    rng = np.random.default_rng(3)
    out = []
    for at in range(people):
        start = now - timedelta(days=int(rng.integers(20, 130)), minutes=int(rng.integers(0, 900)))
        out.append(("signup", f"p{at}", start))
        for name, rate in (("invite", 2.0), ("look", 4.0)):
            hours = rng.uniform(-30, 24 * 40, int(rng.poisson(rate)))
            out += [(name, f"p{at}", start + timedelta(hours=float(h))) for h in hours]
    return out


def test_the_ranking_is_pandas_over_the_same_events(cast, stored, now):
    events = _events(now)
    stored([(e, p, t.isoformat()) for e, p, t in events])
    found = helping.early(actor=cast.dee, signup="signup", days=7, week=3, back=60, now=now)

    frame = pd.DataFrame(events, columns=["event", "person", "time"])
    first = frame[frame.event == "signup"].groupby("person").time.min()
    first = first[(first >= now - timedelta(days=28 + 60)) & (first < now - timedelta(days=28))]
    frame = frame[frame.person.isin(first.index)]
    since = frame.time - frame.person.map(first)
    kept = set(frame.person[(since >= timedelta(days=21)) & (since < timedelta(days=28))])
    early = frame[(since >= timedelta(0)) & (since < timedelta(days=7)) & (frame.event != "signup")]
    assert (found.people, found.kept) == (len(first), len(kept))
    stayed = np.array([p in kept for p in first.index])
    seen = {(r.event, r.times): r for r in found.rules}
    for name in ("invite", "look"):
        counts = (
            early[early.event == name].groupby("person").size().reindex(first.index, fill_value=0)
        )
        for times in range(1, 6):
            did = (counts >= times).to_numpy()
            if not 0 < did.sum() < len(did):
                assert (name, times) not in seen
                continue
            r = seen[name, times]
            assert r.doers == did.sum()
            assert r.kept_doers == pytest.approx(stayed[did].mean())
            assert r.kept_others == pytest.approx(stayed[~did].mean())
            assert r.phi == pytest.approx(np.corrcoef(did, stayed)[0, 1])
            assert r.low <= r.difference <= r.high


def test_early_days_end_before_the_later_week(cast, stored, now):
    stored()
    with pytest.raises(Invalid):
        helping.early(actor=cast.dee, signup="signup", days=20, week=2, back=60, now=now)
    assert (
        helping.early(actor=cast.dee, signup="signup", days=7, week=2, back=60, now=now).people == 0
    )
