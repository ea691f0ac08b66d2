"""The business calendar: the rules by example, the edges of days and years, what is refused."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from adapters.holiday_table import us_calendar
from domain.calendar import CalendarTooShort, DueTime, ProgrammeCalendar, Unit

CHICAGO = ZoneInfo("America/Chicago")
FEDERAL = us_calendar(version=7)
FRIDAY = datetime(2025, 5, 23, 16, 10, tzinfo=CHICAGO)

BEIRUT = us_calendar(version=1, zone="Asia/Beirut")


def local(calendar: ProgrammeCalendar, instant: datetime) -> datetime:
    """The instant as a clock on the wall of the programme's zone shows it."""
    return instant.astimezone(ZoneInfo(calendar.zone))


class TestTheExampleOfTheRules:
    def test_two_business_days_over_memorial_day(self) -> None:
        """Proves the rules' own example, to the sentence, with the version it was counted on."""
        due = FEDERAL.due_after_business_days(FRIDAY, 2)

        assert due == DueTime(
            at=datetime(2025, 5, 28, 22, 0, tzinfo=UTC),
            zone="America/Chicago",
            calendar_name="us-federal",
            calendar_version=7,
            explanation="Fri 16:10 + 2 business days, Mon 26 May is Memorial Day: "
            "due Wed 28 May 17:00 (America/Chicago)",
        )
        assert due.at.tzinfo is UTC

    def test_half_way_of_two_is_the_first_business_day(self) -> None:
        """Proves that attention opens a business day before the due time, and says why."""
        half = FEDERAL.half_way(FRIDAY, 2)

        assert half.at == datetime(2025, 5, 27, 22, 0, tzinfo=UTC)
        assert half.explanation == (
            "Fri 16:10 + 1 of 2 business days, Mon 26 May is Memorial Day: "
            "due Tue 27 May 17:00 (America/Chicago)"
        )

    @pytest.mark.parametrize(
        ("days", "half_day"), [(3, 28), (4, 28), (5, 29), (6, 29)], ids=lambda each: str(each)
    )
    def test_half_is_rounded_up(self, days: int, half_day: int) -> None:
        """Proves that half of an odd number of days gives the party the longer half."""
        assert local(FEDERAL, FEDERAL.half_way(FRIDAY, days).at).day == half_day

    def test_half_way_of_one_day_is_the_instant_midway(self) -> None:
        """Proves that a single business day is halved in time, as it has no inner day."""
        half = FEDERAL.half_way(FRIDAY, 1)
        whole = FEDERAL.due_after_business_days(FRIDAY, 1)

        assert half.at - FRIDAY == whole.at - half.at
        assert half.explanation == (
            "Fri 16:10 + half of 1 business day, Mon 26 May is Memorial Day: "
            "due Sun 25 May 16:35 (America/Chicago)"
        )


class TestExplanations:
    def test_a_longer_period_names_the_day_it_started(self) -> None:
        """Proves that a weekday stands alone only where it cannot mean another week."""
        explanation = FEDERAL.due_after_business_days(FRIDAY, 5).explanation
        assert explanation.startswith("Fri 23 May 16:10 + 5 business days, ")
        monday = datetime(2025, 6, 9, 8, 0, tzinfo=CHICAGO)
        week_later = FEDERAL.due_after_business_days(monday, 5).explanation
        assert week_later.startswith("Mon 9 Jun 08:00 + 5 business days: due Mon 16 Jun 17:00")

    def test_years_are_named_when_they_differ(self) -> None:
        """Proves that a period over New Year names the year of each date."""
        start = datetime(2025, 12, 31, 9, 5, tzinfo=CHICAGO)
        assert FEDERAL.due_after_business_days(start, 1).explanation == (
            "Wed 31 Dec 2025 09:05 + 1 business day, Thu 1 Jan 2026 is New Year's Day: "
            "due Fri 2 Jan 2026 17:00 (America/Chicago)"
        )

    def test_closures_are_told_apart_from_holidays(self) -> None:
        """Proves that ops' own closure moves the due time and is named as one."""
        calendar = us_calendar(version=2, closures={date(2025, 5, 27): "Spring retreat"})
        assert calendar.due_after_business_days(FRIDAY, 2).explanation == (
            "Fri 16:10 + 2 business days, Mon 26 May is Memorial Day, "
            "Tue 27 May is closed: Spring retreat: due Thu 29 May 17:00 (America/Chicago)"
        )

    def test_more_than_four_closed_days_are_summed_up(self) -> None:
        """Proves that a long period stays one readable sentence."""
        explanation = FEDERAL.due_after_business_days(FRIDAY, 200).explanation
        assert ", 11 days are closed from Mon 26 May 2025 (Memorial Day) to " in explanation
        assert "Labor Day" not in explanation

    def test_four_closed_days_are_named_each(self) -> None:
        """Proves the edge of the summary: four names still stand there."""
        explanation = FEDERAL.due_after_business_days(FRIDAY, 70).explanation
        assert explanation.count(" is ") == 4

    def test_calendar_days(self) -> None:
        """Proves that the working period ends with the same date a year later, in full."""
        due = FEDERAL.due_after_calendar_days(FRIDAY, 365)
        assert local(FEDERAL, due.at) == datetime(2026, 5, 23, 23, 59, tzinfo=CHICAGO)
        assert due.explanation == (
            "Fri 23 May 2025 16:10 + 365 calendar days: due Sat 23 May 2026 23:59 (America/Chicago)"
        )

    def test_the_unit_chooses_the_rule(self) -> None:
        """Proves that counting by unit is the same as asking for either kind."""
        for days in (0, 1, 30):
            assert FEDERAL.due_after(
                FRIDAY, days, Unit.BUSINESS_DAYS
            ) == FEDERAL.due_after_business_days(FRIDAY, days)
            assert FEDERAL.due_after(
                FRIDAY, days, Unit.CALENDAR_DAYS
            ) == FEDERAL.due_after_calendar_days(FRIDAY, days)


class TestEdgesOfDays:
    @pytest.mark.parametrize("hour", [0, 9, 16, 17, 18, 23])
    def test_the_hour_of_the_start_does_not_matter(self, hour: int) -> None:
        """Proves that the rest of the first day never counts, before closing or after it."""
        start = datetime(2025, 6, 3, hour, 59, tzinfo=CHICAGO)
        due = FEDERAL.due_after_business_days(start, 1)
        assert local(FEDERAL, due.at) == datetime(2025, 6, 4, 17, tzinfo=CHICAGO)

    def test_the_local_date_counts_not_the_one_of_utc(self) -> None:
        """Proves that Friday evening in Chicago is not Saturday, though UTC says so."""
        start = datetime(2025, 6, 7, 3, 30, tzinfo=UTC)
        due = FEDERAL.due_after_business_days(start, 1)
        assert local(FEDERAL, due.at).date() == date(2025, 6, 9)
        assert FEDERAL.due_after_calendar_days(start, 1).at.astimezone(CHICAGO).day == 7

    @pytest.mark.parametrize("day", [7, 8])
    def test_a_weekend_start_counts_from_monday(self, day: int) -> None:
        """Proves that Saturday and Sunday are no different from Friday night."""
        start = datetime(2025, 6, day, 12, tzinfo=CHICAGO)
        due = FEDERAL.due_after_business_days(start, 2)
        assert local(FEDERAL, due.at) == datetime(2025, 6, 10, 17, tzinfo=CHICAGO)

    def test_leap_day(self) -> None:
        """Proves that 29 February is a day like any other, and is there only when it is."""
        leap = datetime(2028, 2, 28, 12, tzinfo=CHICAGO)
        plain = datetime(2027, 2, 28, 12, tzinfo=CHICAGO)
        assert local(FEDERAL, FEDERAL.due_after_business_days(leap, 1).at).date() == date(
            2028, 2, 29
        )
        assert local(FEDERAL, FEDERAL.due_after_calendar_days(leap, 366).at).date() == date(
            2029, 2, 28
        )
        assert local(FEDERAL, FEDERAL.due_after_calendar_days(plain, 1).at).date() == date(
            2027, 3, 1
        )

    def test_the_last_of_december(self) -> None:
        """Proves that a working day at the year's end counts, and a New Year observed on it not."""
        start = datetime(2025, 12, 30, 12, tzinfo=CHICAGO)
        assert local(FEDERAL, FEDERAL.due_after_business_days(start, 1).at).date() == date(
            2025, 12, 31
        )
        # 1 January 2028 is a Saturday: Friday the 31st is free in its place.
        start = datetime(2027, 12, 30, 12, tzinfo=CHICAGO)
        assert local(FEDERAL, FEDERAL.due_after_business_days(start, 1).at).date() == date(
            2028, 1, 3
        )

    @pytest.mark.parametrize(
        ("start", "offsets"),
        [
            (datetime(2025, 3, 7, 16, 0, tzinfo=CHICAGO), (-6, -5)),
            (datetime(2025, 10, 31, 16, 0, tzinfo=CHICAGO), (-5, -6)),
        ],
        ids=["spring", "autumn"],
    )
    def test_weeks_in_which_the_clocks_change(
        self, start: datetime, offsets: tuple[int, int]
    ) -> None:
        """Proves that both ends are at the hour of the wall clock, 25 or 23 hours or not."""
        due = local(FEDERAL, FEDERAL.due_after_business_days(start, 1).at)
        assert (due.hour, due.weekday()) == (17, 0)
        assert start.utcoffset() == timedelta(hours=offsets[0])
        assert due.utcoffset() == timedelta(hours=offsets[1])

    def test_a_repeated_minute_is_read_as_the_later_one(self) -> None:
        """Proves that where 23:59 happens twice, the party has until the second one.

        Beirut sets its clocks from midnight back to 23:00 on the last Sunday of October.
        """
        start = datetime(2024, 10, 20, 12, tzinfo=ZoneInfo("Asia/Beirut"))
        due = BEIRUT.due_after_calendar_days(start, 6)
        assert due.at == datetime(2024, 10, 26, 21, 59, tzinfo=UTC)
        # One hour earlier the clock on the wall showed 23:59 for the first time.
        assert local(BEIRUT, due.at - timedelta(hours=1)).strftime("%d %H:%M") == "26 23:59"

    def test_a_skipped_closing_time_moves_on_never_back(self) -> None:
        """Proves that a closing time which the clocks jump over falls after the jump.

        Cairo sets its clocks from midnight on to 01:00 on the last Friday of April, a weekday.
        """
        cairo = us_calendar(version=1, zone="Africa/Cairo", closes=time(0, 30))
        start = datetime(2025, 4, 24, 12, tzinfo=ZoneInfo("Africa/Cairo"))
        due = cairo.due_after_business_days(start, 1)
        assert local(cairo, due.at).strftime("%a %d %H:%M") == "Fri 25 01:30"
        assert due.explanation.endswith("due Fri 25 Apr 01:30 (Africa/Cairo)")

    def test_a_start_in_the_last_minute_is_not_due_before_it_began(self) -> None:
        """Proves that no calendar days at all never lie in the past of their start."""
        start = datetime(2025, 6, 3, 23, 59, 30, tzinfo=CHICAGO)
        assert FEDERAL.due_after_calendar_days(start, 0).at == start
        assert FEDERAL.due_after_business_days(start, 0).at == start
        assert FEDERAL.half_way(start, 0).at == start


class TestRemindersAndCounts:
    def test_before_in_business_days(self) -> None:
        """Proves that reminders skip the holiday backwards too, and keep the order asked for."""
        due = FEDERAL.due_after_business_days(FRIDAY, 3)
        assert [
            local(FEDERAL, at).strftime("%a %d %H:%M")
            for at in FEDERAL.reminders_before(due, (3, 1, 0), Unit.BUSINESS_DAYS)
        ] == ["Fri 23 17:00", "Wed 28 17:00", "Thu 29 17:00"]

    def test_before_in_calendar_days(self) -> None:
        """Proves that calendar reminders come at nine in the morning, on both sides of DST."""
        due = FEDERAL.due_after_calendar_days(datetime(2025, 10, 5, 22, tzinfo=CHICAGO), 30)
        reminders = FEDERAL.reminders_before(due, (7, 1, 0), Unit.CALENDAR_DAYS)
        assert reminders == (
            datetime(2025, 10, 28, 14, 0, tzinfo=UTC),
            datetime(2025, 11, 3, 15, 0, tzinfo=UTC),
            datetime(2025, 11, 4, 15, 0, tzinfo=UTC),
        )

    def test_after_in_business_days(self) -> None:
        """Proves that the reminders after 1, 3 and 5 days are due times of their own."""
        assert [
            local(FEDERAL, at).strftime("%a %d %H:%M")
            for at in FEDERAL.reminders_after(FRIDAY, (1, 3, 5))
        ] == ["Tue 27 17:00", "Thu 29 17:00", "Mon 02 17:00"]

    def test_no_reminder_comes_after_its_due_time(self) -> None:
        """Proves that a due time early on its day is not reminded of at nine."""
        due = DueTime(
            at=datetime(2025, 6, 3, 8, 0, tzinfo=CHICAGO),
            zone="America/Chicago",
            calendar_name="us-federal",
            calendar_version=7,
            explanation="Set by operations.",
        )
        assert FEDERAL.reminders_before(due, (0,), Unit.CALENDAR_DAYS) == (due.at,)
        assert due.at.tzinfo is UTC

    def test_days_between(self) -> None:
        """Proves the count at its edges: same date, holiday between, backwards."""
        tuesday = datetime(2025, 5, 27, 0, 1, tzinfo=CHICAGO)
        assert FEDERAL.business_days_between(FRIDAY, FRIDAY.replace(hour=23)) == 0
        assert FEDERAL.business_days_between(FRIDAY, tuesday) == 1
        assert FEDERAL.business_days_between(tuesday, FRIDAY) == 0


class TestRefusals:
    def test_a_start_beyond_the_table(self) -> None:
        """Proves that an unknown year is refused by a stable code, not taken for working days."""
        short = us_calendar(version=3, years=(2024, 2025))
        with pytest.raises(CalendarTooShort, match="covers 2024 to 2025") as refused:
            short.due_after_business_days(datetime(2026, 1, 2, 9, tzinfo=CHICAGO), 1)
        assert refused.value.code == "calendar_too_short"

    def test_a_period_that_leaves_the_table_in_any_direction(self) -> None:
        """Proves that each way of counting stops at the edge instead of guessing, even absurdly."""
        short = us_calendar(version=3, years=(2024, 2025))
        last = datetime(2025, 12, 31, 9, tzinfo=CHICAGO)
        first = short.due_after_business_days(datetime(2024, 1, 1, 9, tzinfo=CHICAGO), 1)
        for unit in Unit:
            for days in (1, 10**15):
                with pytest.raises(CalendarTooShort):
                    short.due_after(last, days, unit)
                with pytest.raises(CalendarTooShort):
                    short.reminders_before(first, (days + 5,), unit)
        with pytest.raises(CalendarTooShort):
            short.due_after_business_days(datetime(2023, 12, 31, 9, tzinfo=CHICAGO), 2)
        with pytest.raises(CalendarTooShort):
            short.is_business_day(date(2023, 12, 29))
        with pytest.raises(CalendarTooShort):
            short.business_days_between(last, last + timedelta(days=1))

    def test_negative_days_and_naive_instants_are_mistakes_of_the_caller(self) -> None:
        """Proves that neither is silently read as something else."""
        naive = datetime(2025, 5, 23, 16, 10)  # noqa: DTZ001 - the mistake under test
        due = FEDERAL.due_after_business_days(FRIDAY, 1)
        for unit in Unit:
            with pytest.raises(ValueError, match="0 or more"):
                FEDERAL.due_after(FRIDAY, -1, unit)
            with pytest.raises(ValueError, match="0 or more"):
                FEDERAL.reminders_before(due, (-1,), unit)
            with pytest.raises(ValueError, match="needs its zone"):
                FEDERAL.due_after(naive, 1, unit)
        with pytest.raises(ValueError, match="0 or more"):
            FEDERAL.half_way(FRIDAY, -1)

    @pytest.mark.parametrize(
        "wrong",
        [
            {"zone": "America/Atlantis"},
            {"zone": "America"},
            {"zone": ""},
            {"closes": time(17, 0, 30)},
            {"closes": time(17, tzinfo=UTC)},
            {"covers": (2025, 2024)},
            {"covers": (1, 9999)},
            {"holidays": {date(2026, 1, 1): "New Year's Day"}},
            {"closures": {date(2025, 7, 3): "Two\nlines"}},
            {"closures": {date(2025, 7, 3): " "}},
            {"version": 0},
        ],
        ids=lambda wrong: str(wrong)[:40],
    )
    def test_a_calendar_that_cannot_be_right(self, wrong: dict[str, object]) -> None:
        """Proves that a broken table is refused when it is built, not when it is counted on."""
        right: dict[str, object] = {"name": "ours", "version": 1, "covers": (2025, 2025)}
        assert ProgrammeCalendar.model_validate(right).closes == time(17)
        with pytest.raises(ValidationError):
            ProgrammeCalendar.model_validate(right | wrong)

    def test_a_calendar_survives_being_stored(self) -> None:
        """Proves that a calendar and a due time come back from JSON as they went."""
        assert ProgrammeCalendar.model_validate_json(FEDERAL.model_dump_json()) == FEDERAL
        due = FEDERAL.due_after_business_days(FRIDAY, 2)
        assert DueTime.model_validate_json(due.model_dump_json()) == due
