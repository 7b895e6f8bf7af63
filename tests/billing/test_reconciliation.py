"""What became of every row, what strict refuses, pseudonyms, and cells that a spreadsheet would run."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.billing.errors import BillingError
from simulator.billing.harmless import STARTS, harmless, harmless_text
from simulator.billing.pseudonyms import pseudonym
from simulator.billing.read import read_billing
from simulator.billing.reading import ReadOptions
from simulator.billing.reasons import REASONS
from simulator.billing.reconciliation import reconcile
from simulator.billing.source import open_tables
from simulator.billing.textual import as_units
from tests.billing.files import UNIT, read_text, written

HEAD = "customer_id,subscription_id,start_date,end_date,mrr,plan\n"
MIXED = (
    HEAD + "Ann,s1,2026-01-01,,10,x\nBob,s2,2026-02-01,2026-01-01,20,x\n"
    "Bob,s3,2026-02-01,2026-01-01,5,x\nCid,s4,2026-01-01,,x,x\n"
)


def test_counts_and_mrr_by_reason(tmp_path: Path) -> None:
    told = read_text(tmp_path, MIXED).reconciliation
    assert (told.read, told.used, told.aside) == ({"subs.csv": 4}, {"subs.csv": 1}, {"subs.csv": 3})
    assert told.reasons.rows() == [
        ("end_before_start", "XXX", 2, 1, 25 * UNIT, 0),
        ("unreadable_amount", "XXX", 1, 1, 0, 1),
    ]


def test_rows_set_aside_are_written(tmp_path: Path) -> None:
    text = MIXED + "=cmd|'/c calc'!A1,s5,2026-01-01,,@x,x\n"
    read_text(tmp_path, text).reconciliation.table().write_csv(tmp_path / "aside.csv")
    with (tmp_path / "aside.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["line"] for row in rows] == ["3", "4", "5", "6"]
    assert (rows[0]["why"], rows[0]["customer"], rows[0]["mrr"]) == ("ends before it starts", "Bob", "20.0000")
    assert (rows[3]["customer"], rows[3]["value"]) == ("'=cmd|'/c calc'!A1", "'@x")


def test_a_reader_that_loses_a_row_is_found_out(tmp_path: Path) -> None:
    path = written(tmp_path, MIXED)
    tables, reading = open_tables([path]), read_billing([path]).reading
    with pytest.raises(AssertionError, match=r"neither used nor set aside: \{'subs\.csv': 1\}"):
        reconcile(tables, replace(reading, aside=reading.aside.head(2)))
    with pytest.raises(AssertionError, match=r"both used and set aside"):
        reconcile(tables, replace(reading, used=pl.concat([reading.used, reading.aside.select("file", "row").head(1)])))
    with pytest.raises(AssertionError, match=r"twice among the rows aside"):
        reconcile(tables, replace(reading, aside=pl.concat([reading.aside, reading.aside.head(1)])))


def test_strict_refuses_rows_set_aside_and_contradictions(tmp_path: Path) -> None:
    with pytest.raises(BillingError) as raised:
        read_text(tmp_path, MIXED, strict=True)
    message = str(raised.value)
    assert "--strict: the source is not clean" in message
    assert 'subs.csv, line 3, column "end_date": ends before it starts' in message
    assert "subs.csv, line 5, column \"mrr\": an amount that cannot be read ('x')" in message
    contradictory = "customer_id,time,mrr_before,mrr_after\na,2026-01-01,0,5\na,2026-02-01,6,7\n"
    assert read_text(tmp_path, contradictory).reading.notes
    with pytest.raises(BillingError, match=r"1 times: mrr_before is not the mrr_after .* row 2"):
        read_text(tmp_path, contradictory, strict=True)
    clean = HEAD + "Ann,s1,2026-01-01,,10,x\n"
    assert read_text(tmp_path, clean, strict=True).reconciliation.aside == {"subs.csv": 0}


def test_strict_lists_some_and_counts_the_rest(tmp_path: Path) -> None:
    with pytest.raises(BillingError, match=r"and 30 rows more that cannot be used"):
        read_text(tmp_path, HEAD + "a,s,2026-01-01,,1,x\n" + "b,t,,,1,x\n" * 50, strict=True)


def test_amounts_beyond_64_bits_are_refused(tmp_path: Path) -> None:
    rows = "".join(f"c{i},s{i},2026-01-01,,99999999999,x\n" for i in range(9_500))
    with pytest.raises(BillingError, match=r"add up to .* beyond what is counted exactly .*--minor-units"):
        read_text(tmp_path, HEAD + rows)


def test_every_reason_has_words() -> None:
    assert all(REASONS.values())


# pseudonyms


def test_pseudonyms_are_consistent_and_hide_the_names(tmp_path: Path) -> None:
    path = written(tmp_path, MIXED + "Ann,s9,2026-01-01,,abc,x\n")
    plain, hidden = read_billing([path]), read_billing([path], pseudonyms="key")
    again, other = read_billing([path], pseudonyms="key"), read_billing([path], pseudonyms="another key")
    assert hidden.reading.items.equals(again.reading.items)
    assert set(hidden.reading.items["customer"]).isdisjoint(other.reading.items["customer"])
    assert hidden.reading.items["customer"].to_list() == [pseudonym(n, "key") for n in plain.reading.items["customer"]]
    aside = hidden.reconciliation.rows
    assert aside["customer"].to_list() == [pseudonym(n, "key") for n in plain.reconciliation.rows["customer"]]
    assert aside["value"].null_count() == aside.height
    everything = (
        hidden.reading.items.write_csv() + aside.write_csv() + " ".join(hidden.reading.said) + str(hidden.reading.notes)
    )
    assert not any(name in everything for name in ("Ann", "Bob", "Cid"))


def test_strict_messages_hide_the_names_too(tmp_path: Path) -> None:
    path = written(tmp_path, HEAD + "a,s,2026-01-01,,1,x\nBob,t,2026-01-01,,Bobs money,x\n")
    with pytest.raises(BillingError) as raised:
        read_billing([path], ReadOptions(strict=True), pseudonyms="key")
    assert "Bob" not in str(raised.value)


def test_a_key_that_is_drawn_is_said(tmp_path: Path) -> None:
    path = written(tmp_path, MIXED)
    first = read_billing([path], pseudonyms=True)
    (said,) = [text for text in first.reading.said if "pseudonyms are made with the key" in text]
    key = said.split("the key ")[1].split(";")[0]
    assert read_billing([path], pseudonyms=key).reading.items.equals(first.reading.items)


# formulas


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", "=", "-", "+1 2"])
def test_formulas_get_an_apostrophe(text: str) -> None:
    assert harmless_text(text) == "'" + text


@pytest.mark.parametrize("text", ["", "a=1", "12", "-12.5", "+3", "-1.5e3", "株式会社", "'=1"])
def test_other_text_and_numbers_stay(text: str) -> None:
    assert harmless_text(text) == text


@given(st.lists(st.one_of(st.none(), st.text(max_size=8)), min_size=1))
def test_no_cell_begins_as_a_formula(texts: list[str | None]) -> None:
    frame = harmless(pl.DataFrame({"t": pl.Series(texts, dtype=pl.String), "n": range(len(texts))}))
    for before, after in zip(texts, frame["t"], strict=True):
        assert (before is None) == (after is None)
        if after is not None and after.lstrip(" \u00a0\u3000").startswith(STARTS):
            float(after)
    assert frame["n"].to_list() == list(range(len(texts)))


@given(st.integers(-(2**63) + 1, 2**63 - 1))
def test_amounts_as_text_are_exact(amount: int) -> None:
    text = pl.DataFrame({"a": [amount]}).select(as_units("a")).item()
    sign = -1 if text.startswith("-") else 1
    whole, part = text.lstrip("-").split(".")
    assert sign * (int(whole) * 10_000 + int(part)) == amount
    assert len(part) == 4
