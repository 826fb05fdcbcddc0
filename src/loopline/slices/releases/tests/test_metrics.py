"""Release frequency counts what reached its users, and says nothing about the time before the first."""

from datetime import timedelta

from loopline.slices.releases import metrics
from loopline.slices.releases.models import Release


def test_release_frequency(db, now):
    def release(days, **more):
        at = now - timedelta(days=days)
        Release.objects.create(
            **{
                "version_name": f"v{days}",
                "state": "shipped",
                "shipped_at": at,
                "created_at": at,
                "updated_at": at,
            }
            | more
        )

    week = timedelta(days=7)
    assert metrics.frequency(now - week, now) is None
    release(1), release(2), release(20)
    release(3, prerelease=True)
    release(4, state="rolled_back")
    assert metrics.frequency(now - week, now) == (2, None, None, None)
    assert metrics.frequency(now - 2 * week, now - week) == (0, None, None, None)
    assert metrics.frequency(now - 9 * week, now - 8 * week) is None
