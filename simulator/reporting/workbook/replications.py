"""The sheet of single replications: what each counted in each month, and its rates as formulas.

A run's rate is the mean of the rates of its replications, not the rate of its mean amounts. So every replication has
its row, and the metrics are means over them. Rows are sorted by month, then replication: a month is one block.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isnan

import numpy as np
from xlsxwriter.utility import xl_col_to_name

from simulator.accounting.account import FREE, ON_PAUSE, ON_TRIAL, PAYING
from simulator.accounting.metrics import compute
from simulator.accounting.totals import UNIT, Totals
from simulator.reporting.words import name, word
from simulator.reporting.workbook.book import Book, Sheet, on
from simulator.reporting.workbook.units import style_of
from simulator.results.rebuild import totals_of
from simulator.results.result import Result

TITLE_ROW, NOTE_ROW, HEAD_ROW, FIRST_ROW = 0, 1, 3, 4
KEYS = 2
"""Columns before the inputs: month and replication."""
YEAR = 12

At = Callable[..., str]
"""Gives the cell of a column by its key; `back` months earlier."""

INPUTS: dict[str, Callable[[Totals], np.ndarray]] = {
    "opening_mrr": Totals.opening,
    "new_mrr": lambda t: t.amount("new"),
    "reactivation_mrr": lambda t: t.amount("reactivation"),
    "expansion_mrr": lambda t: t.amount("expansion"),
    "upsell_mrr": lambda t: t.amount("expansion", "upsell"),
    "cross_sell_mrr": lambda t: t.amount("expansion", "cross_sell"),
    "contraction_mrr": lambda t: t.amount("contraction"),
    "churn_mrr": lambda t: t.amount("churn"),
    "closing_mrr": Totals.closing,
    "paying_at_opening": lambda t: t.count(PAYING, at_opening=True),
    "paying_customers": lambda t: t.count(PAYING),
    "free_customers": lambda t: t.count(FREE),
    "trial_customers": lambda t: t.count(ON_TRIAL),
    "paused_customers": lambda t: t.count(ON_PAUSE),
    "new_customers": lambda t: t.customers("new"),
    "reactivated_customers": lambda t: t.customers("reactivation"),
    "churned_customers": lambda t: t.customers("churn"),
    "retention_base": lambda t: t.retention("base") / UNIT,
    "retention_now": lambda t: t.retention("now") / UNIT,
    "retention_capped": lambda t: t.retention("capped") / UNIT,
    "retention_without_price": lambda t: t.retention("without_price") / UNIT,
}
"""What is written: amounts in currency units, and counts. The base of retention is the customers of a year ago."""


def quotient(numerator: str, denominator: str) -> str:
    """A division that is blank where the denominator is 0."""
    return f'IF({denominator}=0,"",({numerator})/({denominator}))'


def _year_of(key: str, combine: str) -> Callable[[At], str]:
    """A formula of the last twelve months, blank where one of them has no value."""

    def formula(at: At) -> str:
        cells = ",".join(at(key, back) for back in range(YEAR))
        return f'IF(COUNT({cells})={YEAR},{combine}({cells}),"")'

    return formula


def _growth_share(at: At) -> str:
    growth = f"{at('closing_mrr')}-{at('opening_mrr')}"
    return f'IF({growth}>0,{at("expansion_mrr")}/({growth}),"")'


def _ltv(at: At) -> str:
    arpa, exposure, churned = at("arpa"), at("paying_exposure"), at("churned_since_start")
    return f'IF(OR({arpa}="",{churned}=0),"",{arpa}*{exposure}/{churned})'


def _losses(at: At) -> str:
    return f"{at('churn_mrr')}+{at('contraction_mrr')}"


def _gains(at: At) -> str:
    return f"{at('new_mrr')}+{at('reactivation_mrr')}+{at('expansion_mrr')}"


# Formulas of the first months lack what lies before the horizon.
SUMS_SINCE_START: dict[str, Callable[[At], str]] = {
    "paying_exposure": lambda at: f"({at('paying_at_opening')}+{at('paying_customers')})/2",
    "churned_since_start": lambda at: at("churned_customers"),
}
"""Running sums: this month's term, to which the sum up to the month before is added."""

RATES: dict[str, Callable[[At], str]] = {
    "expansion_rate": lambda at: quotient(at("expansion_mrr"), at("opening_mrr")),
    "expansion_rate_chosen": lambda at: quotient(f"{at('upsell_mrr')}+{at('cross_sell_mrr')}", at("opening_mrr")),
    "gross_mrr_churn_rate": lambda at: quotient(_losses(at), at("opening_mrr")),
    "net_mrr_churn_rate": lambda at: quotient(f"{_losses(at)}-{at('expansion_mrr')}", at("opening_mrr")),
    "nrr_month": lambda at: f'IF({at("net_mrr_churn_rate")}="","",1-{at("net_mrr_churn_rate")})',
    "nrr_compounded_12m": _year_of("nrr_month", "PRODUCT"),
    "nrr_12m": lambda at: quotient(at("retention_now"), at("retention_base")),
    "nrr_12m_without_price": lambda at: quotient(at("retention_without_price"), at("retention_base")),
    "grr_12m": lambda at: quotient(at("retention_capped"), at("retention_base")),
    "logo_churn_rate": lambda at: quotient(at("churned_customers"), at("paying_at_opening")),
    "logo_churn_rate_12m_mean": _year_of("logo_churn_rate", "AVERAGE"),
    "quick_ratio": lambda at: quotient(_gains(at), _losses(at)),
    "arpa": lambda at: quotient(at("closing_mrr"), at("paying_customers")),
    "expansion_share": lambda at: quotient(at("expansion_mrr"), _gains(at)),
    "growth_share_of_expansion": _growth_share,
    "ltv_revenue": _ltv,
}
"""Rates of one replication in one month, by the name of the metric."""

NEED_A_YEAR = frozenset({"nrr_compounded_12m", "logo_churn_rate_12m_mean"})
COLUMNS = (*INPUTS, *SUMS_SINCE_START, *RATES)
WIDTHS = (10, 7, *(14,) * len(COLUMNS))


@dataclass(frozen=True)
class Replications:
    """Where the columns of the sheet are."""

    sheet: Sheet
    months: int
    count: int

    def block(self, key: str, month: int) -> str:
        """The cells of a column in a month, one a replication."""
        column, first = KEYS + COLUMNS.index(key), FIRST_ROW + month * self.count
        return on(self.sheet, first, column, first + self.count - 1)

    def all_of(self, key: str) -> str:
        """The cells of a column in all months."""
        return on(self.sheet, FIRST_ROW, KEYS + COLUMNS.index(key), FIRST_ROW + self.months * self.count - 1)

    def followed(self, key: str, before: str) -> tuple[str, str]:
        """The cells of a column from the second month on, and of `before` a month earlier, of the same replications."""
        first, last = FIRST_ROW + self.count, FIRST_ROW + self.months * self.count - 1
        column, earlier = KEYS + COLUMNS.index(key), KEYS + COLUMNS.index(before)
        return on(self.sheet, first, column, last), on(self.sheet, FIRST_ROW, earlier, last - self.count)


def has(metric: str) -> bool:
    """Whether the sheet has a column of this metric."""
    return metric in COLUMNS


def write(book: Book, sheet: Sheet, result: Result) -> Replications:
    """Fill the sheet; return where things are."""
    lang = book.lang
    totals = totals_of(result)  # of which the workbook shows everybody, the first group
    months, count = len(result.months), result.replications
    book.text(sheet, TITLE_ROW, 0, word("workbook.replications_title", lang), "title")
    book.text(sheet, NOTE_ROW, 0, word("workbook.replications_note", lang), "note")
    book.head(sheet, HEAD_ROW, 0, [word("table.month", lang), word("workbook.replication", lang)])
    book.head(sheet, HEAD_ROW, KEYS, [_label(key, lang) for key in COLUMNS])
    sheet.freeze_panes(FIRST_ROW, KEYS)
    sheet.repeat_rows(HEAD_ROW)
    sheet.repeat_columns(0, KEYS - 1)
    columns = {key: _known(values) for key, values in _values(totals).items()}
    styles = {key: _style(key) for key in COLUMNS}
    first = int(result.runs["replication"].min()) if len(result.runs) else 0  # type: ignore[arg-type]
    for m, month in enumerate(result.months):
        formulas = {key: _formula(key, m) for key in (*SUMS_SINCE_START, *RATES)}
        for r in range(count):
            row = FIRST_ROW + m * count + r
            book.month(sheet, row, 0, month)
            book.number(sheet, row, 1, first + r, "whole")
            rows = [row + 1 - back * count for back in range(YEAR)]
            for k, key in enumerate(COLUMNS, KEYS):
                value = columns[key][r][m]
                if key in INPUTS:
                    book.number(sheet, row, k, value, styles[key])
                else:
                    book.formula(sheet, row, k, formulas[key].format(*rows), value, styles[key])
    return Replications(sheet, months, count)


def _formula(key: str, month: int) -> str:
    """The formula of a column in a month, with {k} for the row of k months earlier."""
    if key in SUMS_SINCE_START:
        term = SUMS_SINCE_START[key](_cell)
        return f"{_cell(key, 1)}+{term}" if month else term
    if key in NEED_A_YEAR and month < YEAR - 1:
        return '""'
    return RATES[key](_cell)


def _cell(key: str, back: int = 0) -> str:
    return f"{xl_col_to_name(KEYS + COLUMNS.index(key))}{{{back}}}"


def _style(key: str) -> str:
    style = "money" if key.startswith("retention_") else style_of(key)
    return f"{style}_input" if key in INPUTS else style


def _known(values: np.ndarray) -> list[list[float | None]]:
    return [[None if isnan(value) else value for value in row] for row in values.tolist()]


def _values(totals: Totals) -> dict[str, np.ndarray]:
    """Every column, (R, M): what is written, and what its formulas give, by the program's own definitions."""
    inputs = {key: np.asarray(read(totals), np.float64)[..., 0] for key, read in INPUTS.items()}
    exposure = (inputs["paying_at_opening"] + inputs["paying_customers"]) / 2.0
    sums = {
        "paying_exposure": np.cumsum(exposure, axis=1),
        "churned_since_start": np.cumsum(inputs["churned_customers"], axis=1),
    }
    metrics = compute(totals)
    return {**inputs, **sums, **{key: metrics[key][..., 0] for key in RATES}}


def _label(key: str, lang: str) -> str:
    own = {
        "paying_at_opening": "workbook.paying_at_opening",
        "paying_exposure": "workbook.paying_exposure",
        "churned_since_start": "workbook.churned_since_start",
        "retention_base": "workbook.retention_base",
        "retention_now": "workbook.retention_now",
        "retention_capped": "workbook.retention_capped",
        "retention_without_price": "workbook.retention_without_price",
    }
    return word(own[key], lang) if key in own else name("metric", key, lang)
