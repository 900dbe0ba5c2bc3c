"""Opening hours and greetings, at the edges of days, zones and calendars."""

from __future__ import annotations

import warnings
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialplan.model import Hours
from dialplan.schedule import (
    GREETINGS,
    Standing,
    festival,
    greeting_key,
    has_holidays,
    holiday_year,
    is_open,
    make_up_known,
    next_change,
    standing,
    zone_of,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
WEEKDAYS = ["mon", "tue", "wed", "thu", "fri"]


def hours(**fields: Any) -> Hours:
    return Hours.model_validate(fields)


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


OFFICE = hours(
    openings=[
        {"days": WEEKDAYS, "start": "09:00", "end": "12:00"},
        {"days": WEEKDAYS, "start": "13:30", "end": "18:00"},
        {"days": ["sat"], "start": "10:00", "end": "14:00"},
    ],
    holidays="CN",
    closed=["2026-03-11"],
    open=["2026-03-15"],
)


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("2026-03-09T08:59:59", False),
        ("2026-03-09T09:00:00", True),
        ("2026-03-09T11:59:59.999999", True),
        ("2026-03-09T12:00:00", False),
        ("2026-03-09T13:29:59", False),
        ("2026-03-09T13:30:00", True),
        ("2026-03-09T18:00:00", False),
        ("2026-03-14T10:00:00", True),  # Saturday
        ("2026-03-14T15:00:00", False),
        ("2026-03-08T10:00:00", False),  # Sunday
        ("2026-03-11T10:00:00", False),  # closed on this day
        ("2026-03-15T09:30:00", True),  # a Sunday with Monday's hours
        ("2026-03-15T15:00:00", True),
        ("2026-10-01T10:00:00", False),  # National Day
        ("2026-10-06T10:00:00", False),  # a Tuesday off, bridged
        ("2026-10-08T10:00:00", True),
        ("2026-10-10T17:00:00", True),  # a Saturday worked instead: Monday's hours, not Saturday's
        ("2026-02-14T17:00:00", True),
        ("2026-09-20T10:00:00", True),  # a Sunday worked instead
    ],
)
def test_office_hours(when: str, expected: bool) -> None:
    assert is_open(OFFICE, at(when), "Asia/Shanghai") is expected
    assert is_open(OFFICE, at(when).astimezone(UTC), SHANGHAI) is expected


def test_without_a_country_holidays_are_working_days() -> None:
    plain = OFFICE.model_copy(update={"holidays": None})
    assert is_open(plain, at("2026-10-01T10:00"), SHANGHAI)
    assert not is_open(plain, at("2026-10-10T17:00"), SHANGHAI)


def test_a_closed_day_wins_over_an_open_day_and_that_over_a_holiday() -> None:
    week = [{"days": ["mon"], "start": "09:00", "end": "18:00"}]
    day = ["2026-10-01"]
    assert not is_open(hours(openings=week, closed=day, open=day, holidays="CN"), at("2026-10-01T10:00"), SHANGHAI)
    assert is_open(hours(openings=week, open=day, holidays="CN"), at("2026-10-01T10:00"), SHANGHAI)
    assert not is_open(hours(openings=week, closed=["2026-10-10"], holidays="CN"), at("2026-10-10T10:00"), SHANGHAI)


@pytest.mark.parametrize("when", ["2026-03-09T00:00", "2026-03-09T23:59:59.999999", "2026-10-01T03:00"])
def test_always(when: str) -> None:
    assert is_open(hours(always="open", closed=["2026-03-09"], holidays="CN"), at(when), SHANGHAI)
    assert not is_open(hours(always="closed", openings=OFFICE.openings, open=["2026-03-09"]), at(when), SHANGHAI)


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("2026-03-09T19:59", False),
        ("2026-03-09T20:00", True),
        ("2026-03-09T23:59:59.999999", True),
        ("2026-03-10T00:00", True),
        ("2026-03-10T07:59", True),
        ("2026-03-10T08:00", False),
        ("2026-03-11T00:00", False),
    ],
)
def test_a_night_is_two_openings_that_meet_at_midnight(when: str, expected: bool) -> None:
    night = hours(
        openings=[
            {"days": ["mon"], "start": "20:00", "end": "00:00"},
            {"days": ["tue"], "start": "00:00", "end": "08:00"},
        ]
    )
    assert is_open(night, at(when), SHANGHAI) is expected


def test_midnight_to_midnight_is_the_whole_day() -> None:
    whole = hours(openings=[{"days": ["mon"], "start": "00:00", "end": "24:00"}])
    assert is_open(whole, at("2026-03-09T00:00"), SHANGHAI)
    assert is_open(whole, at("2026-03-09T23:59:59"), SHANGHAI)
    assert not is_open(whole, at("2026-03-10T00:00"), SHANGHAI)


def test_the_day_is_that_of_the_site_not_of_utc() -> None:
    monday = hours(openings=[{"days": ["mon"], "start": "00:00", "end": "00:00"}])
    moment = datetime(2026, 3, 8, 16, 30, tzinfo=UTC)  # Monday 00:30 in Shanghai, Sunday in New York
    assert is_open(monday, moment, "Asia/Shanghai")
    assert not is_open(monday, moment, "America/New_York")
    assert not is_open(monday, moment, "UTC")


def test_on_the_day_the_clocks_go_forward_the_wall_clock_counts() -> None:
    early = hours(openings=[{"days": ["sun"], "start": "01:30", "end": "03:30"}])
    berlin = "Europe/Berlin"  # 2026-03-29: 02:00 CET becomes 03:00 CEST at 01:00 UTC
    assert is_open(early, datetime(2026, 3, 29, 0, 59, tzinfo=UTC), berlin)  # 01:59
    assert is_open(early, datetime(2026, 3, 29, 1, 0, tzinfo=UTC), berlin)  # 03:00
    assert not is_open(early, datetime(2026, 3, 29, 1, 30, tzinfo=UTC), berlin)  # 03:30


def test_on_the_day_the_clocks_go_back_the_hour_that_comes_twice_is_open_twice() -> None:
    early = hours(openings=[{"days": ["sun"], "start": "02:00", "end": "02:30"}])
    berlin = "Europe/Berlin"  # 2026-10-25: 03:00 CEST becomes 02:00 CET at 01:00 UTC
    answers = [is_open(early, datetime(2026, 10, 25, 0, minute, tzinfo=UTC), berlin) for minute in (0, 29, 30, 59)]
    again = [is_open(early, datetime(2026, 10, 25, 1, minute, tzinfo=UTC), berlin) for minute in (0, 29, 30, 59)]
    assert answers == again == [True, True, False, False]


def test_a_zone_with_a_half_hour_offset() -> None:
    nine = hours(openings=[{"days": ["mon"], "start": "09:00", "end": "10:00"}])
    assert is_open(nine, datetime(2026, 3, 9, 3, 30, tzinfo=UTC), "Asia/Kolkata")
    assert not is_open(nine, datetime(2026, 3, 9, 3, 29, tzinfo=UTC), "Asia/Kolkata")


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="timezone-aware"):
        is_open(OFFICE, datetime(2026, 3, 9, 10), SHANGHAI)
    with pytest.raises(ValueError, match="timezone-aware"):
        greeting_key(datetime(2026, 3, 9, 10), SHANGHAI, "CN")


@pytest.mark.parametrize(
    "name", ["", "Asia/Peking", "../etc/passwd", "Asia", "/etc/localtime", "nul\0", "x" * 5000, "+08:00"]
)
def test_what_is_no_zone(name: str) -> None:
    assert zone_of(name) is None
    with pytest.raises(ValueError, match="not a time zone"):
        greeting_key(datetime(2026, 3, 9, 10, tzinfo=UTC), name, "CN")


@pytest.mark.parametrize(
    ("when", "key"),
    [
        ("2026-03-09T00:00", "greeting-morning"),
        ("2026-03-09T11:59:59", "greeting-morning"),
        ("2026-03-09T12:00", "greeting-afternoon"),
        ("2026-03-09T17:59:59", "greeting-afternoon"),
        ("2026-03-09T18:00", "greeting-evening"),
        ("2026-03-09T23:59:59", "greeting-evening"),
        ("2026-01-01T09:00", "greeting-new-year"),
        ("2025-12-31T23:59", "greeting-evening"),
        ("2026-02-16T20:00", "greeting-spring-festival"),
        ("2026-02-17T09:00", "greeting-spring-festival"),
        ("2026-02-19T09:00", "greeting-spring-festival"),
        ("2025-01-29T09:00", "greeting-spring-festival"),
        ("2026-04-05T09:00", "greeting-morning"),  # Tomb-Sweeping Day has no greeting
        ("2026-05-01T09:00", "greeting-labour-day"),
        ("2026-06-19T09:00", "greeting-morning"),
        ("2026-09-25T09:00", "greeting-mid-autumn"),
        ("2026-10-01T00:00", "greeting-national-day"),
        ("2026-10-03T23:59", "greeting-national-day"),
        ("2025-10-06T09:00", "greeting-mid-autumn"),
        ("2028-10-03T09:00", "greeting-mid-autumn"),  # both festivals on one day
        ("2026-10-10T09:00", "greeting-morning"),
    ],
)
def test_greetings_in_china(when: str, key: str) -> None:
    assert greeting_key(at(when), "Asia/Shanghai", "CN") == key


def test_a_festival_begins_at_midnight_of_the_site() -> None:
    moment = datetime(2025, 12, 31, 16, 0, tzinfo=UTC)
    assert greeting_key(moment, "Asia/Shanghai", "CN") == "greeting-new-year"
    assert greeting_key(moment - timedelta(seconds=1), "Asia/Shanghai", "CN") == "greeting-evening"
    assert greeting_key(moment, "UTC", "CN") == "greeting-afternoon"


@pytest.mark.parametrize(
    ("country", "day", "key"),
    [
        ("KR", date(2025, 1, 29), "greeting-spring-festival"),
        ("KR", date(2025, 10, 6), "greeting-mid-autumn"),
        ("TW", date(2026, 1, 1), "greeting-new-year"),
        ("SG", date(2026, 8, 9), "greeting-national-day"),
        ("US", date(2026, 9, 7), "greeting-labour-day"),
        ("US", date(2026, 12, 25), None),
        ("XX", date(2026, 1, 1), None),
    ],
)
def test_festivals_elsewhere(country: str, day: date, key: str | None) -> None:
    assert festival(day, country) == key


@pytest.mark.parametrize("year", [1, 1900, 2101, 2500, 9999])
def test_a_year_without_data_has_no_holidays(year: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert holiday_year("CN", year).names == {}
    day = datetime(year, 10, 1, 10, tzinfo=SHANGHAI)
    assert greeting_key(day, SHANGHAI, "CN") == "greeting-morning"
    open_all_week = hours(
        openings=[{"days": [*WEEKDAYS, "sat", "sun"], "start": "09:00", "end": "18:00"}], holidays="CN"
    )
    assert is_open(open_all_week, day, SHANGHAI)


def test_holidays_have_chinese_names_where_there_are_any() -> None:
    feast = standing(OFFICE, at("2026-10-01T10:00"), SHANGHAI)
    assert (feast.holiday, feast.holiday_zh) == ("National Day", "国庆节")
    korea = standing(OFFICE.model_copy(update={"holidays": "KR"}), at("2026-12-25T10:00"), SHANGHAI)
    assert (korea.state, korea.holiday, korea.holiday_zh) == ("holiday", "Christmas Day", "")


def test_years_do_not_leak_into_each_other() -> None:
    for year in (2024, 2025, 2026):
        found = holiday_year("CN", year)
        assert {day.year for day in found.names} | {day.year for day in found.make_up} == {year}
        assert not found.make_up & set(found.names)
        assert all(day.weekday() >= 5 for day in found.make_up)


@pytest.mark.parametrize(
    ("country", "known"),
    [("CN", True), ("KR", True), ("cn", False), ("China", False), ("", False), ("__init__", False)],
)
def test_countries(country: str, known: bool) -> None:
    assert has_holidays(country) is known


@given(
    now=st.datetimes(
        min_value=datetime(1950, 1, 2),
        max_value=datetime(2150, 12, 30),
        timezones=st.just(timezone(timedelta(hours=3))),
    ),
    zone=st.sampled_from(["Asia/Shanghai", "America/St_Johns", "Pacific/Kiritimati", "Pacific/Apia", "UTC"]),
)
def test_every_moment_has_an_answer(now: datetime, zone: str) -> None:
    assert greeting_key(now, zone, "CN") in GREETINGS
    always = hours(openings=[{"days": [*WEEKDAYS, "sat", "sun"], "start": "00:00", "end": "00:00"}])
    assert is_open(always, now, zone)


LUNCH = OFFICE.model_copy(
    update={
        "breaks": hours(
            breaks=[
                {"days": WEEKDAYS, "start": "11:30", "end": "11:45"},
                {"days": ["sat", "sun"], "start": "12:00", "end": "12:30"},
            ]
        ).breaks
    }
)


@pytest.mark.parametrize(
    ("when", "state", "why", "holiday"),
    [
        ("2026-03-09T09:00", "open", "weekday", ""),
        ("2026-03-09T11:29:59", "open", "weekday", ""),
        ("2026-03-09T11:30", "break", "weekday", ""),
        ("2026-03-09T11:44:59", "break", "weekday", ""),
        ("2026-03-09T11:45", "open", "weekday", ""),
        ("2026-03-09T12:30", "closed", "weekday", ""),
        ("2026-03-14T12:10", "break", "weekday", ""),  # Saturday's
        ("2026-03-08T12:10", "closed", "weekday", ""),  # a break on a Sunday that is closed
        ("2026-03-11T11:35", "holiday", "closed day", ""),
        ("2026-03-15T11:35", "break", "open day", ""),  # a Sunday with Monday's hours, so with Monday's breaks
        ("2026-03-15T12:10", "closed", "open day", ""),
        ("2026-10-01T11:35", "holiday", "holiday", "National Day"),
        ("2026-10-06T10:00", "holiday", "holiday", "Day off (substituted from 09/20/2026)"),
        ("2026-10-10T11:35", "break", "make-up day", ""),
        ("2026-10-10T17:00", "open", "make-up day", ""),
        ("2026-10-10T19:00", "closed", "make-up day", ""),
    ],
)
def test_how_hours_stand_and_why(when: str, state: str, why: str, holiday: str) -> None:
    found = standing(LUNCH, at(when), SHANGHAI)
    assert (found.state, found.why, found.holiday) == (state, why, holiday)
    assert found.open is (state == "open") is is_open(LUNCH, at(when), SHANGHAI)


@pytest.mark.parametrize("when", ["2026-03-09T10:00", "2026-03-09T11:35", "2026-03-11T10:00", "2026-10-01T03:00"])
def test_what_is_switched_by_hand_wins(when: str) -> None:
    assert standing(LUNCH, at(when), SHANGHAI, "open") == Standing("open", "switched")
    assert standing(LUNCH, at(when), SHANGHAI, "closed") == Standing("closed", "switched")
    assert is_open(hours(always="closed"), at(when), SHANGHAI, "open")
    with pytest.raises(ValueError, match="timezone-aware"):
        standing(LUNCH, datetime(2026, 3, 9), SHANGHAI, "open")


@pytest.mark.parametrize(
    ("when", "then"),
    [
        ("2026-03-09T08:00", "2026-03-09T09:00"),
        ("2026-03-09T09:00", "2026-03-09T11:30"),
        ("2026-03-09T11:40", "2026-03-09T11:45"),
        ("2026-03-10T18:00", "2026-03-11T00:00"),  # the 11th is a single closed day
        ("2026-03-11T10:00", "2026-03-12T00:00"),
        ("2026-09-30T17:00", "2026-09-30T18:00"),
        ("2026-09-30T18:00", "2026-10-01T00:00"),  # from closed to a holiday
        ("2026-10-06T10:00", "2026-10-08T00:00"),
        ("2026-10-10T17:59:59", "2026-10-10T18:00"),
    ],
)
def test_when_hours_change_next(when: str, then: str) -> None:
    assert next_change(LUNCH, at(when), SHANGHAI) == at(then)


def test_hours_that_never_change() -> None:
    for never in (hours(always="open"), hours(openings=[{"days": WEEKDAYS, "start": "00:00", "end": "00:00"}])):
        monday = at("2026-03-09T10:00")
        found = next_change(never, monday, SHANGHAI, days=3)
        assert found is None
    assert next_change(hours(), at("2026-03-09T10:00"), SHANGHAI) is None


def test_the_next_change_where_the_clocks_go_forward() -> None:
    berlin = ZoneInfo("Europe/Berlin")  # 02:30 is not on the clock on 2026-03-29
    early = hours(openings=[{"days": ["sun"], "start": "02:30", "end": "05:00"}])
    found = next_change(early, datetime(2026, 3, 29, 0, 0, tzinfo=berlin), berlin)
    assert found is not None
    assert found.astimezone(UTC) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert is_open(early, found, berlin)


@pytest.mark.parametrize(
    ("country", "year", "known"),
    [
        ("CN", 2025, True),
        ("CN", 2026, True),
        ("CN", 2029, False),  # China publishes a year's in the November before
        ("KR", 2026, True),
        ("KR", 2029, True),  # no weekend is ever worked there
        ("US", 2029, True),
        ("TW", 2026, True),  # none any more from that year on
        ("XX", 2026, True),
        ("CN", 1, True),
    ],
)
def test_years_whose_make_up_days_are_known(country: str, year: int, known: bool) -> None:
    assert make_up_known(country, year) is known


# The official days off, from the first named to the last: China's notices for 2025 and 2026, Korea's law.
SPELLS = [
    ("CN", "2025-01-01", 1, "greeting-new-year"),
    ("CN", "2025-01-28", 8, "greeting-spring-festival"),
    ("CN", "2025-05-01", 5, "greeting-labour-day"),
    ("CN", "2025-10-01", 5, "greeting-national-day"),
    ("CN", "2025-10-06", 3, "greeting-mid-autumn"),
    ("CN", "2026-01-01", 3, "greeting-new-year"),
    ("CN", "2026-02-16", 8, "greeting-spring-festival"),
    ("CN", "2026-05-01", 5, "greeting-labour-day"),
    ("CN", "2026-09-25", 1, "greeting-mid-autumn"),
    ("CN", "2026-10-01", 7, "greeting-national-day"),
    ("CN", "2027-01-01", 1, "greeting-new-year"),
    ("CN", "2027-02-06", 1, "greeting-spring-festival"),
    ("CN", "2027-09-15", 1, "greeting-mid-autumn"),
    ("KR", "2025-01-28", 3, "greeting-spring-festival"),
    ("KR", "2025-10-05", 4, "greeting-mid-autumn"),
    ("KR", "2026-02-16", 3, "greeting-spring-festival"),
    ("KR", "2026-05-01", 1, "greeting-labour-day"),
    ("KR", "2026-09-24", 3, "greeting-mid-autumn"),
    ("KR", "2027-02-06", 4, "greeting-spring-festival"),
    ("KR", "2027-09-14", 3, "greeting-mid-autumn"),
    ("US", "2025-09-01", 1, "greeting-labour-day"),
    ("US", "2026-09-07", 1, "greeting-labour-day"),
    ("US", "2027-12-31", 1, "greeting-new-year"),
]


@pytest.mark.parametrize(("country", "first", "days", "greeting"), SPELLS)
def test_a_festival_lasts_as_long_as_its_days_off(country: str, first: str, days: int, greeting: str) -> None:
    begin = date.fromisoformat(first)
    assert {festival(begin + timedelta(days=ahead), country) for ahead in range(days)} == {greeting}


@pytest.mark.parametrize(
    ("country", "day"),
    [
        ("CN", "2025-01-26"),  # a Sunday worked instead
        ("CN", "2025-02-05"),
        ("CN", "2025-02-08"),
        ("CN", "2025-06-01"),  # Dragon Boat has no greeting, nor have the days on to it
        ("CN", "2025-10-09"),
        ("CN", "2026-01-04"),
        ("CN", "2026-02-24"),
        ("CN", "2026-10-08"),
        ("KR", "2025-01-27"),  # a temporary day off before
        ("KR", "2025-10-04"),  # between the Foundation Day and Chuseok
        ("KR", "2026-09-28"),
        ("US", "2026-09-05"),  # the weekend before Labor Day
        ("US", "2026-07-03"),
    ],
)
def test_days_beside_a_festival(country: str, day: str) -> None:
    assert festival(date.fromisoformat(day), country) is None
