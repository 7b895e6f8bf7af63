"""Files as they come from real systems: each reads right, or says where it is wrong and what would be right."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from simulator.billing.errors import BillingError
from simulator.billing.read import read_billing
from simulator.billing.reading import ReadOptions
from tests.billing.files import UNIT, read_text, reasons, written

HEAD = "customer_id,subscription_id,start_date,end_date,mrr,plan,currency\n"
JA_HEAD = "顧客ID,契約ID,開始日,終了日,月額,プラン\n"
JA = JA_HEAD + 'A社,s1,2026-04-01,,"1,234円",松\n'
APRIL = datetime(2026, 4, 1)


def row(start: str = "2026-04-01", end: str = "", mrr: str = "1234", customer: str = "a", currency: str = "JPY") -> str:
    """One good line of HEAD, and a second one that fixes nothing."""
    return f"{HEAD}{customer},s1,{start},{end},{mrr},basic,{currency}\n"


# name -> content, options, MRR of the first item in units, its start
READS: dict[str, tuple[str | bytes, dict[str, Any], float, datetime]] = {
    "utf-8 with a byte-order mark": (b"\xef\xbb\xbf" + JA.encode(), {}, 1234, APRIL),
    "utf-16 with a byte-order mark": (JA.encode("utf-16"), {}, 1234, APRIL),
    "utf-16 big-endian": (b"\xfe\xff" + JA.encode("utf-16-be"), {}, 1234, APRIL),
    "utf-16 without a mark": (row().encode("utf-16-le"), {}, 1234, APRIL),
    "cp932": (JA.encode("cp932"), {}, 1234, APRIL),
    "cp932 declared as shift_jis": (JA.replace("松", "①髙").encode("cp932"), {"encoding": "shift_jis"}, 1234, APRIL),
    "euc-jp": (JA.encode("euc_jp"), {}, 1234, APRIL),
    "iso-2022-jp": (JA.encode("iso2022_jp"), {}, 1234, APRIL),
    "windows-1252": (row(customer="Café Müller").encode("cp1252"), {}, 1234, APRIL),
    "amount with yen": (row(mrr='"1,234円"'), {}, 1234, APRIL),
    "amount with a yen sign": (row(mrr='"¥1,234"'), {}, 1234, APRIL),
    "full-width digits": (row(mrr="１２３４"), {}, 1234, APRIL),
    "full-width digits and sign": (row(mrr="￥１，２３４"), {}, 1234, APRIL),
    "万円": (row(mrr="1.5万円"), {}, 15_000, APRIL),
    "thousands separators": (row(mrr='"1,234,567.89"'), {}, 1_234_567.89, APRIL),
    "thousands separated by spaces": (row(mrr="1 234.50"), {}, 1234.5, APRIL),
    "decimal comma, declared": (row(mrr='"1.234,56"'), {"decimal": "comma"}, 1234.56, APRIL),
    "currency code in the amount": (row(mrr="JPY 1234"), {}, 1234, APRIL),
    "reiwa": (row(start="令和8年4月1日"), {}, 1234, APRIL),
    "reiwa, short": (row(start="R8.4.1"), {}, 1234, APRIL),
    "heisei": (row(start="平成31年4月1日"), {}, 1234, datetime(2019, 4, 1)),
    "first year of an era": (row(start="令和元年5月1日"), {}, 1234, datetime(2019, 5, 1)),
    "japanese date": (row(start="2026年4月1日"), {}, 1234, APRIL),
    "full-width date": (row(start="２０２６／４／１"), {}, 1234, APRIL),
    "slashes": (row(start="2026/4/1"), {}, 1234, APRIL),
    "excel serial number": (row(start="46113"), {}, 1234, APRIL),
    "excel serial number with a time": (row(start="46113.25"), {}, 1234, datetime(2026, 4, 1, 6)),
    "epoch seconds": (row(start="1775001600"), {}, 1234, APRIL),
    "epoch milliseconds": (row(start="1775001600000"), {}, 1234, APRIL),
    "time with a zone": (row(start="2026-04-01T09:00:00+09:00"), {}, 1234, APRIL),
    "day in a declared zone": (row(), {"timezone": "Asia/Tokyo"}, 1234, datetime(2026, 3, 31, 15)),
    "day first, declared": (row(start="01/04/2026"), {"day_first": True}, 1234, APRIL),
    "month first, declared": (row(start="04/01/2026"), {"day_first": False}, 1234, APRIL),
    "day first, shown by another date": (row(start="01/04/2026") + "b,s2,13/04/2026,,1,basic,JPY\n", {}, 1234, APRIL),
    "name of the month": (row(start='"Apr 1, 2026"'), {}, 1234, APRIL),
    "end of time": (row(end="9999-12-31"), {}, 1234, APRIL),
    "dash for nothing": (row(end="-"), {}, 1234, APRIL),
    "semicolons": (row().replace(",", ";"), {}, 1234, APRIL),
    "tabs": (row().replace(",", "\t"), {}, 1234, APRIL),
    "bars": (row().replace(",", "|"), {}, 1234, APRIL),
    "windows line ends": (row().replace("\n", "\r\n"), {}, 1234, APRIL),
    "old macintosh line ends": (row().replace("\n", "\r"), {}, 1234, APRIL),
    "no line end at the end": (row().rstrip("\n"), {}, 1234, APRIL),
    "empty lines": ("\n\n" + row() + "\n,,,,,,\n\n", {}, 1234, APRIL),
    "line break inside a cell": (row(customer='"a\nb"'), {}, 1234, APRIL),
    "quoted quotation marks": (row(customer='"the ""best"" one"'), {}, 1234, APRIL),
    "column names in capitals, with spaces": ("Customer ID,Start Date,MRR\na,2026-04-01,1234\n", {}, 1234, APRIL),
    "a column without a name": ("customer_id,start_date,mrr,\na,2026-04-01,1234,\n", {}, 1234, APRIL),
    "mapped columns": (
        "Kunde,Beginn,Betrag\na,2026-04-01,1234\n",
        {"mapping": {"Kunde": "customer_id", "Beginn": "start_date", "Betrag": "mrr"}},
        1234,
        APRIL,
    ),
    "cents, declared": (row(mrr="123400", currency="USD"), {"minor_units": True}, 1234, APRIL),
    "minor units of a currency without any": (row(mrr="1234"), {"minor_units": True}, 1234, APRIL),
    "cents, said by the column": (row(currency="USD", mrr="123400").replace(",mrr,", ",mrr_cents,"), {}, 1234, APRIL),
    "a year's amount": ("customer_id,start_date,amount,interval\na,2026-04-01,14808,年払い\n", {}, 1234, APRIL),
    "an interval for all rows": (
        "customer_id,start_date,amount\na,2026-04-01,14808\n",
        {"interval": "12 months"},
        1234,
        APRIL,
    ),
    "a formula as a name": (row(customer="=1+1"), {}, 1234, APRIL),
}


@pytest.mark.parametrize("name", READS)
def test_reads_right(name: str, tmp_path: Path) -> None:
    content, options, mrr, start = READS[name]
    billing = read_text(tmp_path, content, **options)
    first = billing.reading.items.row(0, named=True)
    assert first["mrr"] == round(mrr * UNIT)
    assert first["start"] == start
    assert first["end"] is None
    assert sum(billing.reconciliation.aside.values()) == 0


# name -> content, options, pattern of the message
REFUSED: dict[str, tuple[str | bytes, dict[str, Any], str]] = {
    "empty file": (b"", {}, r"subs\.csv: the file is empty; a header line and at least one row are needed"),
    "only a byte-order mark": (b"\xef\xbb\xbf\n", {}, "the file is empty"),
    "header only": (HEAD, {}, r"subs\.csv: there is a header and no row"),
    "binary": (bytes(range(256)) * 50, {}, r"subs\.csv: this is no text: it holds zero bytes"),
    "a zero byte in text": (row(customer="a\0b"), {}, "zero byte"),
    "no encoding fits": (
        b"customer_id,start_date,mrr\n\x81\xff\xfe\x80,2026-04-01,1\n",
        {},
        "line 2: the byte 0x81 is not",
    ),
    "not the declared encoding": (
        JA.encode("cp932"),
        {"encoding": "utf-8"},
        r"line 1: the byte 0x8C is not utf-8; save",
    ),
    "no such encoding": (row(), {"encoding": "klingon"}, "there is no encoding 'klingon'; for instance utf-8"),
    "a mark of utf-8 and other bytes": (b"\xef\xbb\xbf" + JA.encode("cp932"), {}, "begins as UTF-8, but the byte"),
    "an excel workbook": (b"PK\x03\x04rest", {}, "an Excel workbook or a ZIP archive.*save the sheet as CSV"),
    "an old excel workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1", {}, r"old Excel workbook \(\.xls\)"),
    "gzip": (b"\x1f\x8b\x08\0", {}, "compressed.*unpack it first"),
    "json": (b'{"a": 1}', {}, "this is JSON.*CSV or Parquet"),
    "html": (b"<!DOCTYPE html><html>", {}, "this is HTML or XML"),
    "a damaged parquet file": (b"PAR1 and nothing more", {}, "damaged Parquet"),
    "a 10 MB line": (
        HEAD + "a," + "x" * 10_000_000 + "\n",
        {},
        r"line 2: the line is 10,000,00\d bytes long \(at most",
    ),
    "a quotation mark never closed": (row(customer='"a'), {}, r'line 2: a quotation mark \("\).*no partner'),
    "a quotation mark inside a cell": (
        row(customer='5" a"'),
        {},
        r"line 2: a quotation mark .* in the middle of a cell",
    ),
    "too many cells": (
        row(mrr="1,234"),
        {},
        "line 2: 8 cells, where the header has 7; an amount such as 1,234 must be quoted",
    ),
    "too few cells": (row() + "b,s2\n", {}, "line 3: 2 cells, where the header has 7"),
    "title lines above the header": (
        "Report\n" + row(),
        {},
        "line 2: 7 cells, where the header has 1.*if lines stand above the header, remove them",
    ),
    "the same column twice": (
        row().replace("plan", "MRR"),
        {},
        r"line 1: columns 5 and 6 have the same name, 'mrr' and 'MRR'",
    ),
    "no header": (
        "a,s1,2026-04-01,,1234,松,JPY\n",
        {},
        "this looks like a row of data: a line of column names is needed",
    ),
    "missing columns": (
        "customer_id,plan\na,b\n",
        {},
        r"no format is recognised; its columns are 'customer_id', 'plan'(.|\n)*--map 'customer_id'=customer_id",
    ),
    "two columns for one": (
        "account_id,client_id,start_date,mrr\na,b,2026-04-01,1\n",
        {},
        "could both be customer_id; say which: --map",
    ),
    "two formats": (
        "customer_id,month,start_date,mrr\na,2026-04,2026-04-01,1\n",
        {},
        r"fit more than one format: periods .* or snapshots .*--format periods",
    ),
    "no such format": (row(), {"format": "strip"}, "there is no format 'strip'; there are .*periods"),
    "not that format": (
        row(),
        {"format": "changes"},
        "no format is recognised(.|\n)*changes: customer_id, time, mrr_before",
    ),
    "mapped from nowhere": (
        row(),
        {"mapping": {"Kunde": "customer_id"}},
        "there is no column 'Kunde'; there are customer_id",
    ),
    "mapped to nowhere": (row(), {"mapping": {"plan": "tariff"}}, "'tariff' is no column that is read"),
    "two mapped to one": (row(), {"mapping": {"plan": "mrr", "currency": "mrr"}}, "'mrr' is given twice"),
    "two delimiters": (
        "a,b;c,d;e\n1,2;3,4;5\n",
        {},
        "cells could be separated by comma or semicolon; give --delimiter",
    ),
    "a delimiter of two characters": (row(), {"delimiter": "::"}, "--delimiter must be one character"),
    "decimal comma, not declared": (
        row(mrr='"1.234,56"'),
        {},
        'line 2, column "mrr": .1.234,56. could be .*--decimal comma or --decimal point',
    ),
    "decimal comma, two digits": (row(mrr='"12,50"'), {}, "--decimal comma or --decimal point"),
    "thousands or thousandths": (row(mrr="1.234"), {}, "line 2.*'1.234' could be"),
    "day or month first": (
        row(start="03/04/2026"),
        {},
        'line 2, column "start_date": .03/04/2026. could have the day or the month first; declare it: --day-first',
    ),
    "day and month first": (
        row(start="13/04/2026") + "b,s,04/13/2026,,1,x,JPY\n",
        {},
        "has the day first and .* the month",
    ),
    "an amount without an interval": (
        "customer_id,start_date,amount\na,2026-04-01,100\n",
        {},
        'column "amount": an amount without its billing interval .* wrong up to 12 times; .*--interval month',
    ),
    "an interval that is none": (
        "customer_id,start_date,amount\na,2026-04-01,100\n",
        {"interval": "often"},
        "'often' is no interval",
    ),
    "no such zone": (row(), {"timezone": "Mars/Base"}, "there is no zone 'Mars/Base'"),
    "no such currency": (row(currency=""), {"currency": "YEN"}, "'YEN' is not a currency of ISO 4217"),
    "a month missing from snapshots": (
        "customer_id,month,mrr\na,2026-01,1\na,2026-03,1\n",
        {},
        "months are missing: after 2026-01 comes 2026-03",
    ),
    "the same month twice": ("customer_id,2026-01,2026/01\na,1,1\n", {}, "the same (name|month)"),
    # rows that cannot be used, where no row is left
    "not a number": (
        row(mrr="abc"),
        {},
        r"none of the 1 rows can be used(.|\n)*line 2, column \"mrr\": an amount that cannot be read \('abc'\)",
    ),
    "NaN": (row(mrr="NaN"), {}, "an amount that cannot be read"),
    "inf": (row(mrr="inf"), {}, "an amount that cannot be read"),
    "an amount rounded by a spreadsheet": (row(mrr="1.23E+11"), {}, "an amount that cannot be read"),
    "a huge amount": (row(mrr="1" + "0" * 20), {}, "beyond what is plausible"),
    "the year 20": (
        row(start="0020-04-01"),
        {},
        r'line 2, column "start_date": a date that cannot be read \(.0020-04-01.\)',
    ),
    "the year 9999 as a start": (row(start="9999-12-31"), {}, "a date that cannot be read"),
    "two digits for the year": (row(start="26/04/01"), {}, "a date that cannot be read"),
    "the 30th of February": (row(start="2026-02-30"), {}, "a date that cannot be read"),
    "one second after 1970": (row(start="1"), {}, "a date that cannot be read"),
    "no currency like that": (row(currency="ZZZ"), {}, "a currency that is not in ISO 4217"),
    "yen and dollars": (row(mrr="1234円", currency="USD"), {}, "or that its amount contradicts"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_says_what_is_wrong(name: str, tmp_path: Path) -> None:
    content, options, pattern = REFUSED[name]
    with pytest.raises(BillingError) as raised:
        read_text(tmp_path, content, **options)
    assert re.search(pattern, str(raised.value)), str(raised.value)


def test_there_are_more_than_forty() -> None:
    assert len(READS) + len(REFUSED) > 100


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(BillingError, match=r"nothing\.csv: there is no such file"):
        read_billing([tmp_path / "nothing.csv"])


def test_a_folder(tmp_path: Path) -> None:
    written(tmp_path, row())
    with pytest.raises(BillingError, match=r"this is a folder; name the files in it, for instance .*subs\.csv"):
        read_billing([tmp_path])


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, row())

    def refuse(*args: object, **kwargs: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(BillingError, match=r"cannot be read: Permission denied"):
        read_billing([path])


def test_the_problems_of_all_files_at_once(tmp_path: Path) -> None:
    with pytest.raises(BillingError) as raised:
        read_billing([written(tmp_path, "", "a.csv"), written(tmp_path, b"%PDF-1.7", "b.csv"), tmp_path / "c.csv"])
    assert [line.split(":")[0].split("/")[-1] for line in str(raised.value).splitlines()] == ["a.csv", "b.csv", "c.csv"]


def test_the_encoding_is_said(tmp_path: Path) -> None:
    said = read_text(tmp_path, JA.encode("cp932")).reading.said
    assert "subs.csv: read as CP932 (Shift-JIS)" in said


def test_serial_numbers_and_epochs_are_said(tmp_path: Path) -> None:
    text = row(start="46113") + "b,s2,1775001600,,1,basic,JPY\n"
    said = " ".join(read_text(tmp_path, text).reading.said)
    assert "serial numbers of a spreadsheet" in said
    assert "seconds since 1970" in said


def test_negatives_are_read_and_set_aside(tmp_path: Path) -> None:
    amounts = ["(12.50)", "▲500", "△500", "-500", "−500", '"¥-500"', "500-"]
    text = row() + "".join(f"c{i},t{i},2026-04-01,,{amount},x,JPY\n" for i, amount in enumerate(amounts))
    billing = read_text(tmp_path, text)
    assert set(reasons(billing).values()) == {"negative_amount"}
    assert billing.reconciliation.rows["mrr"].to_list() == [-125_000] + [-500 * UNIT] * 6


def test_lines_are_told_where_cells_hold_line_breaks(tmp_path: Path) -> None:
    text = row(customer='"a\nb"') + "\nc,s2,2026-04-01,,abc,x,JPY\n"
    billing = read_text(tmp_path, text)
    assert billing.reconciliation.rows.select("row", "line").rows() == [(2, 5)]


def test_a_dash_is_nothing_and_not_zero(tmp_path: Path) -> None:
    assert reasons(read_text(tmp_path, row() + "b,s2,2026-04-01,,-,x,JPY\n")) == {2: "no_price"}


def test_nan_in_a_number_column_of_parquet_is_no_price(tmp_path: Path) -> None:
    import polars as pl

    path = tmp_path / "subs.parquet"
    pl.DataFrame({"customer_id": ["a", "b"], "start_date": [APRIL, APRIL], "mrr": [1.234, float("nan")]}).write_parquet(
        path
    )
    billing = read_billing([path], ReadOptions())
    assert billing.reading.items["mrr"].to_list() == [12_340]
    assert reasons(billing) == {2: "no_price"}
