"""Figures of what customers did: legible whatever the names, true to the tables, and there only where data are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle

from simulator.reporting import fonts, style
from simulator.reporting import words as word_table
from simulator.reporting.figures import APPLIES, FIGURES, applies, draw, drawable, finding, migration
from simulator.reporting.words import table
from tests.reporting.behaviour import CASES, HOSTILE, MANY, behaving
from tests.reporting.synthetic import synthetic
from tests.reporting.test_figures import faults, texts

IN_JAPANESE = ("usual", "metered", "hostile names", "few replications", "many")
DRAWN = [(case, lang, name) for case in CASES for lang in ("en", "ja") for name in APPLIES]
DRAWN = [
    (case, lang, name)
    for case, lang, name in DRAWN
    if applies(CASES[case], name) and (lang == "en" or case in IN_JAPANESE)
]


def written(figure: Figure) -> list[str]:
    return [text.get_text() for text in texts(figure)]


@pytest.mark.parametrize(("case", "lang", "name"), DRAWN)
def test_texts_stay_inside_and_apart_and_have_every_glyph(case: str, lang: str, name: str) -> None:
    figure = draw(CASES[case], name, lang)
    assert faults(figure) == []
    known = fonts.glyphs(fonts.LATIN) | fonts.glyphs(fonts.JAPANESE)
    seen = texts(figure)
    assert {c for text in seen for c in text.get_text() if ord(c) not in known and c != "\n"} == set()
    assert all(text.get_fontfamily() == style.FAMILIES[lang] for text in seen)
    assert not any(text.get_parse_math() for text in seen)
    assert all(float(text.get_fontsize()) >= style.NOTE for text in seen)


def test_every_figure_is_drawn_in_some_case() -> None:
    assert {name for _, _, name in DRAWN} == set(APPLIES)
    assert set(APPLIES) < set(FIGURES)


# which figures a result has


def test_a_result_has_the_figures_of_what_it_has() -> None:
    assert drawable(CASES["usual"]) == [name for name in FIGURES if name != "usage_bill"]
    assert drawable(CASES["metered"]) == list(FIGURES)
    assert drawable(synthetic(6)) == [name for name in FIGURES if name not in APPLIES]
    assert drawable(synthetic(12)) == [*(name for name in FIGURES if name not in APPLIES), "retention"]


def without(name: str) -> Any:
    """The metered case without what a figure needs."""
    result = CASES["metered"]
    summary = {key: value for key, value in result.summary.items() if key not in ("rescue", "rescue_total", "offers")}
    tables = {key: value.clear() for key, value in result.tables.items()}
    if name == "retention":
        return replace(result, metrics=result.metrics.filter(~pl.col("metric").is_in(["nrr_12m", "grr_12m"])))
    return replace(result, summary=summary, tables=tables, teams=result.teams.clear())


@pytest.mark.parametrize("name", APPLIES)
def test_a_figure_without_its_data_does_not_apply_and_says_so(name: str) -> None:
    lacking = without(name)
    assert applies(CASES["metered"], name)
    assert not applies(lacking, name)
    figure = draw(lacking, name)
    assert "No values to show" in written(figure)
    assert faults(figure) == []


def test_cohorts_need_sign_ups_and_not_only_an_opening_base() -> None:
    result = CASES["usual"]
    opening = result.tables["cohorts"].filter(pl.col("cohort") == "opening")
    assert not applies(replace(result, tables={**result.tables, "cohorts": opening}), "cohorts")


# what is drawn is what the tables say


def test_retention_is_drawn_from_the_metrics() -> None:
    result = CASES["usual"]
    lines = [line.get_ydata() for line in draw(result, "retention").axes[0].get_lines()]
    for metric in ("nrr_12m", "grr_12m"):
        means = result.metrics.filter(pl.col("metric") == metric)["mean"].to_list()
        assert any(len(ys) == 36 and list(ys[11:]) == pytest.approx(means) for ys in lines)
    rules = [ys[0] for ys in lines if len(ys) == 2 and ys[0] == ys[1]]
    assert sorted(rules) == [0.9, 1.0, 1.1]
    assert sum("rule of thumb" in text for text in written(draw(result, "retention"))) == 3


def test_widths_of_the_migration_are_customers() -> None:
    result = CASES["usual"]
    moved = migration.flows(result)
    journeys = result.tables["journeys"]
    total = journeys["mean"].sum()
    assert sum(moved.values()) == pytest.approx(total)
    opening = journeys.filter((pl.col("entered") == "opening") & (pl.col("plan_from") == "premium"))
    assert sum(n for (start, _), n in moved.items() if start == "premium") == pytest.approx(opening["mean"].sum())
    rescued = journeys.filter(pl.col("rescued") == "yes")["mean"].sum()
    assert sum(n for (_, end), n in moved.items() if end == migration.RESCUED) == pytest.approx(rescued)
    figure = draw(result, "migration")
    ax = figure.axes[0]
    blocks = [patch for patch in ax.patches if isinstance(patch, Rectangle)]
    for x, at in ((0.0, 0), (1 - migration.NODE, 1)):
        heights = sorted(block.get_height() for block in blocks if block.get_x() == pytest.approx(x))
        counts: dict[str, float] = {}
        for key, n in moved.items():
            counts[key[at]] = counts.get(key[at], 0.0) + n
        expected = sorted(n / total * (1 - migration.SPACE) for n in counts.values())
        assert heights == pytest.approx(expected)
    ribbons = [patch for patch in ax.patches if isinstance(patch, PathPatch)]
    assert len(ribbons) == len(moved)
    widths = sorted(patch.get_path().vertices[0][1] - patch.get_path().vertices[-2][1] for patch in ribbons)
    assert widths == pytest.approx(sorted(n / total * (1 - migration.SPACE) for n in moved.values()))
    assert f"Gone  {journeys.filter(pl.col('plan_to') == '(gone)')['mean'].sum():,.0f}" in written(figure)


def test_plans_that_few_see_are_joined_and_nobody_is_lost() -> None:
    moved = migration.flows(CASES["many"])
    plans = {end for key in moved for end in key if not end.startswith("\0")}
    assert len(plans) == migration.MOST_PLANS - 1
    assert plans < set(MANY)
    assert sum(moved.values()) == pytest.approx(CASES["many"].tables["journeys"]["mean"].sum())


def test_the_heat_map_shows_the_share_of_first_mrr() -> None:
    result = CASES["usual"]
    cohorts = result.tables["cohorts"]

    def paid(months: list[str], age: int) -> float:
        return cohorts.filter(pl.col("cohort").is_in(months) & (pl.col("age") == age))["mrr"].sum()

    figure = draw(result, "cohorts")
    cells = {
        (round(text.get_position()[0]), round(text.get_position()[1])): text.get_text() for text in figure.axes[0].texts
    }
    quarter = list(result.months[:3])
    assert cells[0, 0] == f"{paid(['opening'], 3) / paid(['opening'], 0):.0%}"
    assert cells[3, 1] == f"{paid(quarter, 12) / paid(quarter, 0):.0%}"
    assert "2026-04–06" in [label.get_text() for label in figure.axes[0].get_yticklabels()]
    # the quarter of 2026-04 is seen whole up to the age of 33 months: its last month is not seen longer
    assert (10, 1) in cells
    assert (11, 1) not in cells
    seen = [month for month in result.months if len(cohorts.filter(pl.col("cohort") == month)) > 12]
    assert f"sign-ups pay {paid(seen, 12) / paid(seen, 0):.0%} of their first MRR" in finding(result, "cohorts", "en")


def test_bars_are_as_long_as_the_summary_says() -> None:
    result = CASES["usual"]
    made, accepted, mrr = draw(result, "offer_funnel").axes
    widths = [[bar.get_width() for bar in ax.patches] for ax in (made, accepted, mrr)]
    rows = sorted(result.summary["offers"].values(), key=lambda row: -row["mrr"]["mean"])
    assert [sorted(column) for column in widths] == [
        pytest.approx(sorted(row[key]["mean"] for row in rows)) for key in ("made", "acceptance", "mrr")
    ]
    assert widths[2] == pytest.approx([row["mrr"]["mean"] for row in rows])
    rescue = draw(result, "rescue_funnel").axes
    assert [bar.get_width() for bar in rescue[0].patches] == pytest.approx([1_000.0] * 3)  # all together has no count
    assert [bar.get_width() for bar in rescue[2].patches] == pytest.approx([0.93] * 4)
    lines = [line.get_xdata() for line in rescue[2].get_lines() if len(set(line.get_ydata())) == 1]
    assert lines[0] == pytest.approx([0.93 * 0.95, 0.93 * 1.05])


def test_one_replication_has_no_thin_lines() -> None:
    for name in ("offer_funnel", "rescue_funnel"):
        for ax in draw(CASES["one replication"], name).axes:
            assert all(len(set(line.get_xdata())) == 1 for line in ax.get_lines())


def test_the_bill_is_drawn_from_the_bills_and_ends_with_the_axis() -> None:
    result = CASES["metered"]
    ax, below = draw(result, "usage_bill").axes
    used, bill = ax.get_lines()[0].get_data()
    assert list(zip(used, bill, strict=True))[:6] == list(
        result.tables["bills"].select("used", "bill").head(6).iter_rows()
    )
    assert used[-1] == pytest.approx(1.5 * 15_000) == ax.get_xlim()[1]
    assert bill[-1] == pytest.approx(2_000 + 4_000 + 2.5 * (22_500 - 1_000))
    shares = list(below.get_lines()[0].get_ydata())
    assert shares[0] == 0.0
    assert shares[-1] == pytest.approx(1.0)
    assert shares == sorted(shares)


def test_teams_are_drawn_from_their_table() -> None:
    result = CASES["usual"]
    upper = draw(result, "team_utilisation").axes[0]
    drawn = [list(line.get_ydata()) for line in upper.get_lines() if len(line.get_ydata()) == 36]
    for team, ys in zip(("onboarding", "success"), drawn, strict=True):
        rows = result.teams.filter((pl.col("team") == team) & (pl.col("figure") == "utilisation"))
        assert ys == pytest.approx(rows["mean"].to_list())


def test_names_of_users_are_text() -> None:
    for name in ("migration", "offer_funnel", "team_utilisation"):
        text = "\n".join(written(draw(CASES["hostile names"], name)))
        assert "<script>" in text
        assert "=HYPERLINK(" in text
        assert "\u202e" not in text
        assert "\U0001f680" not in text
        assert "x" * 60 not in text


# titles claim no more than the numbers


@pytest.mark.parametrize(
    ("nrr", "width", "start"),
    [
        (1.03, 0.001, "NRR is above 100% in 2027-03: 103."),
        (1.15, 0.001, "NRR is above 110% in 2027-03: 115."),
        (0.95, 0.001, "NRR is below 100% in 2027-03: 95."),
        (1.03, 0.1, "NRR is 103.0% in 2027-03 (5–95 %: "),
        (0.97, 0.1, "NRR is 97.0% in 2027-03 (5–95 %: "),
        (1.12, 0.05, "NRR is above 100% in 2027-03: 112.0% (5–95 %: "),
    ],
)
def test_a_level_of_retention_is_claimed_only_if_the_interval_is_clear_of_it(
    nrr: float, width: float, start: str
) -> None:
    sentence = finding(behaving(12, nrr=nrr, width=width), "retention", "en")
    assert sentence.startswith(start)
    assert "; GRR is 85" in sentence


def test_the_migration_tells_who_is_gone_with_an_interval() -> None:
    assert finding(CASES["usual"], "migration", "en") == (
        "Of 1,361 customers at the start, 40.0% are gone by the end of 2029-03 (5–95 %: 38.0%–42.0%); "
        "7.0% are on another plan, 3.0% rescued"
    )
    one = finding(CASES["one replication"], "migration", "en")
    assert "(one replication, no interval)" in one
    nobody = CASES["usual"].summary["journeys"]["later"]
    fresh = {**CASES["usual"].summary, "journeys": {"opening": {"customers": {"mean": 0.0}}, "later": nobody}}
    assert finding(replace(CASES["usual"], summary=fresh), "migration", "en").startswith(
        "Of 2,178 customers who sign up"
    )


def test_the_rescue_funnel_tells_the_longest_time_that_is_seen() -> None:
    sentence = finding(CASES["usual"], "rescue_funnel", "en")
    assert sentence.startswith("Offers win 24.0% of cancel intents (5–95 %: 22.8%–25.2%)")
    assert "55.0% of those who accept are still customers after 12 months" in sentence
    assert "after 6 months" in finding(CASES["nothing left"], "rescue_funnel", "en")
    total = {**CASES["usual"].summary["rescue_total"], "rescued": {"mean": 0.0, "p05": 0.0, "p95": 0.0}}
    none = replace(CASES["usual"], summary={**CASES["usual"].summary, "rescue_total": total})
    assert finding(none, "rescue_funnel", "en") == "No cancel intent was rescued"


def test_an_offer_is_said_to_bring_mrr_only_if_its_interval_is_clear_of_zero() -> None:
    assert finding(CASES["usual"], "offer_funnel", "en") == (
        "“first_plan” brings most: ¥400k of MRR a month over the horizon (5–95 %: ¥380k–¥420k); "
        "12.0% of those offers are accepted"
    )
    assert "not clearly more than nothing" in finding(behaving(12, width=1.2), "offer_funnel", "en")
    downsell = behaving(12, offers={"lite": "downsell"})
    assert finding(downsell, "offer_funnel", "en").startswith("120 of 1,000 offers are accepted; none of them adds MRR")
    assert "No offer is made" in finding(synthetic(6), "offer_funnel", "en")


def test_usage_is_told_to_two_figures() -> None:
    assert finding(CASES["metered"], "usage_bill", "en") == (
        "Half the customers on “metered” use more than about 2,600 a month (¥11.0k at list prices); "
        "one in ten more than 15,000 (¥42.0k)"
    )
    unknown = replace(CASES["metered"], summary={**CASES["metered"].summary, "usage": {}})
    assert finding(unknown, "usage_bill", "en") == "“metered” costs ¥2.0k a month for nothing used and ¥228k for 90,000"


def test_the_busiest_team_is_told_with_its_month_and_what_was_dropped() -> None:
    sentence = finding(CASES["usual"], "team_utilisation", "en")
    assert sentence.startswith("“success” is busiest in 20")
    assert sentence.endswith("18 requests are dropped for lack of time")
    solo = finding(CASES["small"], "team_utilisation", "en")
    assert solo.endswith("no request is dropped for lack of time")


@pytest.mark.parametrize("case", CASES)
def test_findings_are_in_both_languages_without_a_gap(case: str) -> None:
    for name in APPLIES:
        for lang in ("en", "ja"):
            sentence = finding(CASES[case], name, lang)
            assert "{" not in sentence.replace(HOSTILE[0], "")
            assert sentence[0].isupper() or not sentence[0].isascii() or not sentence[0].isalpha()


def test_every_word_of_these_figures_is_used() -> None:
    code = "".join(
        path.read_text(encoding="utf-8") for path in (Path(word_table.__file__).parent / "figures").glob("*.py")
    )
    sections = ("retention.", "migration.", "cohorts.", "rescue.", "offers.", "usage_bill.", "teams.")
    keys = [key for key in table() if key.startswith(sections)]
    assert [key for key in keys if f'"{key}"' not in code and f'"{key.partition(".")[2]}"' not in code] == []


def test_a_name_written_from_right_to_left_does_not_turn_its_sentence() -> None:
    shown = fonts.showable(HOSTILE[3])
    assert shown == "\u200e\u05d0\u05d1\u05d2 □\u200e"
    assert fonts.showable("plain") == "plain"
    result = behaving(6, teams=HOSTILE[3:4])
    assert finding(result, "team_utilisation", "en").startswith(f"“{shown}” is busiest in ")


def test_small_means_keep_a_decimal() -> None:
    text = written(draw(CASES["small"], "offer_funnel"))
    assert "12.0% (0.4)" in text
    assert "3" in text


def test_a_row_of_the_heat_map_ends_where_not_all_of_its_months_are_seen() -> None:
    figure = draw(behaving(20), "cohorts")
    cells = {(round(text.get_position()[0]), round(text.get_position()[1])) for text in figure.axes[0].texts}
    # rows of three months, ages 3, 6, ...: 2026-04 and 05 are seen up to the age of 18 months, 2026-06 only up to 17
    assert (5, 0) in cells
    assert (4, 1) in cells
    assert (5, 1) not in cells
