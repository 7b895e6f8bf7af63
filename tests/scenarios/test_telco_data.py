"""The Telco scenarios say what their data says."""

import csv
import importlib.util
import math
import re
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

SCENARIOS = Path(__file__).parents[2] / "scenarios"
TELCO = SCENARIOS / "telco"
RAW = TELCO / "Telco-Customer-Churn.csv"


@pytest.fixture(scope="module")
def prepare():
    spec = importlib.util.spec_from_file_location("telco_prepare", TELCO / "prepare.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def customers(prepare):
    return prepare.read(RAW)


@pytest.fixture(scope="module")
def opening():
    with open(TELCO / "customers.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def scenario():
    return yaml.safe_load((SCENARIOS / "telco.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def readme():
    return (TELCO / "README.md").read_text(encoding="utf-8")


def test_customers_are_rebuilt_byte_for_byte(prepare, customers, tmp_path):
    prepare.write_opening(customers, tmp_path / "customers.csv")
    assert (tmp_path / "customers.csv").read_bytes() == (TELCO / "customers.csv").read_bytes()


def test_the_script_writes_beside_itself_and_reports(prepare, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(prepare, "HERE", tmp_path)
    assert prepare.main([str(RAW)]) == 0
    assert (tmp_path / "customers.csv").exists()
    assert "events per exposure" in capsys.readouterr().out


def test_the_script_without_a_file_says_how_to_run_it(prepare, capsys):
    assert prepare.main([]) == 2
    assert "python scenarios/telco/prepare.py" in capsys.readouterr().out


def test_everybody_who_stayed_is_there_once(opening):
    with open(RAW, newline="", encoding="utf-8") as file:
        stayed = [row["customerID"] for row in csv.DictReader(file) if row["Churn"] == "No"]
    assert [row["customer_id"] for row in opening] == stayed
    assert len(set(stayed)) == 5174
    assert sum(row["tenure_months"] == "0" for row in opening) == 11


def test_what_customers_pay_is_what_they_were_charged(prepare, customers, opening):
    """To the cent, in total and one by one; a blank mrr stands for the list price of telco.yaml."""
    with open(RAW, newline="", encoding="utf-8") as file:
        charged = {row["customerID"]: Decimal(row["MonthlyCharges"]) for row in csv.DictReader(file)}
    at_list = {one["customer_id"]: Decimal(prepare.list_price(one)) for one in customers}
    paid = {row["customer_id"]: Decimal(row["mrr"] or at_list[row["customer_id"]]) for row in opening}
    assert paid == {name: charged[name] for name in paid}
    assert sum(paid.values()) == Decimal("316985.75")
    assert all(row["mrr"] == "" or paid[row["customer_id"]] != at_list[row["customer_id"]] for row in opening)


def test_prices_written_are_the_ones_fitted(prepare, customers, scenario):
    written = {name: plan["price"] for name, plan in scenario["plans"].items()}
    written |= {name: addon["price"] for name, addon in scenario["addons"].items()}
    assert written == prepare.PLANS | {name: price for name, (_, price) in prepare.ADDONS.items()}
    fitted = prepare.fitted_prices(customers)
    assert {name: 5 * round(price / 5) for name, price in fitted.items()} == written
    assert max(abs(fitted[name] - written[name]) for name in written) < 0.055


def test_every_addon_held_is_allowed_with_its_plan_and_every_pair_allowed_is_held(customers, scenario):
    held = {(addon, one["plan"]) for one in customers for addon in one["addons"]}
    assert held == {(name, plan) for name, addon in scenario["addons"].items() for plan in addon["with"]}
    assert {one["term"] for one in customers} == {"monthly", *scenario["terms"]}


def test_the_list_price_fits_as_well_as_the_readme_says(prepare, customers, readme):
    fit = prepare.price_fit(customers)
    text = " ".join(readme.split())
    assert (
        f"{fit['exact']:.1%} of the charges equal the list, {fit['within 0.50']:.1%} lie within $0.50, "
        f"{fit['within 1.00']:.1%} within $1.00, {fit['within 2.00']:.1%} within $2.00; "
        f"largest distance ${fit['largest']:.2f}, standard deviation ${fit['sd']:.2f}; "
        f"{fit['variance explained']:.2%} of the variance explained"
    ) in text


def test_rates_written_are_the_ones_estimated(prepare, customers, scenario):
    estimated = prepare.rates(customers)
    household = scenario["segments"]["household"]
    assert household["cancel"] == estimated["cancel"]
    assert household["not_renewed"] == estimated["not_renewed"]
    assert scenario["retention"]["tenure"] == estimated["tenure"]


def test_the_model_accounts_for_every_customer_who_left(prepare, customers):
    """A property of the maximum: expected and observed events agree for each plan and each tenure band."""
    model = prepare.monthly_model(customers)
    starts, ends = (0, *prepare.TENURE_CUTS), (*prepare.TENURE_CUTS, 1_000)
    for name in prepare.PLANS:
        expected = score = 0.0
        rows = [one for one in customers if one["term"] == "monthly" and one["plan"] == name]
        for start, end in zip(starts, ends, strict=True):
            months = sum(max(0, min(one["tenure_months"], end) - start) for one in rows)
            hazard = model[name][0] * model.get(end, (1.0,))[0]
            events = sum(one["left"] and start < one["tenure_months"] <= end for one in rows)
            expected += months * (1 - math.exp(-hazard))
            score += hazard * (events / (1 - math.exp(-hazard)) - months)
        assert expected == pytest.approx(sum(one["left"] for one in rows), rel=0.02)
        assert score == pytest.approx(0, abs=0.05)


def test_a_constant_rate_is_events_over_exposure(prepare, monkeypatch):
    """Known answer: one plan, no cuts: p = 3 / 40."""
    rows = [
        {"term": "monthly", "plan": "dsl", "tenure_months": months, "left": left}
        for months, left in ((10, True), (5, True), (5, True), (20, False), (0, False))
    ]
    monkeypatch.setattr(prepare, "TENURE_CUTS", ())
    monkeypatch.setattr(prepare, "PLANS", {"dsl": 25})
    hazard, error = prepare.monthly_model(rows)["dsl"]
    assert 1 - math.exp(-hazard) == pytest.approx(3 / 40, rel=1e-5)
    assert error == pytest.approx(3**-0.5, rel=0.05)


def test_counts_and_exposures_in_the_tables_are_the_files(prepare, customers, readme):
    for term in ("monthly", "annual", "two_year"):
        rows = [one for one in customers if one["term"] == term]
        events, months = prepare.events_and_exposure(rows)
        per_month = f"{events / months:.3%} ± {events**0.5 / months:.3%}"
        assert f"| {term} | {len(rows):,} | {events:,} | {months:,} | {per_month} |" in readme
    monthly = [one for one in customers if one["term"] == "monthly"]
    for name in prepare.PLANS:
        events, months = prepare.events_and_exposure([one for one in monthly if one["plan"] == name])
        assert f"| {name} | {events:,} | {months:,} | {events / months:.3%}" in readme


def test_addons_do_not_protect_at_equal_tenure(prepare, customers):
    """Why telco.yaml has no `attached`: the artefact and the comparison that shows it."""
    monthly = [one for one in customers if one["term"] == "monthly"]

    def rate(rows):
        events, months = prepare.events_and_exposure(rows)
        return events / months

    many = [one for one in monthly if len(one["addons"]) >= 5]
    none = [one for one in monthly if not one["addons"]]
    assert rate(many) < 0.25 * rate(none)
    features = {name: lambda one, name=name: one["plan"] == name for name in ("phone", "dsl", "dsl_phone")}
    features |= {str(k): lambda one, k=k: min(len(one["addons"]), 5) == k for k in range(1, 6)}
    odds = prepare.odds_at_equal_tenure(monthly, features)
    assert [f"x{odds[str(k)][0]:.2f}" for k in range(1, 6)] == ["x1.21", "x1.34", "x1.32", "x1.69", "x1.79"]


def test_the_licence_notice_stands_beside_the_data():
    notice = (TELCO / "NOTICE.txt").read_text(encoding="utf-8")
    assert "IBM/telco-customer-churn-on-icp4d" in notice
    assert "d5371f5d83a4" in notice
    assert "Apache License 2.0" in notice


@pytest.mark.parametrize("name", ["telco.yaml", "telco_rescue.yaml"])
def test_scenarios_load(name):
    import simulator

    assert simulator.load(SCENARIOS / name) is not None


def test_the_what_if_of_the_readme_loads(readme, tmp_path):
    import simulator

    block = re.search(r"```yaml\n(.*?)```", readme, re.DOTALL).group(1)
    what_if = tmp_path / "high.yaml"
    what_if.write_text(block.replace("telco.yaml", str(SCENARIOS / "telco.yaml")), encoding="utf-8")
    assert simulator.load(what_if) is not None
