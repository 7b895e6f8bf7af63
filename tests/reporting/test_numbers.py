"""Numbers, money, rates and months as each language writes them."""

from __future__ import annotations

import math

import pytest

from simulator.reporting import numbers


@pytest.mark.parametrize(
    ("value", "code", "en", "ja"),
    [
        (12_345_678, "JPY", "¥12.3M", "1,235万円"),
        (12_340_000, "JPY", "¥12.3M", "1,234万円"),
        (123_456_789, "JPY", "¥123M", "1.2億円"),
        (1_234, "JPY", "¥1.2k", "1,234円"),
        (999_960, "JPY", "¥1.0M", "100万円"),
        (99_999_600, "JPY", "¥100M", "1.0億円"),
        (1_234.5, "USD", "$1.2k", "1,234ドル"),
        (12.5, "USD", "$12.50", "12.50ドル"),
        (0, "USD", "$0.00", "0.00ドル"),
        (0, "JPY", "¥0", "0円"),
        (-1_500_000, "JPY", "−¥1.5M", "▲150万円"),
        (-0.001, "JPY", "−¥0.0010", "▲0.0010円"),
        (0.004, "USD", "$0.0040", "0.0040ドル"),
        (5_000, "EUR", "€5.0k", "5,000ユーロ"),
        (5_000, "XQZ", "XQZ 5.0k", "5,000XQZ"),
        (9.2e14, "KRW", "₩920T", "920兆ウォン"),
        (None, "JPY", "–", "–"),
        (math.nan, "JPY", "–", "–"),
    ],
)
def test_money_in_short(value: float | None, code: str, en: str, ja: str) -> None:
    assert numbers.money(value, code, "en") == en
    assert numbers.money(value, code, "ja") == ja


def test_full_money() -> None:
    assert numbers.full_money(1_234.5, "USD", "en") == "$1,234.50"
    assert numbers.full_money(1_234.4, "JPY", "en") == "¥1,234"
    assert numbers.full_money(-1_234.4, "JPY", "ja") == "▲1,234円"


def test_signed_money_carries_a_plus_but_zero_no_sign() -> None:
    assert numbers.money(1_500, "JPY", "en", signed=True) == "+¥1.5k"
    assert numbers.money(-0.2, "JPY", "en", scale=numbers.UNIT, digits=0, signed=True) == "¥0"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((12_300_000, 11_800_000, 12_900_000), ["¥12.3M", "¥11.8M", "¥12.9M"]),
        ((12_345_000, 12_341_000, 12_349_000), ["¥12.3450M", "¥12.3410M", "¥12.3490M"]),
        ((12_300_000, None, None), ["¥12.3M", "–", "–"]),
        ((907_000, 518_000, 1_296_000), ["¥0.91M", "¥0.52M", "¥1.30M"]),
        ((6_100, -637_200, 649_500), ["¥6k", "−¥637k", "¥650k"]),
        ((50, 50, 50), ["¥50", "¥50", "¥50"]),
        ((0, 0, 0), ["¥0", "¥0", "¥0"]),
    ],
)
def test_amounts_of_a_sentence_share_a_scale_and_can_be_told_apart(
    values: tuple[float, float | None, float | None], expected: list[str]
) -> None:
    assert numbers.money_together(values[0], values[1:], "JPY", "en") == expected


@pytest.mark.parametrize(
    ("value", "en", "ja"),
    [
        (0.034, "3.4%", "3.4%"),
        (-0.0042, "−0.4%", "▲0.4%"),
        (-0.0001, "0.0%", "0.0%"),
        (12.5, "1,250.0%", "1,250.0%"),
    ],
)
def test_percent(value: float, en: str, ja: str) -> None:
    assert numbers.percent(value, "en") == en
    assert numbers.percent(value, "ja") == ja


def test_points() -> None:
    assert numbers.points(0.021, "en") == "+2.1 pt"
    assert numbers.points(-0.021, "ja") == "▲2.1ポイント"
    assert numbers.points(None, "ja") == "–"


@pytest.mark.parametrize(
    ("part", "text"), [(1.0, "100%"), (0.0, "0%"), (0.997, "99.7%"), (0.001, "0.1%"), (0.62, "62%")]
)
def test_a_share_is_never_rounded_to_all_or_none(part: float, text: str) -> None:
    assert numbers.share(part, "en") == text


def test_months() -> None:
    assert numbers.month("2026-04", "en") == "2026-04"
    assert numbers.month("2026-04", "ja") == "2026年4月"
    assert numbers.month(None, "ja") == "–"


def test_an_interval_with_signs_is_written_in_words() -> None:
    assert numbers.between("¥1.0M", "¥2.0M", "en") == "¥1.0M–¥2.0M"
    assert numbers.between("−¥1.0M", "¥2.0M", "en") == "−¥1.0M to ¥2.0M"
    assert numbers.between("▲100万円", "200万円", "ja") == "▲100万円〜200万円"


def test_ticks_share_scale_and_decimals() -> None:
    million = numbers.scale_for(2e6, "en")
    assert numbers.tick_labels([-500_000, 0, 500_000, 1_000_000], million, "en") == [
        "−0.5",
        "0.0",
        "0.5",
        "1.0",
    ]
    assert numbers.tick_labels([0, 5e6], numbers.scale_for(5e6, "ja"), "ja") == ["0", "500"]
    assert numbers.percent_tick_labels([-0.01, 0.0, 0.025], "ja") == ["▲1.0%", "0.0%", "2.5%"]


def test_units_of_axes() -> None:
    assert numbers.unit(numbers.scale_for(2e6, "en"), "JPY", "en") == "¥ million"
    assert numbers.unit(numbers.UNIT, "USD", "en") == "$"
    assert numbers.unit(numbers.scale_for(2e6, "ja"), "JPY", "ja") == "万円"
    assert numbers.unit(numbers.scale_for(2e3, "en"), "XQZ", "en") == "XQZ thousand"
