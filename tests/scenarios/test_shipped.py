"""Every shipped scenario loads, says where its rates come from, runs, and shows what it claims to show.

Claims are judged by the scatter of the replications: a mean must lie MARGIN = 3 standard errors inside the stated range
(see measures.py), so that no tolerance is chosen by eye. Runs that are compared share their draws, and the standard
error is that of the paired difference. Ranges are those of the mechanisms in docs/mechanisms.md.
"""

from __future__ import annotations

import functools
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import yaml

import simulator
from tests.scenarios.measures import (
    counted,
    estimate,
    moved,
    movements,
    mrr,
    nrr_12m,
    payers,
    staged,
    total,
    yearly_logo_churn,
)

FOLDER = Path(__file__).parents[2] / "scenarios"
FILES = sorted(FOLDER.glob("*.yaml"))
WHAT_IFS = [path for path in FILES if "extends" in yaml.safe_load(path.read_text(encoding="utf-8"))]
SEED = 11
REPLICATIONS = 60
FREQUENCIES = (
    "over_selling_yearly",
    "over_selling_half_yearly",
    "over_selling",
    "over_selling_monthly",
    "over_selling_fortnightly",
)
SHARED_NAMES = {"telco", "quickstart", "premium_up", "telco_rescue"}  # their own tests and sources


@functools.cache
def run(name: str, replications: int = REPLICATIONS):
    """Run a shipped scenario once for all tests."""
    return simulator.run(simulator.load(FOLDER / f"{name}.yaml"), replications=replications, seed=SEED)


@pytest.fixture
def run_with(tmp_path):
    """Run a shipped scenario with some keys changed: the counterfactual or the negative control of a claim."""

    def changed(name: str, replications: int = REPLICATIONS, **keys):
        what_if = tmp_path / "what_if.yaml"
        what_if.write_text(yaml.safe_dump({"extends": str(FOLDER / f"{name}.yaml"), **keys}), encoding="utf-8")
        return simulator.run(simulator.load(what_if), replications=replications, seed=SEED)

    return changed


def named(path: Path) -> str:
    return path.stem


def test_every_family_is_there():
    families = (
        "three_tiers usage_based freemium bundle downsell_rescue negative_churn price_rise over_selling b2b_team b2c"
    )
    assert set(families.split()) <= {path.stem for path in FILES}


@pytest.mark.parametrize("path", FILES, ids=named)
def test_it_loads_and_has_a_title(path):
    assert simulator.load(path).title


@pytest.mark.parametrize("path", FILES, ids=named)
def test_it_says_where_its_rates_come_from(path):
    """Comments name the source of the rates, or say that they are assumed."""
    comments = " ".join(re.findall(r"#(.*)", path.read_text(encoding="utf-8"))).lower()
    whole_prices = path in WHAT_IFS and not _rate_lines(path)
    assert whole_prices or re.search(r"assum|mechanism|observed|usual", comments) or path.stem == "premium_up"


@pytest.mark.parametrize("path", [p for p in FILES if p.stem not in SHARED_NAMES], ids=named)
def test_each_rate_stands_beside_or_below_a_comment(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    bare = [lines[i].strip() for i in _rate_lines(path) if "#" not in lines[i] and "#" not in lines[i - 1]]
    assert bare == []


def _rate_lines(path: Path) -> list[int]:
    """Return the numbers of the lines that state a share, a rate or a factor."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [i for i, line in enumerate(lines) if re.search(r"\d%| per month|x\d", line.partition("#")[0])]


@pytest.mark.parametrize("path", WHAT_IFS, ids=named)
def test_a_what_if_differs_from_its_base(path):
    base = path.parent / yaml.safe_load(path.read_text(encoding="utf-8"))["extends"]
    texts = [simulator.load(one).resolved_yaml() for one in (path, base)]
    what_if, of = ({k: v for k, v in yaml.safe_load(text).items() if k != "title"} for text in texts)
    assert what_if != of


@pytest.mark.parametrize("path", [p for p in FILES if p.stem not in SHARED_NAMES], ids=named)
def test_it_runs_and_its_books_add_up(path):
    result = run(path.stem, 2)
    flows = {kind: moved(result, kind=kind) for kind in ("new", "reactivation", "expansion", "contraction", "churn")}
    gains = flows["new"] + flows["reactivation"] + flows["expansion"]
    losses = flows["contraction"] + flows["churn"]
    assert mrr(result, -1) + gains - losses == pytest.approx(mrr(result), abs=1e-3)
    assert (payers(result) > 0).all()


def test_the_table_of_the_docs_names_every_scenario():
    text = (FOLDER.parent / "docs" / "scenarios.md").read_text(encoding="utf-8")
    assert [path.name for path in FILES if f"`{path.name}`" not in text] == []


class TestThreeTiers:
    """Mechanism 1: the dearest tier is an anchor that moves choice to the middle tier."""

    AFTER = range(3, 24)  # from July on

    def choice(self, name, plan):
        result = run(name)
        chosen = movements(result, kind="new", plan=plan, month=self.AFTER)
        return chosen / movements(result, kind="new", month=self.AFTER)

    def test_a_dearer_top_tier_moves_choice_to_the_middle(self):
        moved_to = {p: self.choice("three_tiers_anchor", p) - self.choice("three_tiers", p) for p in self.weights()}
        assert estimate(moved_to["standard"]).is_above(0.05)
        assert estimate(moved_to["premium"]).is_below(-0.03)

    def test_shares_are_those_of_the_stated_weights(self):
        weights = self.weights()
        for plan, weight in weights.items():
            share = weight / sum(weights.values())
            assert estimate(self.choice("three_tiers_anchor", plan)).agrees_with(share)

    @staticmethod
    def weights():
        """choose, times price ratio to the choice elasticity for the top, to the anchoring for the middle tier."""
        ratio = 29_800 / 19_800
        return {"light": 0.45, "standard": 0.40 * ratio**0.4, "premium": 0.15 * ratio**-1.0}

    def test_the_anchor_pays_although_fewer_sign_up(self):
        dearer, base = run("three_tiers_anchor"), run("three_tiers")
        signed_up = [movements(result, kind="new", month=self.AFTER) for result in (dearer, base)]
        assert estimate(signed_up[0] / signed_up[1]).is_below(1.0)
        assert estimate(mrr(dearer) - mrr(base)).is_above(0.0)


class TestUsageBased:
    """Mechanism 2: price follows usage, revenue grows with the customer, bill shock raises the risk of leaving."""

    def test_all_expansion_is_usage(self):
        result = run("usage_based")
        assert np.array_equal(moved(result, kind="expansion"), moved(result, kind="expansion", reason="usage"))

    def test_growing_use_outweighs_the_customers_who_leave(self):
        """NRR above 100 % with a yearly logo churn above 15 %: growth of usage is an input, said so in the file."""
        result = run("usage_based", 200)
        assert estimate(nrr_12m(result)).is_above(1.0)
        assert estimate(yearly_logo_churn(result, 24)).is_above(0.15)

    def test_bill_shock_raises_churn(self, run_with):
        calm = run_with("usage_based", retention={"bill_shock": None})
        assert estimate(yearly_logo_churn(run("usage_based"), 24) - yearly_logo_churn(calm, 24)).is_above(0.0)

    def test_volume_pricing_costs_revenue_of_the_same_customers(self):
        graduated, volume = run("usage_based"), run("usage_based_volume")
        assert (mrr(volume, -1) < mrr(graduated, -1)).all()
        assert estimate(mrr(volume) / mrr(graduated)).is_below(1.0)

    def test_a_commitment_raises_what_a_customer_pays(self):
        """The light users pay the minimum; MRR depends on how many it drives away, which is an assumption."""
        pays = [mrr(run(name)) / payers(run(name)) for name in ("usage_based_commitment", "usage_based")]
        assert estimate(pays[0] - pays[1]).is_above(0.0)


class TestFreemium:
    """Mechanism 3: conversion when the limit is felt; most stay free for ever."""

    def test_whoever_converts_had_reached_the_limit(self):
        """Without the offer at the limit nobody who came for free ever pays."""
        result = run("freemium")
        converted = movements(result, kind="new", reason="free_conversion")
        assert (converted > 0).all()
        assert (converted <= staged(result, "at_limit", "accepted")).all()

    def test_most_stay_free_for_ever(self):
        """Fewer conversions than one in ten sign-ups, and more than two free users to a payer after 30 months."""
        result = run("freemium")
        converted = movements(result, kind="new", reason="free_conversion")
        assert estimate(converted / counted(result, "sign_ups")).is_below(0.10)
        free = total(result, "stock", reason="free", month=29)
        assert estimate(free / payers(result)).is_above(2.0)

    def test_free_users_cost_less_than_payers_bring(self):
        """30 yen a free user against a gross margin of 80 %, as the scenario's economics say."""
        result = run("freemium")
        costs = 30 * total(result, "stock", reason="free", month=29)
        assert estimate(0.8 * mrr(result) - costs).is_above(0.0)

    def test_a_tighter_limit_converts_more_of_fewer(self):
        base, tighter = run("freemium"), run("freemium_tighter")
        new = [movements(result, kind="new", reason="free_conversion") for result in (tighter, base)]
        assert estimate(new[0] / new[1]).is_above(1.2)
        assert estimate(counted(tighter, "sign_ups") - counted(base, "sign_ups")).is_below(0.0)

    def test_a_trial_before_the_upgrade_converts_as_stated(self):
        """60 % of the trials, less the ones cut short by leaving and by the horizon."""
        result = run("freemium")
        ratio = counted(result, "trials_converted") / counted(result, "trials_started")
        assert estimate(ratio).lies_in(0.50, 0.62)


class TestBundle:
    """Mechanisms 7 and 8: 10-20 % below the sum; 10 points better retention with a related product by day 90."""

    def test_the_bundle_is_10_to_20_percent_below_the_sum(self):
        """What accepting it adds to MRR against the sum of the list prices of its items."""
        result = run("bundle")
        added = total(result, "offer", "amount", plan="start", reason="mrr")
        paid = added / staged(result, "start", "accepted")
        assert estimate(1.0 - paid / (4_000 + 3_000)).lies_in(0.10, 0.20)

    def gap(self, result):
        with_addon = counted(result, "attached_retained_12m") / counted(result, "attached_observed_12m")
        return with_addon - counted(result, "bare_retained_12m") / counted(result, "bare_observed_12m")

    def test_an_addon_within_90_days_goes_with_10_points_better_retention(self):
        assert estimate(self.gap(run("bundle"))).is_above(0.10)

    def test_without_an_effect_of_addons_the_gap_is_not_there(self, run_with):
        """Negative control: what is left is selection by who is still there to be offered something."""
        assert estimate(self.gap(run_with("bundle", retention={"attached": None}))).is_below(0.05)

    def test_the_bundle_brings_more_than_single_products(self):
        assert estimate(mrr(run("bundle")) - mrr(run("bundle_single"))).is_above(0.0)


class TestDownsellRescue:
    """Mechanisms 10 to 12: churn 2-5 points lower, 15-25 % of the rescued back on a higher plan within 12 months."""

    FLOW = ("split_up", "lite_rescue", "pause", "stay_cheap")

    @pytest.mark.parametrize("year", [1, 2, 3])
    def test_yearly_churn_is_2_to_5_points_lower(self, year):
        """Period: a year. Logo churn of that year, against the same customers with nothing offered."""
        churn = [yearly_logo_churn(run(name), 12 * year) for name in ("downsell_rescue_none", "downsell_rescue")]
        assert estimate(churn[0] - churn[1]).lies_in(0.02, 0.05)

    def test_15_to_25_percent_of_the_rescued_return_within_12_months(self):
        result = run("downsell_rescue")
        returned = staged(result, "lite_rescue", "returned_12") / staged(result, "lite_rescue", "observed_12")
        assert estimate(returned).lies_in(0.15, 0.25)

    def test_15_to_25_percent_of_intents_accept_something(self):
        result = run("downsell_rescue")
        assert estimate(counted(result, "rescued") / counted(result, "intents")).lies_in(0.15, 0.25)

    def test_accepted_is_not_kept(self):
        """Accepted, still there after 3, 6 and 12 months: each clearly fewer than the one before."""
        result = run("downsell_rescue")
        still = [
            staged(result, self.FLOW, f"still_{months}") / staged(result, self.FLOW, f"observed_{months}")
            for months in (3, 6, 12)
        ]
        for before, after in zip([np.ones_like(still[0]), *still], still, strict=False):
            assert estimate(before - after).is_above(0.0)

    def test_half_of_the_pauses_resume_and_few_stay_when_the_discount_ends(self):
        result = run("downsell_rescue")
        for offer, share in (("pause", 0.54), ("stay_cheap", 0.22)):
            assert estimate(staged(result, offer, "stayed") / staged(result, offer, "ended")).agrees_with(share)

    def test_the_rescue_is_worth_less_than_it_seems(self, run_with):
        """Saved MRR (paired) is positive, and was higher if nobody bluffed or came for the cheap offer alone."""

        def saved(one, other):
            return mrr(one) - mrr(other)

        honest = saved(run("downsell_rescue"), run("downsell_rescue_none"))
        serious = {"bluff": "0%", "lured": "0 per month"}
        naive = saved(
            run_with("downsell_rescue", cancellation=serious), run_with("downsell_rescue_none", cancellation=serious)
        )
        assert estimate(honest).is_above(0.0)
        assert estimate(naive - honest).is_above(0.0)


class TestNegativeChurn:
    """Formulas 5 and 6, mechanism 24: net MRR churn below 0, NRR above 110 %, expansion 20-40 % of growth."""

    LAST_YEAR = range(18, 30)

    def net_churn(self, result, month):
        lost = moved(result, kind=("churn", "contraction"), month=month)
        return (lost - moved(result, kind="expansion", month=month)) / mrr(result, month - 1)

    def test_net_mrr_churn_is_below_zero_in_every_month_of_the_last_year(self):
        result = run("negative_churn")
        for month in self.LAST_YEAR:
            assert estimate(self.net_churn(result, month)).is_below(0.0)
        assert result.summary["negative_churn"]["share_of_replications"] == 1.0

    def test_nrr_is_above_110_percent(self):
        assert estimate(nrr_12m(run("negative_churn"))).is_above(1.10)

    def test_expansion_is_20_to_40_percent_of_a_years_growth(self):
        result = run("negative_churn")
        grown = mrr(result, 29) - mrr(result, 17)
        assert estimate(moved(result, kind="expansion", month=self.LAST_YEAR) / grown).lies_in(0.20, 0.40)

    def test_without_expansion_churn_is_positive(self):
        """Negative control: the same customers, nothing sold to them."""
        result = run("negative_churn_no_expansion")
        assert estimate(nrr_12m(result)).is_below(1.0)
        assert result.summary["negative_churn"]["share_of_replications"] == 0.0

    def test_mrr_grows_without_any_new_customer(self, run_with):
        alone = run_with("negative_churn", segments={"firm": {"arrivals": None, "choose": None}})
        assert (movements(alone, kind="new") == 0).all()
        assert estimate(mrr(alone) / mrr(alone, -1)).is_above(1.0)


class TestPriceRise:
    """Who pays the new price when, and what it costs in customers."""

    def price(self, name, **where):
        return moved(run(name), kind="expansion", motion="price", **where)

    def test_grandfathered_customers_keep_their_price(self):
        assert (self.price("price_rise") == 0).all()

    def test_after_notice_all_move_at_once(self):
        """October and two months: all of it in December."""
        assert (self.price("price_rise_notice", month=8) > 0).all()
        assert np.array_equal(self.price("price_rise_notice"), self.price("price_rise_notice", month=8))

    def test_at_renewal_the_annual_ones_move_over_a_year(self):
        name = "price_rise_at_renewal"
        assert np.array_equal(self.price(name), self.price(name, month=range(6, 18)))
        assert (self.price(name, month=range(7, 18)) > 0).all()
        assert (self.price(name, month=6) > 0.5 * self.price(name)).all()  # the monthly ones, 60 % of customers

    @pytest.mark.parametrize("name", ["price_rise_at_renewal", "price_rise_notice"])
    def test_a_rise_for_everybody_loses_customers_and_gains_mrr(self, name):
        lost = movements(run(name), kind="churn") - movements(run("price_rise"), kind="churn")
        assert estimate(lost).is_above(0.0)
        assert estimate(mrr(run(name), 23) - mrr(run("price_rise"), 23)).is_above(0.0)

    def test_nrr_owes_the_rise_what_nrr_without_price_leaves_out(self):
        result = run("price_rise_notice")
        base = total(result, "retention", "amount", reason="base", month=17)
        without = total(result, "retention", "amount", reason="without_price", month=17) / base
        assert estimate(nrr_12m(result, 17) - without).is_above(0.10)
        assert estimate(without).is_below(1.0)


class TestOverSelling:
    """Mechanism 13: beyond some point, asking more often lowers the MRR of 24 months."""

    def steps(self, results):
        """Return the paired differences of 24-month MRR from each frequency to the next higher one."""
        closing = [mrr(result, 23) for result in results]
        return [estimate(after - before) for before, after in pairwise(closing)]

    def test_mrr_rises_and_then_falls_with_the_contact_frequency(self):
        """Common random numbers: each step up to the quarterly offer gains, each step beyond it loses."""
        to_half_yearly, to_quarterly, to_monthly, to_fortnightly = self.steps([run(name) for name in FREQUENCIES])
        assert to_half_yearly.is_above(0.0)
        assert to_quarterly.is_above(0.0)
        assert to_monthly.is_below(0.0)
        assert to_fortnightly.is_below(0.0)

    def test_without_harm_by_declined_offers_there_is_no_turning_point(self, run_with):
        """Negative control."""
        harmless = {"premium_call": {"if_declined": None}}
        for step in self.steps([run_with(name, 20, offers=harmless) for name in FREQUENCIES]):
            assert step.is_above(0.0)

    def test_churn_rises_with_every_step(self):
        churn = [yearly_logo_churn(run(name), 24) for name in FREQUENCIES]
        for before, after in pairwise(churn[:-1]):  # up to monthly: beyond, all are detractors
            assert estimate(after - before).is_above(0.0)

    def test_asking_by_nps_class_with_care_for_detractors_pays(self):
        """Mechanism 14: better than asking everybody monthly, and than the best frequency for everybody."""
        policy = mrr(run("over_selling_policy"), 23)
        for name in ("over_selling_monthly", "over_selling"):
            assert estimate(policy - mrr(run(name), 23)).is_above(0.0)


class TestB2bTeam:
    """Mechanisms 15, 17, 19, 22: success people, phases, slow decisions."""

    def churn(self, name):
        """Return customers lost a customer-month, 24 months."""
        result = run(name)
        return movements(result, kind="churn") / sum(payers(result, month - 1) for month in range(24))

    def test_a_success_team_lowers_churn_by_20_percent_or_more(self):
        """Relative, all churn over 24 months: business shocks and failed onboarding included."""
        assert estimate(1.0 - self.churn("b2b_team") / self.churn("b2b_team_none")).is_above(0.20)

    def test_faster_onboarding_raises_nrr(self):
        """Mean of the 12-month NRR over the second year."""
        fast, slow = (run(name) for name in ("b2b_team_fast_onboarding", "b2b_team"))
        gained = sum(nrr_12m(fast, month) - nrr_12m(slow, month) for month in range(12, 24)) / 12
        assert estimate(gained).is_above(0.0)

    def test_faster_onboarding_loses_fewer_early(self):
        failed = [counted(run(name), "onboarding_failed") for name in ("b2b_team", "b2b_team_fast_onboarding")]
        assert estimate(failed[0] - failed[1]).is_above(0.0)

    def test_long_decisions_let_few_offers_through(self):
        """One offer is considered at a time, for a month or more: some find the customer busy."""
        result = run("b2b_team")
        offers = ("next_department", "before_renewal", "budget_season")
        assert estimate(staged(result, offers, "busy")).is_above(0.0)


class TestB2c:
    """Mechanisms 19 to 21: at once, framing, seasons, failed payments, coming back."""

    def conversion(self, name):
        return staged(run(name), "surge", "accepted") / staged(run(name), "surge", "made")

    def test_loss_framing_converts_about_half_as_many_again(self):
        ratio = self.conversion("b2c_loss_framing") / self.conversion("b2c")
        assert estimate(ratio).lies_in(1.4, 1.6)

    def test_failed_payments_are_a_part_of_churn(self):
        result = run("b2c")
        involuntary = movements(result, kind="churn", reason="failed_payment") / movements(result, kind="churn")
        assert estimate(involuntary).lies_in(0.10, 0.30)
        lost = counted(result, "payments_lost") / counted(result, "payments_failed")
        assert estimate(lost).lies_in(0.30, 0.36)  # 35 % are not recovered; some leave before, some after the horizon

    def test_some_come_back(self):
        result = run("b2c")
        assert (movements(result, kind="reactivation", reason="win_back") > 0).all()
        accepted = staged(result, "come_back", "accepted") / staged(result, "come_back", "made")
        assert estimate(accepted).agrees_with(0.05)

    def test_january_has_its_season(self):
        """1.6 times the sign-ups of February, which has none."""
        result = run("b2c")
        januaries, februaries = (counted(result, "sign_ups", month=months) for months in ((9, 21), (10, 22)))
        assert estimate(januaries / februaries).agrees_with(1.6)
