"""Titles claim no more than the numbers: with and without negative churn, with wide, narrow and no bands."""

from __future__ import annotations

import pytest

from simulator.reporting.findings import FINDINGS, finding
from tests.reporting.cases import CASES, FALLING, STEADY, STILL
from tests.reporting.synthetic import synthetic

MONTHS = ("2027-03", "2026-12", "2027-08")


def churn(share: float, turns: tuple[str, str, str] | None, lang: str = "en", **options: object) -> str:
    result = synthetic(36, share=share, turns=turns, **options)  # type: ignore[arg-type]
    return finding(result, "net_churn", lang)


def test_negative_churn_is_claimed_with_its_interval() -> None:
    assert churn(1.0, MONTHS) == "Net MRR churn turns negative in 2027-03 (5–95 %: 2026-12 to 2027-08)"
    assert churn(1.0, MONTHS, "ja") == (
        "ネットMRRチャーンは2027年3月にマイナスに転じる\uff085–95%区間\uff1a2026年12月〜2027年8月\uff09"
    )


def test_replications_without_negative_churn_are_told() -> None:
    most = churn(0.97, MONTHS)
    assert most.startswith("Net MRR churn turns negative in 97% of replications, in 2027-03")
    almost = churn(0.997, MONTHS)
    assert "in 99.7% of replications" in almost


@pytest.mark.parametrize("share", [0.02, 0.5, 0.94])
def test_negative_churn_of_a_part_is_not_claimed_for_all(share: float) -> None:
    sentence = churn(share, MONTHS)
    assert f"in {share:.0%} of replications only" in sentence
    assert not sentence.startswith("Net MRR churn turns negative in 2027")


def test_one_replication_has_no_interval() -> None:
    sentence = churn(1.0, ("2027-03",) * 3, replications=1, width=0.0)
    assert sentence == "Net MRR churn turns negative in 2027-03 (one replication, no interval)"


def test_few_replications_are_counted() -> None:
    assert "(5–95 % of 5 replications: 2026-12 to 2027-08)" in churn(1.0, MONTHS, replications=5)


def test_churn_above_zero_is_claimed_only_where_the_band_is() -> None:
    assert churn(0.0, None, rates=FALLING).startswith("Net MRR churn stays above zero: ")
    wide = churn(0.0, None, rates=FALLING, width=0.9)
    assert wide.startswith("Net MRR churn stays above zero on average: ")


def test_a_dip_below_zero_is_not_called_above_zero() -> None:
    sentence = churn(0.0, None)
    assert sentence.startswith("Net MRR churn turns lastingly negative in no replication: ")
    one = churn(0.0, None, replications=1)
    assert one.startswith("Net MRR churn does not turn lastingly negative: ")


def test_what_is_negative_as_soon_as_can_be_told_does_not_turn() -> None:
    sentence = churn(1.0, ("2026-06", "2026-06", "2026-11"), width=0.9)
    assert sentence == "Net MRR churn is lastingly negative from 2026-06 on (5–95 %: 2026-06 to 2026-11)"


def test_two_months_say_nothing_of_lasting_negative_churn() -> None:
    assert finding(CASES["two months"], "net_churn", "en").startswith("Net MRR churn is −0.8% in 2026-05 (")


def test_the_same_month_everywhere_is_called_so() -> None:
    assert churn(1.0, ("2027-03",) * 3).endswith("in 2027-03 (5–95 %: the same month)")


def test_churn_that_is_always_negative_does_not_turn() -> None:
    sentence = finding(CASES["negative throughout"], "net_churn", "en")
    assert sentence.startswith("Net MRR churn is negative throughout: −")


def test_without_a_summary_of_negative_churn_only_the_rate_is_told() -> None:
    result = synthetic(12)
    result.summary.clear()
    assert finding(result, "net_churn", "en").startswith("Net MRR churn is ")


def test_closing_mrr_with_its_interval() -> None:
    assert finding(synthetic(36), "closing_mrr", "en") == (
        "Closing MRR reaches ¥23.4M in 2029-03 (5–95 %: ¥22.3M–¥24.6M)"
    )
    assert finding(synthetic(36), "closing_mrr", "ja").startswith("期末MRRは2029年3月に2,345万円に達する")


def test_a_band_around_the_opening_is_no_change() -> None:
    sentence = finding(synthetic(36, rates=STEADY, width=0.6), "closing_mrr", "en")
    assert sentence.endswith(": no clear change from ¥10.5M")
    assert "no clear change" in finding(synthetic(36, rates=STEADY, width=0.6), "bridge", "en")


def test_a_fall_is_called_a_fall() -> None:
    assert finding(CASES["falling"], "closing_mrr", "en").startswith("Closing MRR falls to ")
    assert finding(CASES["falling"], "bridge", "en").startswith("MRR falls from ")
    assert finding(CASES["falling"], "movements", "en").startswith("On average gains exceed losses in no month")


def test_a_narrow_band_gets_the_decimals_to_show_it() -> None:
    assert finding(synthetic(36, width=0.0004), "closing_mrr", "en") == (
        "Closing MRR reaches ¥23.447M in 2029-03 (5–95 %: ¥23.438M–¥23.456M)"
    )


def test_no_band_no_interval() -> None:
    assert "5–95" not in finding(synthetic(36, width=0.0), "closing_mrr", "en")
    one = finding(synthetic(36, replications=1), "closing_mrr", "en")
    assert one.endswith("(one replication, no interval)")


def test_no_change_and_no_values_are_told() -> None:
    still = synthetic(12, rates=STILL, width=0.0)
    assert finding(still, "movements", "en") == "No MRR movement from 2026-04 to 2027-03"
    assert finding(still, "closing_mrr", "en") == "Closing MRR is ¥10.5M in 2027-03"
    for name in FINDINGS:
        assert "no value in any month" in finding(CASES["nulls"], name, "en")


def test_single_months_of_loss_are_counted() -> None:
    rates = {**STILL, "new": (0.02, 0.005), "churn": (0.01, 0.01)}
    sentence = finding(synthetic(12, rates=rates), "movements", "en")
    assert sentence.startswith("On average gains exceed losses in 8 of 12 months; net new MRR is −¥")
