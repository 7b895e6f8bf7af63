"""Where tables come from: Parquet, SQLite, DuckDB, PostgreSQL, several files; all give what the CSV gives."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from simulator.billing.errors import BillingError
from simulator.billing.read import read_billing
from simulator.billing.reading import ReadOptions
from simulator.billing.source import open_tables
from tests.billing.files import read_text, written

ROWS = [
    ("a", "s1", "2026-01-05", None, 100.5, "basic", "USD"),
    ("b", "s2", "2026-02-01", "2026-03-01", 1.234, "pro, with comma", "USD"),
    ("日本", "s3", "2026-02-01", "2026-03-01", 49.99, 'the "best"', "JPY"),
]
COLUMNS = ("customer_id", "subscription_id", "start_date", "end_date", "mrr", "plan", "currency")
QUERY = "select * from subs order by subscription_id;"


@pytest.fixture
def expected(tmp_path: Path) -> pl.DataFrame:
    path = tmp_path / "rows.csv"
    pl.DataFrame(ROWS, schema=COLUMNS, orient="row").write_csv(path)
    return read_billing([path]).reading.items.drop("file")


def test_parquet_with_types(tmp_path: Path, expected: pl.DataFrame) -> None:
    frame = pl.DataFrame(ROWS, schema=COLUMNS, orient="row").with_columns(
        pl.col("start_date").str.to_datetime("%Y-%m-%d", time_zone="UTC"),
        pl.col("end_date").str.to_date("%Y-%m-%d"),
        pl.col("plan").cast(pl.Categorical),
        pl.col("mrr").cast(pl.Decimal(12, 4)),
        pl.lit([1]).alias("tags"),
    )
    frame.write_parquet(tmp_path / "subs.parquet")
    reading = read_billing([tmp_path / "subs.parquet"]).reading
    assert reading.items.drop("file").equals(expected)
    assert "subs.parquet: columns of lists or bytes are left out: tags" in reading.said


def test_parquet_epochs_do_not_land_in_1970(tmp_path: Path) -> None:
    seconds = int(datetime(2026, 4, 1, tzinfo=UTC).timestamp())
    frame = pl.DataFrame({"customer_id": ["a"], "start_date": [seconds], "mrr": [10]})
    frame.write_parquet(tmp_path / "subs.parquet")
    assert read_billing([tmp_path / "subs.parquet"]).reading.items["start"].to_list() == [datetime(2026, 4, 1)]


def sqlite_file(folder: Path) -> Path:
    path = folder / "billing.db"
    with sqlite3.connect(path) as connection:
        connection.execute(f"create table subs ({', '.join(COLUMNS)})")
        connection.executemany("insert into subs values (?, ?, ?, ?, ?, ?, ?)", ROWS)
    connection.close()
    return path


def test_sqlite(tmp_path: Path, expected: pl.DataFrame) -> None:
    path = sqlite_file(tmp_path)
    assert read_billing([path]).reading.items.drop("file").equals(expected)
    assert read_billing([path], query=QUERY).reading.items.drop("file").equals(expected)


def test_sqlite_that_is_asked_wrongly(tmp_path: Path) -> None:
    path = sqlite_file(tmp_path)
    with pytest.raises(
        BillingError, match=r"billing\.db: the query failed: no such table: nowhere; for instance --query"
    ):
        open_tables([path], query="select * from nowhere")
    with pytest.raises(BillingError, match=r"is not a query that reads"):
        open_tables([path], query="delete from subs")
    with pytest.raises(BillingError, match=r"two columns named mrr"):
        open_tables([path], query="select mrr, mrr from subs")
    with sqlite3.connect(path) as connection:
        connection.execute("create table other (x)")
    connection.close()
    with pytest.raises(BillingError, match=r"has 2 tables: other, subs; for instance --query"):
        open_tables([path])
    assert read_billing([path], query=QUERY).reconciliation.read == {"billing.db": 3}


def test_a_query_cannot_change_the_file(tmp_path: Path) -> None:
    path = sqlite_file(tmp_path)
    before = path.read_bytes()
    with pytest.raises(BillingError):
        open_tables([path], query="with x as (select 1) delete from subs")
    assert path.read_bytes() == before


def test_duckdb(tmp_path: Path, expected: pl.DataFrame) -> None:
    duckdb = pytest.importorskip("duckdb")
    path = tmp_path / "billing.duckdb"
    connection = duckdb.connect(str(path))
    types = ["varchar", "varchar", "date", "date", "double", "varchar", "varchar"]
    columns = ", ".join(f"{name} {kind}" for name, kind in zip(COLUMNS, types, strict=True))
    connection.execute(f"create table subs ({columns})")
    connection.executemany("insert into subs values (?, ?, ?, ?, ?, ?, ?)", ROWS)
    connection.close()
    assert read_billing([path]).reading.items.drop("file").equals(expected)
    assert read_billing([path], query=QUERY).reading.items.drop("file").equals(expected)
    with pytest.raises(BillingError, match=r"the query failed: .*nowhere"):
        open_tables([path], query="select * from nowhere")


@pytest.mark.parametrize("library", ["duckdb", "psycopg"])
def test_extras_that_are_not_installed(library: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    if library == "duckdb":
        source: str | Path = written(tmp_path, b"\0" * 8 + b"DUCK" + b"\0" * 50, "a.duckdb")
        extra = "duckdb"
    else:
        source, extra = "postgresql://u:secret@localhost/db", "postgres"
    with pytest.raises(BillingError, match=rf'needs an extra: pip install "plansim\[{extra}\]"') as raised:
        open_tables([source], query="select 1")
    assert "secret" not in str(raised.value)


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """A server of our own, on a socket in a temporary folder; skipped where there is none to start."""
    pytest.importorskip("psycopg")
    initdb, pg_ctl = shutil.which("initdb"), shutil.which("pg_ctl")
    if initdb is None or pg_ctl is None:
        pytest.skip("no PostgreSQL server is installed")
    user = "nobody" if os.geteuid() == 0 else None  # it does not run as root
    with tempfile.TemporaryDirectory() as folder:
        if user:
            shutil.chown(folder, user)

        def run(*command: str) -> None:
            done = subprocess.run(command, user=user, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            if done.returncode:
                pytest.skip(f"the server does not start: {done.stderr.decode()[-200:]}")

        run(initdb, "-D", f"{folder}/data", "-A", "trust", "-U", "me")
        options = f"-k {folder} -c listen_addresses=''"
        run(pg_ctl, "-D", f"{folder}/data", "-o", options, "-w", "-l", f"{folder}/log", "start")
        yield f"postgresql://me@/postgres?host={folder}"
        run(pg_ctl, "-D", f"{folder}/data", "-m", "immediate", "stop")


def test_postgres(postgres: str, expected: pl.DataFrame) -> None:
    import psycopg

    with psycopg.connect(postgres) as connection:
        connection.execute(
            "create table subs (customer_id text, subscription_id text, start_date date, end_date date, "
            "mrr numeric, plan text, currency text)"
        )
        for row in ROWS:
            connection.execute("insert into subs values (%s, %s, %s, %s, %s, %s, %s)", row)
    assert read_billing([postgres], query=QUERY).reading.items.drop("file").equals(expected)
    with pytest.raises(BillingError, match=r"a database needs a query"):
        open_tables([postgres])
    with pytest.raises(BillingError, match=r"the query failed: .*nowhere"):
        open_tables([postgres], query="select * from nowhere")


def test_a_server_that_does_not_answer() -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(BillingError, match=r"postgresql://127\.0\.0\.1:9/db: the query failed") as raised:
        open_tables(["postgresql://me:secret@127.0.0.1:9/db"], query="select 1")
    assert "secret" not in str(raised.value)


def test_a_query_without_a_database(tmp_path: Path) -> None:
    path = written(tmp_path, "customer_id,start_date,mrr\na,2026-01-01,1\n")
    with pytest.raises(BillingError, match=r"--query is for databases, and none is given"):
        open_tables([path], query="select 1")


def test_several_files_are_one_export(tmp_path: Path) -> None:
    one = written(tmp_path, "customer_id,start_date,mrr\na,2026-01-01,1\n", "one.csv")
    (tmp_path / "more").mkdir()
    two = written(tmp_path / "more", "顧客ID;開始日;月額\nb;2026-01-01;2\n", "one.csv")
    billing = read_billing([one, two])
    assert billing.reading.items.select("customer", "mrr").rows() == [("a", 10_000), ("b", 20_000)]
    assert list(billing.reconciliation.read) == [str(one), str(two)]
    with pytest.raises(BillingError, match=r"one\.csv: given twice; its rows would count twice"):
        open_tables([one, one])


def test_no_file() -> None:
    with pytest.raises(BillingError, match=r"no file is given"):
        open_tables([])


def test_a_million_rows_take_no_loop_over_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Plain cells never reach the functions that read one value at a time."""
    from simulator.billing.cells import amounts, dates

    def refuse(*_: object) -> None:
        raise AssertionError("a plain cell was read by itself")

    monkeypatch.setattr(amounts, "parse_amount", refuse)
    monkeypatch.setattr(dates, "parse_date", refuse)
    days = [date(2026, 1, 1 + i % 28) for i in range(1000)]
    frame = pl.DataFrame(
        {"customer_id": range(1000), "start_date": days, "end_date": [None, "2026-05-01 10:00:00Z"] * 500}
    )
    frame.with_columns(mrr=pl.lit("29.95")).write_csv(tmp_path / "subs.csv")
    assert read_billing([tmp_path / "subs.csv"], ReadOptions()).reading.items.height == 1000


def test_lines_are_true_after_preceding_empty_lines(tmp_path: Path) -> None:
    text = "\n\ncustomer_id,start_date,mrr\n\na,2026-01-01,1\n\nb,2026-01-01,x\n"
    assert read_text(tmp_path, text).reconciliation.rows["line"].to_list() == [7]
