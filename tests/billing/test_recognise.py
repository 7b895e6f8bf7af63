"""Which reader reads a table: by the set of its columns, whatever their order, case and language."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from simulator.billing.errors import BillingError
from simulator.billing.readers import readers
from simulator.billing.recognise import mapped, recognise
from simulator.billing.table import column_name, table_of
from tests.billing.files import read_text


def recognised(columns: str) -> str:
    return recognise([table_of(pl.DataFrame({name: ["1"] for name in columns.split(",")}))]).reader.name


@pytest.mark.parametrize(
    ("columns", "name"),
    [
        ("customer_id,start_date,end_date,mrr", "periods"),
        ("MRR,End Date,START DATE,Customer-ID", "periods"),
        ("顧客ＩＤ,開始日,終了日,月額,プラン", "periods"),
        ("account_id,started_at,amount,billing_interval,anything else", "periods"),
        ("customer_id,month,mrr", "snapshots"),
        ("顧客番号,対象月,月額", "snapshots"),
        ("customer_id,2026-01,2026-02", "snapshots-wide"),
        ("customer_id,2026年1月,2026年2月", "snapshots-wide"),
        ("customer,timestamp,mrr_before,mrr_after", "changes"),
        ("顧客ID,変更日,変更前MRR,変更後MRR,月額", "changes"),
    ],
)
def test_generic_formats(columns: str, name: str) -> None:
    assert recognised(columns) == name
    assert recognised(",".join(reversed(columns.split(",")))) == name


def test_names_of_readers_are_different_and_say_what_they_need() -> None:
    every = readers()
    assert len({reader.name for reader in every}) == len(every)
    for reader in every:
        assert reader.needs
        assert reader.title
        assert reader.recognises(frozenset()) is None
        assert not reader.complete(frozenset())


def test_the_format_is_said(tmp_path: Path) -> None:
    said = read_text(tmp_path, "customer_id,start_date,mrr\na,2026-01-01,1\n").reading.said
    assert "format: periods (generic subscription periods)" in said


def test_a_declared_format_decides(tmp_path: Path) -> None:
    text = "customer_id,month,start_date,mrr\na,2026-04,2026-04-01,1\n"
    assert read_text(tmp_path, text, format="snapshots").reading.format == "snapshots"
    assert read_text(tmp_path, text, format="periods").reading.format == "periods"


def test_a_table_of_no_use_is_said(tmp_path: Path) -> None:
    tables = [
        table_of(pl.DataFrame({"customer_id": ["a"], "start_date": ["2026-01-01"], "mrr": ["1"]}), "one.csv"),
        table_of(pl.DataFrame({"colour": ["red"]}), "two.csv"),
    ]
    found = recognise(tables)
    assert [t.name for t in found.tables] == ["one.csv"]
    assert [t.name for t in found.unused] == ["two.csv"]


def test_mapping_takes_the_place_of_a_column_of_that_name() -> None:
    table = table_of(pl.DataFrame({"amount": ["1"], "Net Amount": ["2"]}))
    (renamed,) = mapped([table], {"net amount": "amount"})
    assert renamed.frame["amount"].to_list() == ["2"]
    assert renamed.frame["other_amount"].to_list() == ["1"]
    assert renamed.header("amount") == "Net Amount"
    (swapped,) = mapped([table_of(pl.DataFrame({"mrr": ["1"], "amount": ["2"]}))], {"mrr": "amount", "amount": "mrr"})
    assert swapped.frame.select("amount", "mrr").row(0) == ("1", "2")


def test_every_wrong_mapping_at_once() -> None:
    table = table_of(pl.DataFrame({"a": ["1"], "b": ["2"]}))
    with pytest.raises(BillingError) as raised:
        mapped([table], {"x": "mrr", "a": "nonsense", "b": "mrr"})
    assert len(raised.value.problems) == 3


def test_column_names() -> None:
    assert [column_name(n) for n in ("Start Date (UTC)", "subscriptions.id", "顧客ＩＤ", " MRR ", "2026-04", "%")] == [
        "start_date_utc",
        "subscriptions_id",
        "顧客id",
        "mrr",
        "2026_04",
        "",
    ]
