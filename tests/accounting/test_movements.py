"""Every rule that turns changes into movements, on histories small enough to work out by hand."""

import numpy as np
import pytest

from simulator.accounting.account import PAUSED, PRESENT, TRIAL
from simulator.accounting.books import BooksDoNotAddUp, check_identity, empty_books
from simulator.accounting.movements import LINES, Cause
from simulator.accounting.replay import CHANGE, OPENING, replay
from tests.accounting.histories import Tale


def test_an_upgrade_is_expansion_by_upsell():
    tale = Tale().opens(1, 50_000).pays(1, 3, 80_000, Cause.PLAN_UPGRADE, plan=1)
    assert tale.movements() == {(3, "expansion", "upsell", "plan_upgrade"): 30_000}
    assert tale.movements("event") == tale.movements()


def test_a_downgrade_is_contraction_never_churn():
    tale = Tale().opens(1, 100_000).pays(1, 3, 70_000, Cause.DOWNGRADE)
    assert tale.movements() == {(3, "contraction", "none", "downgrade"): 30_000}


def test_an_end_and_a_start_in_one_month_are_one_movement():
    tale = Tale().opens(1, 100).leaves(1, 4).pays(1, 4, 250, Cause.WIN_BACK, plan=1)
    assert tale.movements() == {(4, "expansion", "upsell", "plan_upgrade"): 150}
    assert tale.movements("event") == {
        (4, "churn", "none", "voluntary"): 100,
        (4, "reactivation", "none", "win_back"): 250,
    }


def test_coming_back_after_a_month_end_is_reactivation_not_new_and_not_expansion():
    tale = Tale().opens(1, 100).leaves(1, 4).pays(1, 6, 250, Cause.WIN_BACK)
    assert tale.movements() == {
        (4, "churn", "none", "voluntary"): 100,
        (6, "reactivation", "none", "win_back"): 250,
    }


def test_who_comes_back_only_to_pause_is_not_churned_twice():
    """No month-end saw it come back, so none sees it go again; each change by itself is both."""
    tale = Tale().opens(1, 100).leaves(1, 2).pays(1, 5, 100, Cause.WIN_BACK).pauses(1, 5).leaves(1, 8)
    churn = ("churn", "none", "voluntary")
    assert tale.counts() == {(2, *churn): 1}
    assert tale.counts("event")[5, "reactivation", "none", "win_back"] == 1
    assert tale.counts("event")[8, *churn] == 1
    paying_again = Tale().opens(1, 100).leaves(1, 2).pays(1, 5, 100, Cause.WIN_BACK).pauses(1, 6).leaves(1, 8)
    assert {month: n for (month, *kind), n in paying_again.counts().items() if tuple(kind) == churn} == {2: 1, 8: 1}
    twice = Tale().opens(1, 100).pauses(1, 2).leaves(1, 4).pays(1, 6, 100, Cause.WIN_BACK).pauses(1, 6).leaves(1, 9)
    assert {month: n for (month, *kind), n in twice.counts().items() if tuple(kind) == churn} == {4: 1}


def test_a_customer_who_comes_and_goes_within_a_month_is_neither_new_nor_churned():
    tale = Tale().pays(1, 2, 100, Cause.SIGN_UP).leaves(1, 2)
    assert tale.movements() == {}
    assert tale.movements("event") == {(2, "new", "none", "sign_up"): 100, (2, "churn", "none", "voluntary"): 100}


def test_who_never_reached_a_month_end_is_new_when_coming_back():
    tale = Tale().pays(1, 2, 100, Cause.SIGN_UP).leaves(1, 2).pays(1, 5, 100, Cause.WIN_BACK)
    assert tale.movements() == {(5, "new", "none", "sign_up"): 100}


def test_a_pause_is_contraction_and_its_end_restoration():
    tale = Tale().opens(1, 100).pauses(1, 3).pays(1, 6, 100, Cause.RESUME)
    assert tale.movements() == {
        (3, "contraction", "downsell", "pause"): 100,
        (6, "expansion", "restoration", "resume"): 100,
    }
    assert tale.books().stock[4:7, 0, 0, 3].tolist() == [1, 1, 1]  # paused at the ends of months 3, 4, 5


def test_not_resuming_is_one_churned_customer_without_mrr():
    tale = Tale().opens(1, 100).pauses(1, 3).leaves(1, 5)
    assert tale.counts("event")[5, "churn", "none", "voluntary"] == 1
    assert (5, "churn", "none", "voluntary") not in tale.movements("event")


def test_moving_to_a_free_plan_is_churn_and_paying_again_reactivation():
    tale = Tale().opens(1, 100, plan=1).pays(1, 2, 0, Cause.DOWNGRADE, plan=0)
    tale.pays(1, 5, 80, Cause.PLAN_UPGRADE, plan=1)
    assert tale.movements() == {
        (2, "churn", "none", "to_free"): 100,
        (5, "reactivation", "upsell", "free_conversion"): 80,
    }
    books = tale.books()
    assert books.stock[3:6, 0, 0, 1].tolist() == [1, 1, 1]  # a free user of plan 0 meanwhile
    churned = books.month_amount[2, 0, :, [line.reason for line in LINES].index("to_free")]
    assert churned.tolist() == [0, 1_000_000, 0]  # the row carries the plan that was left


def test_a_free_users_first_payment_is_new_by_kind_and_upsell_by_motion():
    tale = Tale().pays(1, 1, 0, Cause.SIGN_UP).pays(1, 4, 100, Cause.PLAN_UPGRADE, plan=1)
    assert tale.movements() == {(4, "new", "upsell", "free_conversion"): 100}


def test_price_and_term_changes_stand_apart_from_upsell():
    tale = Tale().opens(1, 100).pays(1, 2, 120, Cause.PRICE).opens(2, 100).pays(2, 2, 85, Cause.TERM)
    assert tale.movements() == {
        (2, "expansion", "price", "price_change"): 20,
        (2, "contraction", "downsell", "term_change"): 15,
    }


def test_amounts_against_the_net_direction_come_off_the_largest_reason_first():
    # +100 upgrade, +30 add-on, +20 seats, -120 usage: the 120 take the upgrade's 100 and 20 of the add-on's 30
    tale = (
        Tale()
        .opens(1, 500)
        .pays(1, 3, 600, Cause.PLAN_UPGRADE)
        .pays(1, 3, 630, Cause.ADDON)
        .pays(1, 3, 650, Cause.SEATS)
        .pays(1, 3, 530, Cause.USAGE)
    )
    assert tale.movements() == {
        (3, "expansion", "cross_sell", "addon"): 10,
        (3, "expansion", "upsell", "seats"): 20,
    }
    # two reasons, but one customer with an expansion
    assert sum(tale.counts().values()) == 1


def test_of_equal_reasons_the_first_gives_way():
    tale = Tale().opens(1, 500).pays(1, 3, 600, Cause.PLAN_UPGRADE).pays(1, 3, 700, Cause.ADDON)
    tale.pays(1, 3, 650, Cause.USAGE)
    assert tale.movements() == {
        (3, "expansion", "upsell", "plan_upgrade"): 50,
        (3, "expansion", "cross_sell", "addon"): 100,
    }


def test_a_month_whose_changes_cancel_out_has_no_movement():
    tale = Tale().opens(1, 500).pays(1, 3, 600, Cause.PLAN_UPGRADE).pays(1, 3, 500, Cause.DOWNGRADE)
    assert tale.movements() == {}
    assert len(tale.movements("event")) == 2


def test_retention_caps_each_customer_and_not_the_totals():
    # one doubles, one halves: NRR 125 %, GRR 75 %
    tale = Tale(months=12).opens(1, 100).opens(2, 100)
    tale.pays(1, 5, 200, Cause.PLAN_UPGRADE).pays(2, 6, 50, Cause.DOWNGRADE)
    base, now, capped, without_price, customers, still = tale.books().retained[11, 0]
    assert (base, now, capped, without_price, customers, still) == (2_000_000, 2_500_000, 1_500_000, 2_500_000, 2, 2)


def test_retention_without_price_takes_the_price_movements_out():
    tale = Tale(months=12).opens(1, 100).pays(1, 5, 130, Cause.PRICE).pays(1, 7, 180, Cause.PLAN_UPGRADE)
    _, now, _, without_price, _, _ = tale.books().retained[11, 0]
    assert (now, without_price) == (1_800_000, 1_500_000)


def test_the_price_movements_of_one_customer_are_not_those_of_the_next():
    first = Tale(months=24).opens(1, 100).pays(1, 2, 130, Cause.PRICE).pays(1, 15, 150, Cause.PRICE)
    second = Tale(months=24).opens(2, 100).pays(2, 8, 110, Cause.PRICE)
    both = Tale(months=24).opens(1, 100).opens(2, 100).pays(1, 2, 130, Cause.PRICE).pays(1, 15, 150, Cause.PRICE)
    both.pays(2, 8, 110, Cause.PRICE)
    assert (both.books().retained == first.books().retained + second.books().retained).all()
    assert both.books().retained[12, 0, 3] == 1_000_000 + 1_000_000


def test_who_left_and_came_back_counts_with_what_it_pays_now():
    tale = Tale(months=12).opens(1, 100).leaves(1, 3).pays(1, 8, 70, Cause.WIN_BACK)
    assert tale.books().retained[11, 0, :3].tolist() == [1_000_000, 700_000, 700_000]


def test_retention_has_the_opening_as_base_of_month_11_and_none_before():
    books = Tale(months=13).opens(1, 100).books()
    assert np.flatnonzero(books.retained[:, 0, 0]).tolist() == [11, 12]


@pytest.mark.parametrize("standing", [PRESENT, TRIAL, PAUSED])
def test_who_pays_is_a_paying_customer_and_a_base_of_retention_however_it_stands(standing):
    tale = Tale(months=12)
    tale.rows.append((1, OPENING, 0, 0, standing, Cause.UNSPECIFIED, 1_000_000))
    books = tale.books()
    assert books.stock[:, 0, 0].tolist() == [[1, 0, 0, 0, 1_000_000]] * 13
    assert books.retained[11, 0].tolist() == [1_000_000] * 4 + [1, 1]


def test_cohorts_follow_customers_by_month_of_sign_up():
    tale = Tale(months=6).opens(1, 100).pays(2, 2, 40, Cause.SIGN_UP).leaves(2, 4)
    cohort = tale.books().cohort[0]
    assert cohort[0, :, 1].tolist() == [1_000_000] * 6
    assert cohort[3, :, 0].tolist() == [0, 0, 1, 1, 0, 0]


def test_the_identity_is_enforced():
    books = empty_books(3, 1, 1)
    books.stock[1, 0, 0, 4] = 7
    with pytest.raises(
        BooksDoNotAddUp,
        match=r"month 0, segment 0, month grain: opening 0 with movements of 0 is not closing 7",
    ):
        check_identity(books)


def _rows(*rows):
    return np.array(list(rows), CHANGE)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([(1, 0, 0, 0, 1, 1, 5), (2, 0, 0, 0, 1, 1, 5), (1, 1, 0, 0, 1, 1, 5)], "must stand together"),
        ([(1, 3, 0, 0, 1, 1, 5), (1, 1, 0, 0, 1, 1, 5)], "must be in order of time"),
        ([(1, -1, 0, 0, 1, 1, 5), (1, -1, 0, 0, 1, 1, 5)], "only the first row of a customer can be its opening"),
        ([(1, 12, 0, 0, 1, 1, 5)], "month 12 is out of range: -1 to 11"),
        ([(1, 0, 4, 0, 1, 1, 5)], "segment 4 is out of range: 0 to 0"),
        ([(1, 0, 0, -2, 1, 1, 5)], "plan -2 is out of range: 0 to 0"),
    ],
)
def test_a_history_that_cannot_be_accounted_is_refused(rows, message):
    with pytest.raises(ValueError, match=message):
        replay(_rows(*rows), 12, 1, 1)
