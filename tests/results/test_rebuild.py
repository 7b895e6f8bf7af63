"""What the documents promise of runs.parquet, scenario.yaml and ledger.parquet: the tables can be made from them."""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import yaml

import simulator as sim
from tests.results.conftest import CUSTOMERS, REPLICATIONS, SEED, Company

UNIT = 10_000
STATISTICS = ("mean", "p05", "p50", "p95")


def table(company: Company, name: str) -> list[dict[str, str]]:
    with (company.folder / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def runs(company: Company, *tables: str) -> list[dict]:
    rows = pl.read_parquet(company.folder / "runs.parquet").filter(pl.col("table").is_in(tables))
    assert len(rows), tables
    return rows.to_dicts()


def statistics(values: np.ndarray) -> dict[str, float]:
    low, middle, high = np.quantile(values, [0.05, 0.5, 0.95])
    sd = values.std(ddof=1) if len(values) > 1 else np.nan
    return {"mean": values.mean(), "sd": sd, "p05": low, "p50": middle, "p95": high}


def rounded_to_four(text: str, value: float) -> bool:
    return abs(float(text) - value) <= 0.5e-4 + 1e-9 * max(abs(value), 1.0)


class Cells(defaultdict):
    """Values of the replications by key, 0 where runs.parquet has no row."""

    def __init__(self) -> None:
        super().__init__(lambda: np.zeros(REPLICATIONS))

    def add(self, key: tuple, row: dict, value: float) -> None:
        self[key][row["replication"]] += value


FLOWS = ("new", "reactivation", "expansion", "contraction", "churn")
OF_STOCK = {"paying_customers": "paying", "free_customers": "free", "paused_customers": "paused"}


def rebuilt_metrics(company: Company) -> Cells:
    """Metrics by (month, segment, metric), from the integer rows of runs.parquet alone."""
    cells = Cells()
    months = company.result.months

    def add(row: dict, month: int, metric: str, value: float) -> None:
        for segment in ("all", row["segment"]):
            if 0 <= month < len(months):
                cells.add((months[month], segment, metric), row, value)

    for row in runs(company, "movement"):
        amount = row["amount"] / UNIT
        sign = -1 if row["kind"] in ("contraction", "churn") else 1
        add(row, row["month"], f"{row['kind']}_mrr", amount)
        add(row, row["month"], "net_new_mrr", sign * amount)
        if row["kind"] == "expansion":
            add(row, row["month"], f"{row['motion']}_mrr", amount)
        if row["kind"] == "churn":
            add(row, row["month"], "churned_customers", row["count"])
    for row in runs(company, "stock"):
        if row["reason"] == "mrr":
            add(row, row["month"] + 1, "opening_mrr", row["amount"] / UNIT)
            add(row, row["month"], "closing_mrr", row["amount"] / UNIT)
        else:
            add(row, row["month"], f"{row['reason']}_customers", row["count"])
    for row in runs(company, "counter"):
        if row["reason"] in ("intents", "lured"):
            add(row, row["month"], {"intents": "cancel_intents", "lured": "lured_intents"}[row["reason"]], row["count"])
    for row in runs(company, "offer"):
        if row["plan"] == "stay" and row["reason"] in ("made", "accepted"):
            metric = {"made": "rescue_offered", "accepted": "rescue_accepted"}[row["reason"]]
            add(row, row["month"], metric, row["count"])
    for row in runs(company, "without_rescue"):
        add(row, row["month"], "saved_mrr", -row["amount"] / UNIT)
    for (month, segment, metric), values in list(cells.items()):
        if metric == "closing_mrr":
            cells[month, segment, "saved_mrr"] += values
    return cells


REBUILT = (
    *(f"{kind}_mrr" for kind in FLOWS),
    *("opening_mrr", "closing_mrr", "net_new_mrr", "upsell_mrr", "cross_sell_mrr", "price_mrr", "saved_mrr"),
    *("paying_customers", "free_customers", "churned_customers"),
    *("cancel_intents", "lured_intents", "rescue_offered", "rescue_accepted"),
)


def test_amounts_and_counts_of_metrics_csv_can_be_made_from_runs(company):
    cells = rebuilt_metrics(company)
    seen = Counter()
    for row in table(company, "metrics.csv"):
        if row["metric"] in REBUILT:
            expected = statistics(cells[row["month"], row["segment"], row["metric"]])
            for field in (*STATISTICS, "sd"):
                assert rounded_to_four(row[field], expected[field]), (row, field)
            seen[row["metric"]] += any(float(row[field]) for field in STATISTICS)
    assert set(seen) == set(REBUILT)
    assert all(seen.values()), seen  # none of them is 0 everywhere


def test_retention_of_metrics_csv_can_be_made_from_runs(company):
    cells = Cells()
    for row in runs(company, "retention"):
        for segment in ("all", row["segment"]):
            cells.add((company.result.months[row["month"]], segment, row["reason"]), row, row["amount"])
    seen = 0
    for row in table(company, "metrics.csv"):
        name = {"nrr_12m": "now", "grr_12m": "capped", "nrr_12m_without_price": "without_price"}.get(row["metric"])
        if name and row["mean"]:
            place = row["month"], row["segment"]
            expected = statistics(cells[*place, name] / cells[*place, "base"])
            assert [float(row[field]) for field in (*STATISTICS, "sd")] == pytest.approx(
                [expected[field] for field in (*STATISTICS, "sd")], rel=1e-9
            )
            seen += 1
    assert seen == 3 * 3 * 5  # metrics, groups, months from the twelfth on


SHARES = {  # metric: (share, of) as they are named in runs.parquet
    "rescue_acceptance": ("accepted", "made"),
    "rescue_still_3m": ("still_3", "observed_3"),
    "rescue_still_6m": ("still_6", "observed_6"),
    "rescue_still_12m": ("still_12", "observed_12"),
    "rescue_returned_12m": ("returned_12", "observed_12"),
    "attach_rate_90d": ("attached_90d", "alive_90d"),
}


def test_shares_of_metrics_csv_can_be_made_from_runs(company):
    cells = Cells()
    for row in runs(company, "offer", "counter"):
        if row["table"] == "counter" or row["plan"] == "stay":
            for segment in ("all", row["segment"]):
                cells.add((company.result.months[row["month"]], segment, row["reason"]), row, row["count"])
    seen = Counter()
    for row in table(company, "metrics.csv"):
        if row["metric"] in SHARES:
            share, of = (cells[row["month"], row["segment"], name] for name in SHARES[row["metric"]])
            known = of > 0
            assert int(row["replications"]) == known.sum()
            if known.any():
                expected = statistics(share[known] / of[known])
                found = [float(row[field]) for field in STATISTICS]
                assert found == pytest.approx([expected[field] for field in STATISTICS], rel=1e-9, abs=1e-12)
                seen[row["metric"]] += expected["mean"] > 0
            else:
                assert [row[field] for field in STATISTICS] == [""] * 4
    assert set(seen) == set(SHARES)
    assert all(seen.values()), seen


def test_the_retention_gap_can_be_made_from_runs(company):
    cells = Cells()
    for row in runs(company, "counter"):
        cells.add((company.result.months[row["month"]], row["segment"], row["reason"]), row, row["count"])
    values = {}
    for month in company.result.months[:4]:
        of = {name: cells[month, "smb", name] for name in ("attached_observed_12m", "bare_observed_12m")}
        kept = {name: cells[month, "smb", name] for name in ("attached_retained_12m", "bare_retained_12m")}
        known = (of["attached_observed_12m"] > 0) & (of["bare_observed_12m"] > 0)
        attached, bare = (k[known] / o[known] for k, o in zip(kept.values(), of.values(), strict=True))
        values[month] = known.sum(), (attached - bare).mean() if known.any() else None
    rows = [row for row in table(company, "metrics.csv") if row["metric"] == "retention_gap_attached"]
    found = {row["month"]: row for row in rows if row["segment"] == "smb"}
    for month, (count, mean) in values.items():
        assert int(found[month]["replications"]) == count
        assert found[month]["mean"] == "" if mean is None else float(found[month]["mean"]) == pytest.approx(mean)
    assert any(count for count, _ in values.values())


@pytest.mark.parametrize(
    ("file", "source", "keys"),
    [
        ("movements.csv", "movement", ("kind", "motion", "reason", "segment", "plan")),
        ("offers.csv", "offer", ("segment", "plan", "reason")),
    ],
)
def test_movements_and_offers_can_be_made_from_runs(company, file, source, keys):
    cells = Cells()
    for row in runs(company, source):
        key = (company.result.months[row["month"]], *(row[key] for key in keys))
        is_money = source == "movement" or row["reason"] == "mrr"
        cells.add(key, row, row["amount"] / UNIT if is_money else row["count"])
    named = {"plan": "offer", "reason": "stage"} if source == "offer" else {}
    found = table(company, file)
    assert [*found[0]] == ["month", *(named.get(key, key) for key in keys), *STATISTICS]
    by_key = {(row["month"], *(row[named.get(key, key)] for key in keys)): row for row in found}
    assert len(by_key) == len(found)
    assert set(by_key) == set(cells)
    for key, row in by_key.items():
        expected = statistics(cells[key])
        assert all(rounded_to_four(row[field], expected[field]) for field in STATISTICS), (row, expected)


def test_rows_of_movements_are_in_order_of_month_and_kind(company):
    places = [(row["month"], FLOWS.index(row["kind"])) for row in table(company, "movements.csv")]
    assert places == sorted(places)
    assert {kind for _, kind in places} == set(range(5))


def test_runs_hold_no_cell_of_zero(company):
    frame = company.result.runs
    assert frame.filter((pl.col("amount") == 0) & (pl.col("count") == 0)).is_empty()
    assert frame["replication"].unique().sort().to_list() == list(range(REPLICATIONS))


# the resolved scenario


@pytest.fixture(scope="module")
def again(company, tmp_path_factory) -> Path:
    """The folder of a run of the resolved scenario with the recorded seed and number of replications."""
    summary = company.result.summary
    scenario = sim.load(company.folder / "scenario.yaml")
    result = sim.run(scenario, seed=summary["seed"], replications=summary["replications"], ledger=True, threads=1)
    return result.save(tmp_path_factory.mktemp("again") / "result", figures=False)


@pytest.mark.parametrize(
    "name", ["metrics.csv", "movements.csv", "offers.csv", "teams.csv", "runs.parquet", "summary.json", "scenario.yaml"]
)
def test_the_resolved_scenario_gives_the_same_bytes(company, again, name):
    assert (again / name).read_bytes() == (company.folder / name).read_bytes()


def test_the_resolved_scenario_gives_the_same_ledger(company, again):
    one, other = (pl.read_parquet(place / "ledger.parquet") for place in (again, company.folder))
    assert one.equals(other, null_equal=True)


def test_another_seed_gives_other_figures(company):
    other = sim.run(sim.load(company.folder / "scenario.yaml"), seed=SEED + 1, replications=REPLICATIONS)
    assert not other.runs.equals(company.result.runs, null_equal=True)


# the ledger


@pytest.fixture(scope="module")
def ledger(company) -> list[dict]:
    return pl.read_parquet(company.folder / "ledger.parquet").to_dicts()


def test_the_ledger_has_the_columns_of_the_documents(company):
    texts = ("month", "kind", "motion", "reason", "plan_from", "plan_to")
    columns = {"replication": pl.Int32, "customer": pl.String, "segment": pl.String, "time": pl.Float64}
    columns |= dict.fromkeys(texts, pl.String) | {"mrr_before": pl.Int64, "mrr_after": pl.Int64}
    found = pl.read_parquet_schema(company.folder / "ledger.parquet")
    assert list(found.items()) == list(columns.items())


def test_the_movements_of_event_grain_can_be_made_from_the_ledger(company, ledger):
    made: dict[tuple, list[int]] = defaultdict(lambda: [0, 0])
    for row in ledger:
        if row["kind"] is not None:
            plan = row["plan_from"] if row["kind"] == "churn" else row["plan_to"]
            place = company.result.months.index(row["month"])
            key = (row["replication"], place, row["segment"], plan, row["kind"], row["motion"], row["reason"])
            made[key][0] += abs(row["mrr_after"] - row["mrr_before"])
            made[key][1] += 1
    keys = ("replication", "month", "segment", "plan", "kind", "motion", "reason")
    booked = {tuple(row[key] for key in keys): [row["amount"], row["count"]] for row in runs(company, "movement_event")}
    assert made == booked


def test_what_a_customer_pays_goes_on_from_where_it_was(company, ledger):
    first, last, time = {}, {}, {}
    for row in ledger:
        who = row["replication"], row["segment"], row["customer"]
        if who in last:
            assert row["mrr_before"] == last[who], row
            assert row["time"] >= time[who], row
        first.setdefault(who, row)
        last[who], time[who] = row["mrr_after"], row["time"]
    arrived = {who: row for who, row in first.items() if "/arrivals/" in who[2]}
    assert arrived
    for row in arrived.values():
        assert (row["plan_from"], row["mrr_before"]) == (None, 0)
    assert all(row["plan_from"] is not None for who, row in first.items() if who not in arrived)


def test_a_change_without_a_kind_moved_no_mrr(ledger):
    silent = [row for row in ledger if row["kind"] is None]
    assert silent
    assert all(row["mrr_before"] == row["mrr_after"] for row in silent)
    assert all(row["motion"] is None and row["reason"] is None for row in silent)


def test_the_month_of_a_row_is_the_one_its_time_lies_in(company, ledger):
    months = company.result.months
    assert all(row["month"] == months[int(row["time"])] for row in ledger)
    assert max(row["time"] for row in ledger) < len(months)


def test_customers_have_the_names_of_where_they_come_from(company, ledger):
    counts = yaml.safe_load(company.scenario.read_text())["segments"]["smb"]["opening"]
    opening = {f"smb/opening/{plan}/{number}" for plan, count in counts.items() for number in range(count)}
    listed = {line.split(",")[0] for line in CUSTOMERS.splitlines()[1:]}
    arrived = Counter()
    for row in ledger:
        if row["segment"] == "corp":
            assert row["customer"] in listed
        elif not row["customer"].startswith("smb/arrivals/"):
            assert row["customer"] in opening
        elif row["plan_from"] is None and row["kind"] != "reactivation":
            month, number = re.fullmatch(r"smb/arrivals/(\d{4}-\d\d)/(\d+)", row["customer"]).groups()
            assert month == row["month"]
            arrived[row["replication"], month] = max(arrived[row["replication"], month], int(number) + 1)
    signed_up = {
        (row["replication"], company.result.months[row["month"]]): row["count"]
        for row in runs(company, "counter")
        if row["reason"] == "sign_ups"
    }
    assert arrived == signed_up  # places in the month are counted from 0, without a gap


def test_a_ledger_is_only_written_if_asked_for(company):
    assert sim.run(sim.load(company.scenario), replications=1).ledger is None


# what the offers in the cancellation flow have saved


def test_saved_mrr_is_the_difference_to_a_run_of_its_own_without_the_offer(company, tmp_path):
    tree = yaml.safe_load((company.folder / "scenario.yaml").read_text())
    del tree["offers"]["stay"]
    tree["plans"].pop("lite")
    for segment in tree["segments"].values():
        segment["cancel"].pop("lite")
    tree["offers"]["back"]["who"]["plans"].remove("lite")
    bare = tmp_path / "bare.yaml"
    bare.write_text(yaml.safe_dump(tree, sort_keys=False))
    without = sim.run(sim.load(bare), seed=SEED, replications=REPLICATIONS)
    assert "saved_mrr" not in without.metrics["metric"].to_list()
    closing = Cells()
    for runs_, sign in ((company.result.runs, 1), (without.runs, -1)):
        for row in runs_.filter((pl.col("table") == "stock") & (pl.col("reason") == "mrr")).to_dicts():
            if row["month"] >= 0:
                for segment in ("all", row["segment"]):
                    closing.add((company.result.months[row["month"]], segment), row, sign * row["amount"] / UNIT)
    saved = [row for row in table(company, "metrics.csv") if row["metric"] == "saved_mrr"]
    assert len(saved) == 3 * len(company.result.months)
    for row in saved:
        expected = statistics(closing[row["month"], row["segment"]])
        assert all(rounded_to_four(row[field], expected[field]) for field in (*STATISTICS, "sd")), row
    assert float(saved[-3]["sd"]) > 0
