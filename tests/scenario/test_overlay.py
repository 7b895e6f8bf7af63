"""What-ifs: a file that says only what differs from another."""

from __future__ import annotations

import pytest

from simulator.scenario import load
from simulator.scenario.overlay import resolve_file
from simulator.scenario.tree import find, plain, reach
from tests.scenario.texts import GOOD


@pytest.fixture
def base(tmp_path):
    (tmp_path / "base.yaml").write_text(GOOD)
    return tmp_path


def what_if(base, text: str, name: str = "what_if.yaml"):
    (base / name).write_text(f"extends: base.yaml\n{text}")
    return base / name


def test_a_what_if_that_says_nothing_is_the_base(base):
    assert load(what_if(base, "")) == load(base / "base.yaml")


def test_mappings_merge_key_by_key(base):
    before = load(base / "base.yaml").epochs[0].keys
    after = load(what_if(base, "title: Dear\nplans:\n  premium: {price: 40_000}\n")).epochs[0].keys
    assert after.plans["premium"].price == 400_000_000
    assert after.plans["premium"].term_discount == before.plans["premium"].term_discount
    assert {name: plan for name, plan in after.plans.items() if name != "premium"} == {
        name: plan for name, plan in before.plans.items() if name != "premium"
    }
    assert after.title == "Dear"
    assert after.segments == before.segments


def test_lists_are_replaced_whole(base):
    after = load(what_if(base, "ladder: [basic, premium]\noffers: {review: {who: {plans: [free, basic]}}}\n"))
    assert after.epochs[0].keys.ladder == ("basic", "premium")
    assert after.epochs[0].keys.offers["review"].who.plans == ("free", "basic")


def test_the_timeline_is_a_list_too(base):
    assert load(what_if(base, "changes: []\n")).migrations == ()
    assert len(load(what_if(base, "changes: []\n")).epochs) == 1


def test_null_takes_an_entry_out(base):
    after = load(what_if(base, "offers: {rescue: null}\nsegments: {smb: {frailty: null}}\n"))
    assert "rescue" not in after.offer_names
    assert after.epochs[0].keys.segments["smb"].frailty == 0.0
    assert list(after.offer_names) == ["near_limit", "review", "suite_start"]


def test_entries_keep_their_order_and_new_ones_come_last(base):
    after = load(
        what_if(
            base,
            "offers:\n  late: {motion: care, when: {tenure: 1 month}, acceptance: 1%}\n  review: {to: next_plan}\n",
        )
    )
    assert after.offer_names == ("near_limit", "review", "suite_start", "rescue", "late")


@pytest.mark.parametrize(
    ("text", "kind"),
    [("when: {rate: 1% per month}", "rate"), ("when: {month: 3}", "month"), ("when: on_sign_up", "on_sign_up")],
)
def test_a_trigger_is_one_choice_and_replaced_whole(base, text, kind):
    when = load(what_if(base, f"offers: {{review: {{{text}, needs: null}}}}\n")).epochs[0].keys.offers["review"].when
    assert when.kind == kind


def test_a_target_is_one_choice_and_replaced_whole(base):
    one = load(what_if(base, "offers: {rescue: {to: {pause: 3 months, resumes: 50%}, returns: null}}\n"))
    assert one.epochs[0].keys.offers["rescue"].to.kind == "pause"
    (base / "base.yaml").write_text(
        (base / "what_if.yaml").read_text().replace("extends: base.yaml", "extends: first.yaml")
    )
    (base / "first.yaml").write_text(GOOD)
    two = load(what_if(base, "offers: {rescue: {to: {discount: 30%, for: 3 months, stays: 50%}}}\n", "second.yaml"))
    assert two.epochs[0].keys.offers["rescue"].to.kind == "discount"


def test_a_short_form_and_a_long_one_replace_each_other(base):
    short = load(what_if(base, "offers: {review: {acceptance: 9%}}\n"))
    assert short.epochs[0].keys.offers["review"].acceptance.factor == 1.0
    long = load(what_if(base, "offers: {suite_start: {acceptance: {base: 9%, framing: x2}}}\n"))
    assert long.epochs[0].keys.offers["suite_start"].acceptance.factor == 2.0


def test_what_ifs_of_what_ifs_and_of_other_folders(base):
    (base / "deep").mkdir()
    what_if(base, "months: 12\ntitle: Short\n")
    (base / "deep" / "more.yaml").write_text("extends: ../what_if.yaml\nplans: {premium: {price: 1}}\n")
    more = load(base / "deep" / "more.yaml")
    assert (more.months, more.title, more.name) == (12, "Short", "more")
    assert more.epochs[0].keys.plans["premium"].price == 10_000
    (base / "deep" / "absolute.yaml").write_text(f"extends: {base / 'base.yaml'}\n")
    assert load(base / "deep" / "absolute.yaml") == load(base / "base.yaml")


def test_a_customer_file_is_beside_the_file_that_names_it(base):
    (base / "people.csv").write_text("customer_id,plan,tenure_months\nC1,basic,3\n")
    text = GOOD.replace("opening: {free: 200, basic: 60}", "opening: people.csv").replace(
        "    opening_tenure: {mean: 18 months}\n", ""
    )
    (base / "base.yaml").write_text(text)
    (base / "deep").mkdir()
    (base / "deep" / "more.yaml").write_text("extends: ../base.yaml\nmonths: 6\nchanges: []\n")
    assert len(load(base / "deep" / "more.yaml").customers["smb"]) == 1


def test_every_value_knows_its_file_and_line(base):
    tree = resolve_file(what_if(base, "plans:\n  premium:\n    price: 40_000\n"))
    assert (reach(tree, ("plans", "premium", "price"))[1].file, reach(tree, ("plans", "premium", "price"))[1].line) == (
        str(base / "what_if.yaml"),
        4,
    )
    place = reach(tree, ("plans", "premium", "term_discount"))[1]
    assert (place.file, GOOD.splitlines()[place.line - 1].split(":")[0].strip()) == (str(base / "base.yaml"), "premium")
    assert plain(find(tree, ("plans", "premium", "price"))) == "40_000"


def test_a_title_is_taken_from_the_file_only_where_there_is_none(base):
    (base / "base.yaml").write_text(GOOD.replace("title: A good scenario\n", ""))
    assert load(base / "base.yaml").title == "base"
    assert load(what_if(base, "")).title == "what_if"
    assert load(GOOD.replace("title: A good scenario\n", "")).title == "scenario"
