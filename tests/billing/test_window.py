"""Which months are shown."""

from __future__ import annotations

from datetime import datetime

import pytest

from simulator.billing.errors import BillingError
from simulator.billing.window import checked_timezone, end_of_day, end_of_month, window

LAST = datetime(2026, 4, 30, 23, 59, 59, 999_999)


def test_the_month_of_the_last_day_is_over():
    found = window(LAST)
    assert (found.cutoff, found.first, found.incomplete) == (datetime(2026, 5, 1), None, None)


def test_a_month_that_the_data_end_in_is_not_over():
    assert window(datetime(2026, 4, 29, 12)).incomplete == "2026-04"


def test_until_cuts_the_month_that_is_not_over():
    found = window(datetime(2026, 4, 29, 12), until="2026-03")
    assert (found.cutoff, found.incomplete) == (datetime(2026, 4, 1), None)


def test_the_first_month():
    assert window(LAST, first="2025-11").first == 2025 * 12 + 10


def test_months_of_a_time_zone():
    found = window(datetime(2026, 4, 30, 14, 59, 59, 999_999), "Asia/Tokyo")
    assert (found.cutoff, found.incomplete) == (datetime(2026, 4, 30, 15), None)
    assert end_of_day("2026-04-30", "Asia/Tokyo") == datetime(2026, 4, 30, 14, 59, 59, 999_999)
    assert end_of_month("2026-02") == datetime(2026, 2, 28, 23, 59, 59, 999_999)


@pytest.mark.parametrize(
    ("months", "message"),
    [
        ({"first": "2026-4"}, r"--from: `2026-4` is not a month; write e\.g\. 2026-04"),
        ({"until": "April"}, "--until: `April` is not a month"),
        ({"first": "2026-05"}, "--from: 2026-05 is after the last month of the data, 2026-04"),
        ({"until": "2027-01"}, "--until: 2027-01 is after the last month of the data, 2026-04"),
        ({"first": "2026-03", "until": "2026-02"}, "--from 2026-03 is after --until 2026-02"),
        ({"first": "x", "until": "y"}, "(?s)--from: `x`.*--until: `y`"),
    ],
)
def test_months_that_cannot_be(months, message):
    with pytest.raises(BillingError, match=message):
        window(LAST, **months)


def test_days_and_time_zones_that_cannot_be():
    with pytest.raises(BillingError, match=r"--as-of: `2026-02-30` is not a date; write e\.g\. 2026-04-30"):
        end_of_day("2026-02-30")
    with pytest.raises(
        BillingError, match=r"--timezone: there is no time zone `Tokio`; write e\.g\. UTC or Asia/Tokyo"
    ):
        checked_timezone("Tokio")
