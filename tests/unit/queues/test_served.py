"""Service levels of today: what was counted once is counted anew when callers, site or day are others."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from dialplan.loading import load_site
from dialplan.sites import demo_site
from ivr.queues.served import Level, Outcome, Served

NOON = datetime(2026, 3, 4, 4, tzinfo=UTC)  # 12:00 in Shanghai


def test_today_is_counted_anew_for_another_caller_another_site_and_another_day() -> None:
    site = load_site(demo_site()).model_copy(update={"zone": "Asia/Shanghai"})
    in_force = [site]
    served = Served(lambda: in_force[0])
    assert served.today("service", NOON) == Level()
    served.note("service", Outcome(NOON, answered=True, wait_s=15))
    assert served.today("service", NOON) == Level(in_time=1, answered=1)
    served.note("service", Outcome(NOON, answered=False, gave_up=True, wait_s=60))
    assert served.today("service", NOON) == Level(in_time=1, answered=1, abandoned=1)
    hasty = site.queues["service"].model_copy(update={"service_level": 10})
    in_force[0] = site.model_copy(update={"queues": {"service": hasty}})
    assert served.today("service", NOON) == Level(answered=1, abandoned=1)
    before_midnight = NOON + timedelta(hours=12, seconds=-1)
    assert served.today("service", before_midnight) == Level(answered=1, abandoned=1)
    assert served.today("service", before_midnight + timedelta(seconds=1)) == Level()


def test_who_left_before_midnight_and_is_told_of_after_it_hides_nobody() -> None:
    site = load_site(demo_site()).model_copy(update={"zone": "Asia/Shanghai"})
    served = Served(lambda: site)
    midnight = NOON + timedelta(hours=12)
    served.note("service", Outcome(midnight + timedelta(seconds=5), answered=True, wait_s=1))
    served.note("service", Outcome(midnight - timedelta(seconds=10), answered=False))
    assert served.today("service", midnight + timedelta(seconds=30)) == Level(in_time=1, answered=1)
