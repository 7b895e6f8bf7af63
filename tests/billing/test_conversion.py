"""Several currencies as one book: the identity holds exactly, and FX is what the rates have moved."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.accounting.movements import LINES, SIGN
from simulator.accounting.policy import PRESETS
from simulator.billing.conversion import convert, convert_runs, read_rates, together, totals_of_runs
from simulator.billing.errors import BillingError
from simulator.results.tables import RUNS_SCHEMA
from tests.billing.files import written

MONTHS = 3
DEFAULT = PRESETS["default"]
NEW = next(line for line in LINES if line.kind == "new")
CHURN = next(line for line in LINES if line.kind == "churn")


def runs(moves: list[tuple[str, str, int, int, int]], openings: dict[tuple[str, str], int]) -> pl.DataFrame:
    """Rows of books: moves are (segment, plan, month, new, churn)."""
    rows: list[dict[str, object]] = []
    stock = {key: [amount] + [0] * MONTHS for key, amount in openings.items()}
    for segment, plan, *_ in moves:
        stock.setdefault((segment, plan), [0] * (MONTHS + 1))
    steps = {key: [0] * MONTHS for key in stock}
    for segment, plan, month, new, churn in moves:
        steps[segment, plan][month] += new - churn
        for line, amount in ((NEW, new), (CHURN, churn)):
            for table in ("movement", "movement_event"):
                rows.append(
                    {
                        "table": table,
                        "month": month,
                        "segment": segment,
                        "plan": plan,
                        **line._asdict(),
                        "amount": amount,
                        "count": 1,
                    }
                )
    for (segment, plan), levels in stock.items():
        for m in range(MONTHS):
            levels[m + 1] = levels[m] + steps[segment, plan][m]
        for m, level in enumerate(levels):
            rows.append(
                {
                    "table": "stock",
                    "month": m - 1,
                    "segment": segment,
                    "plan": plan,
                    "reason": "mrr",
                    "amount": level,
                    "count": 0,
                }
            )
            rows.append(
                {
                    "table": "stock",
                    "month": m - 1,
                    "segment": segment,
                    "plan": plan,
                    "reason": "paying",
                    "amount": 0,
                    "count": 1,
                }
            )
    rows.append({"table": "retention", "month": 2, "segment": "x", "reason": "base", "amount": 100, "count": 0})
    rows.append({"table": "retention", "month": 2, "segment": "x", "reason": "customers", "amount": 7, "count": 0})
    frame = pl.DataFrame(rows, schema=RUNS_SCHEMA)
    return frame.with_columns(replication=pl.lit(0, pl.Int32)).select(*RUNS_SCHEMA)


rates = st.lists(
    st.fractions(Fraction(1, 1000), 1000, max_denominator=10_000), min_size=MONTHS + 1, max_size=MONTHS + 1
)
moves = st.lists(
    st.tuples(
        st.sampled_from("xy"),
        st.sampled_from("pq"),
        st.integers(0, MONTHS - 1),
        st.integers(0, 10**9),
        st.integers(0, 10**6),
    ),
    max_size=8,
    unique_by=lambda move: move[:3],
)
openings = st.dictionaries(st.tuples(st.sampled_from("xy"), st.sampled_from("pq")), st.integers(0, 10**12), min_size=1)


@settings(max_examples=60, deadline=None)
@given(moves, openings, rates, rates)
def test_the_identity_holds_exactly_with_fx(
    moved: list[tuple[str, str, int, int, int]],
    opening: dict[tuple[str, str], int],
    first: list[Fraction],
    second: list[Fraction],
) -> None:
    mine = runs(moved, opening)
    book = together([convert_runs(mine, first[1:], first[0]), convert_runs(mine, second[1:], second[0])])
    for policy in (DEFAULT, PRESETS["stripe"]):
        totals, fx = totals_of_runs(book, ["x", "y"], MONTHS, policy)
        stock = totals.stock[..., -1]
        signs = np.array([SIGN[line.kind] for line in LINES])
        net = (totals.moved * signs).sum(axis=-1)
        assert (stock[:, :-1] + net + fx == stock[:, 1:]).all()
        assert (totals.moved >= 0).all()
        assert (fx[:, :, 0] == fx[:, :, 1:].sum(axis=2)).all()
    # FX is opening x the change of the rate, but for half a ten-thousandth a cell
    alone, fx = totals_of_runs(convert_runs(mine, first[1:], first[0]), ["x", "y"], MONTHS, DEFAULT)
    plain, none = totals_of_runs(mine, ["x", "y"], MONTHS, DEFAULT)
    assert not none.any()
    for m in range(MONTHS):
        cells = mine.filter(pl.col("month").is_in([m - 1, m])).height + 2
        expected = int(plain.stock[0, m, 0, -1]) * (first[m + 1] - first[m])
        assert abs(int(fx[0, m, 0]) - expected) <= Fraction(cells, 2)
    assert (alone.stock[..., 0] == plain.stock[..., 0]).all()
    assert alone.retained[0, 2, 1].tolist()[:1] == convert([100], [first[3]]).tolist()
    assert alone.retained[0, 2, 1].tolist()[4] == 7


def test_at_one_rate_nothing_is_fx() -> None:
    mine = runs([("x", "p", 1, 300, 20)], {("x", "p"): 1000})
    one = [Fraction(1)] * MONTHS
    assert convert_runs(mine, one, Fraction(1)).sort(pl.all()).equals(mine.sort(pl.all()))
    assert not convert_runs(mine, [Fraction(3, 2)] * MONTHS, Fraction(3, 2)).filter(pl.col("table") == "fx").height
    moved = convert_runs(mine, [Fraction(3, 2), Fraction(2), Fraction(2)], Fraction(3, 2)).filter(
        pl.col("table") == "fx"
    )
    assert moved.select("month", "segment", "amount").rows() == [(1, "x", 500)]


@given(st.integers(-(10**12), 10**12), st.fractions(Fraction(1, 10**6), 10**3))
def test_converted_amounts_are_the_nearest(amount: int, rate: Fraction) -> None:
    (got,) = convert([amount], [rate])
    assert abs(Fraction(int(got)) - amount * rate) <= Fraction(1, 2)


def test_amounts_beyond_64_bits_are_refused() -> None:
    with pytest.raises(BillingError, match=r"beyond what is counted; is a rate wrong"):
        convert([10**18], [Fraction(1000)])


def test_a_table_of_rates(tmp_path: Path) -> None:
    path = written(tmp_path, "month,currency,rate\n2026-01,usd,151.25\n2026-02,USD,150\n2026-01,JPY,1\n", "rates.csv")
    table = read_rates(path, "JPY")
    assert table.of("USD", ["2026-01", "2026-02"]) == [Fraction("151.25"), Fraction(150)]
    assert table.of("JPY", ["2030-01"]) == [Fraction(1)]
    with pytest.raises(BillingError, match=r"no rate of USD to JPY in 2026-03; each month that is accounted"):
        table.of("USD", ["2026-02", "2026-03"])


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("2026-13,USD,1", 'line 2, column "month": .2026-13. is not a month'),
        ("2026-01,XYZ,1", 'line 2, column "currency": .XYZ. is not a currency'),
        ("2026-01,USD,0", "'0' is not a rate above 0"),
        ("2026-01,USD,-1", "is not a rate above 0"),
        ("2026-01,USD,", "nothing is not a rate"),
        ("2026-01,USD,1e3", "is not a rate"),
        ("2026-01,USD,2\n2026-01,USD,3", "line 3.*USD in 2026-01 has two rates"),
        ("2026-01,JPY,2", "one JPY is one JPY, not '2'"),
    ],
)
def test_rates_that_cannot_be(row: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(BillingError, match=message):
        read_rates(written(tmp_path, f"month,currency,rate\n{row}\n"), "JPY")


def test_rates_without_a_column(tmp_path: Path) -> None:
    with pytest.raises(BillingError, match=r"columns month, currency and rate are needed; rate is missing"):
        read_rates(written(tmp_path, "month,currency\n2026-01,USD\n"), "JPY")
    with pytest.raises(BillingError, match=r"'YEN' is not a currency"):
        read_rates(written(tmp_path, "month,currency,rate\n2026-01,USD,1\n"), "YEN")
