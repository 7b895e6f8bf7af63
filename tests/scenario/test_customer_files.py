"""Files of real customers: what can be read, and how a mistake in one is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.scenario import Problem, ScenarioError, load
from simulator.scenario.customers import MAX_SHOWN, Customers
from tests.cli.commands import everything_in, plansim

SCENARIO = """\
currency: JPY
start: 2026-04
months: 6
plans:
  basic: {price: 10_000, term_discount: {annual: 15%}}
  premium: {price: 30_000}
  old: {price: 5_000, sold: nobody}
terms: {annual: 12 months}
addons:
  support: {price: 2_000, with: [premium]}
  storage: {price: 4_000}
segments:
  smb: {opening: people.csv, cancel: {basic: 3% per month, premium: 2% per month}}
"""
TWO = f"{SCENARIO}  big: {{opening: people.csv, cancel: {{basic: 1% per month, premium: 1% per month}}}}\n"
HEADER = "customer_id,plan,tenure_months"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(content: str | bytes, scenario: str = SCENARIO) -> None:
    Path("shop.yaml").write_text(scenario)
    Path("people.csv").write_bytes(content if isinstance(content, bytes) else content.encode())


def customers(content: str | bytes, scenario: str = SCENARIO, segment: str = "smb") -> Customers:
    written(content, scenario)
    return load("shop.yaml").customers[segment]


def problems(content: str | bytes, scenario: str = SCENARIO) -> tuple[Problem, ...]:
    written(content, scenario)
    with pytest.raises(ScenarioError) as refused:
        load("shop.yaml")
    return refused.value.problems


# what can be read


def test_the_least_a_file_has():
    read = customers(f"{HEADER}\nC1,basic,3\nC2,premium,0.5\n")
    assert len(read) == 2
    assert read.customer_id == ("C1", "C2")
    assert read.segment == ("smb", "smb")
    assert read.plan == ("basic", "premium")
    assert read.term == ("monthly", "monthly")
    assert read.addons == ((), ())
    assert read.tenure_months == (3.0, 0.5)
    assert read.mrr == read.seats == read.usage == (None, None)


def test_every_column_in_any_order():
    header = "mrr,usage,seats,addons,term,segment,tenure_months,plan,customer_id"
    read = customers(f"{header}\n29.95,1_200.5,4,support; storage,annual,smb,18,premium,C1\n")
    assert read == Customers(
        ("C1",), ("smb",), ("premium",), ("annual",), (("support", "storage"),), (18.0,), (299_500,), (4,), (1200.5,)
    )


@pytest.mark.parametrize(
    "content",
    [
        "\ufeff" + f"{HEADER}\nC1,basic,3\n",
        f"{HEADER}\r\nC1,basic,3\r\n",
        f"{HEADER}\nC1,basic,3",
        f"{HEADER}\n\nC1,basic,3\n\n\n",
        "customer_id , plan, tenure_months\n C1 , basic , 3 \n",
        '"customer_id","plan","tenure_months"\n"C1","basic","3"\n',
        f"{HEADER},term,addons,seats,usage,mrr\nC1,basic,3,,,,,\n",
    ],
    ids=["byte order mark", "windows", "no last line end", "blank lines", "spaces", "quotes", "blank optional fields"],
)
def test_ways_to_write_the_same_customer(content):
    assert customers(content) == customers(f"{HEADER}\nC1,basic,3\n")


def test_a_quoted_field_may_hold_commas_quotes_and_line_breaks():
    read = customers(f'{HEADER}\n"Tanaka, ""Ken""",basic,3\n"two\nlines",basic,3\n')
    assert read.customer_id == ('Tanaka, "Ken"', "two\nlines")


def test_japanese_names_are_names():
    assert customers(f"{HEADER}\n田中商店,basic,3\n").customer_id == ("田中商店",)


@pytest.mark.parametrize(
    ("written_as", "addons"),
    [("", ()), ("storage", ("storage",)), ("support;storage", ("support", "storage")), (" storage ;", ("storage",))],
)
def test_addons_are_separated_by_semicolons(written_as, addons):
    assert customers(f"{HEADER},addons\nC1,premium,3,{written_as}\n").addons == (addons,)


def test_an_mrr_is_kept_exactly_and_a_blank_one_is_the_list_price():
    read = customers(f"{HEADER},mrr\nC1,basic,3,0\nC2,basic,3,\nC3,basic,3,9_999.0001\n")
    assert read.mrr == (0, None, 99_990_001)


def test_a_file_of_two_segments_is_parted():
    content = f"{HEADER},segment\nC1,basic,3,smb\nC2,basic,4,big\nC3,basic,5,smb\n"
    assert customers(content, TWO, "smb").customer_id == ("C1", "C3")
    assert customers(content, TWO, "big").customer_id == ("C2",)


def test_the_file_is_beside_the_scenario_not_beside_the_caller(folder, monkeypatch):
    (folder / "shop").mkdir()
    monkeypatch.chdir(folder / "shop")
    written(f"{HEADER}\nC1,basic,3\n")
    monkeypatch.chdir(folder)
    assert len(load(folder / "shop" / "shop.yaml").customers["smb"]) == 1
    assert len(load("shop/shop.yaml").customers["smb"]) == 1


# what cannot

BROKEN = {
    "empty": ("", 1, "", "is empty; the first line names the columns: customer_id,plan,tenure_months,"),
    "header alone": (f"{HEADER}\n", 1, "", "has no customers: there is only the header line"),
    "no plan": ("customer_id,tenure_months\nC1,3\n", 1, "plan", "missing column"),
    "no id": ("plan,tenure_months\nbasic,3\n", 1, "customer_id", "missing column"),
    "no tenure": ("customer_id,plan\nC1,basic\n", 1, "tenure_months", "missing column"),
    "unknown column": (f"{HEADER},tern\nC1,basic,3,\n", 1, "tern", "unknown column; did you mean `term`?"),
    "column of another system": (
        f"{HEADER},xyzzy\nC1,basic,3,\n",
        1,
        "xyzzy",
        "unknown column; known: customer_id, plan,",
    ),
    "column twice": (f"{HEADER},plan\nC1,basic,3,basic\n", 1, "plan", "is there twice"),
    "field missing": (f"{HEADER}\nC1,basic,3\nC2,basic\n", 3, "", "has 2 fields, fewer than the 3 columns"),
    "field too many": (f"{HEADER}\nC1,basic,3,4\n", 2, "", "has 4 fields, more than the 3 columns"),
    "quote not closed": (f'{HEADER}\nC1,"basic,3\n', 2, "", "is not valid CSV"),
    "empty id": (f"{HEADER}\n,basic,3\n", 2, "customer_id", "is empty"),
    "id twice": (
        f"{HEADER}\nC1,basic,3\nC2,basic,3\nC1,basic,4\n",
        4,
        "customer_id",
        "`C1` is there already, in line 2",
    ),
    "empty plan": (f"{HEADER}\nC1,,3\n", 2, "plan", "is empty"),
    "unknown plan": (f"{HEADER}\nC1,basik,3\n", 2, "plan", "there is no plan `basik`; did you mean `basic`?"),
    "plan without a rate": (
        f"{HEADER}\nC1,old,3\n",
        13,
        "segments.smb.cancel.old",
        "customers of the file hold this plan",
    ),
    "unknown term": (
        f"{HEADER},term\nC1,basic,3,anual\n",
        2,
        "term",
        "there is no term `anual`; did you mean `annual`?",
    ),
    "unknown add-on": (f"{HEADER},addons\nC1,basic,3,storrage\n", 2, "addons", "`storrage`; did you mean `storage`?"),
    "add-on twice": (f"{HEADER},addons\nC1,basic,3,storage;storage\n", 2, "addons", "`storage` is named twice"),
    "add-on of another plan": (
        f"{HEADER},addons\nC1,basic,3,support\n",
        2,
        "addons",
        "`support` cannot be held with the plan `basic`",
    ),
    "tenure in words": (
        f"{HEADER}\nC1,basic,long\n",
        2,
        "tenure_months",
        "is not a number of months; write e.g. 18 or 18.5",
    ),
    "tenure with a unit": (
        f"{HEADER}\nC1,basic,3 months\n",
        2,
        "tenure_months",
        "`3 months` is not a number of months",
    ),
    "tenure missing": (f"{HEADER}\nC1,basic,\n", 2, "tenure_months", "is not a number of months"),
    "negative tenure": (f"{HEADER}\nC1,basic,-3\n", 2, "tenure_months", "-3 is negative; tenure counts from sign-up"),
    "infinite tenure": (f"{HEADER}\nC1,basic,inf\n", 2, "tenure_months", "`inf` is not a number of months"),
    "mrr with a sign": (f"{HEADER},mrr\nC1,basic,3,$30\n", 2, "mrr", "is not an amount; write it plainly"),
    "mrr with commas": (f'{HEADER},mrr\nC1,basic,3,"10,000"\n', 2, "mrr", "did you mean 10_000?"),
    "negative mrr": (f"{HEADER},mrr\nC1,basic,3,-1\n", 2, "mrr", "-1 is negative; leave it blank for the list price"),
    "mrr too fine": (f"{HEADER},mrr\nC1,basic,3,0.00001\n", 2, "mrr", "more than four decimals"),
    "mrr too large": (f"{HEADER},mrr\nC1,basic,3,1e10\n", 2, "mrr", "beyond the largest amount"),
    "half a seat": (f"{HEADER},seats\nC1,basic,3,1.5\n", 2, "seats", "write a whole number from 1, e.g. 3"),
    "no seat": (f"{HEADER},seats\nC1,basic,3,0\n", 2, "seats", "write a whole number from 1, e.g. 3"),
    "negative usage": (f"{HEADER},usage\nC1,basic,3,-5\n", 2, "usage", "write a number from 0, e.g. 320"),
    "usage in words": (f"{HEADER},usage\nC1,basic,3,lots\n", 2, "usage", "`lots` is not a used amount"),
    "unknown segment": (
        f"{HEADER},segment\nC1,basic,3,smbs\n",
        2,
        "segment",
        "there is no segment `smbs`; did you mean `smb`?",
    ),
    "semicolons": ("customer_id;plan;tenure_months\nC1;basic;3\n", 1, "customer_id", "missing column"),
    "cp932": (f"{HEADER}\n田中,basic,3\n".encode("cp932"), 2, "", "looks like Shift_JIS / CP932); save it as UTF-8"),
    "utf-16": (f"{HEADER}\nC1,basic,3\n".encode("utf-16"), 1, "", "is written in UTF-16; save it as UTF-8"),
    "a spreadsheet": (b"PK\x03\x04\x14\x00\x06\x00\xff\xfe", 1, "", "is not a text file"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_customer_file_is_told(name, folder):
    content, line, column, says = BROKEN[name]
    found = problems(content)
    file = folder / ("shop.yaml" if column.startswith("segments") else "people.csv")
    told = [p for p in found if (Path(p.file).resolve(), p.line, p.key) == (file.resolve(), line, column)]
    assert any(says in p.message for p in told), [str(p) for p in found]
    where = f"{Path(told[0].file).name}:{line}: "
    assert where + (f"{column}: " if column else "") in str(told[0])


def test_a_file_of_several_segments_needs_the_column():
    (problem,) = problems(f"{HEADER}\nC1,basic,3\n", TWO)
    assert problem.message == "missing column: the file is used by several segments"


def test_a_segment_that_does_not_use_the_file_is_told():
    other = f"{SCENARIO}  big: {{opening: {{basic: 1}}, cancel: {{basic: 1% per month, premium: 1% per month}}}}\n"
    (problem,) = problems(f"{HEADER},segment\nC1,basic,3,big\n", other)
    assert problem.message == "`big` does not take its opening customers from this file"


def test_a_row_after_a_field_of_two_lines_keeps_its_line():
    (problem,) = problems(f'{HEADER}\n"two\nlines",basic,3\nC2,gold,3\n')
    assert problem.line == 4


def test_all_mistakes_of_a_file_are_told():
    found = problems(f"{HEADER},mrr\nC1,basik,-1,x\nC2,basic,3\nC1,basic,3,\n")
    assert [(p.line, p.key) for p in found] == [
        (2, "plan"),
        (2, "tenure_months"),
        (2, "mrr"),
        (3, ""),
        (4, "customer_id"),
    ]


@pytest.mark.parametrize(("wrong", "more"), [(MAX_SHOWN, 0), (MAX_SHOWN + 1, 1), (200, 150)])
def test_the_first_fifty_are_told_and_how_many_more_there_are(wrong, more):
    found = problems(f"{HEADER}\nC0,basic,3\n" + "".join(f"C{n + 1},gold,3\n" for n in range(wrong)))
    assert [p.line for p in found[:MAX_SHOWN]] == list(range(3, MAX_SHOWN + 3))
    assert [p.message for p in found[MAX_SHOWN:]] == ([f"and {more} more problems"] if more else [])


def test_a_file_that_is_not_there_is_told_where_it_is_named(folder):
    (folder / "shop.yaml").write_text(SCENARIO)
    with pytest.raises(ScenarioError) as refused:
        load("shop.yaml")
    (problem,) = refused.value.problems
    assert (problem.line, problem.key) == (13, "segments.smb.opening")
    assert "there is no customer file" in problem.message
    assert problem.message.endswith("people.csv")


def test_tenure_of_counts_is_not_for_a_file():
    (problem,) = problems(f"{HEADER}\nC1,basic,3\n", SCENARIO.replace("csv,", "csv, opening_tenure: {mean: 3 months},"))
    assert problem.message == "is for customers given as counts; those of a file keep their own tenure"


@pytest.mark.parametrize("name", ["empty", "no plan", "id twice", "negative mrr", "quote not closed", "cp932"])
def test_the_command_line_refuses(folder, name):
    content, line, column, says = BROKEN[name]
    written(content)
    for command in ("check", "run"):
        done = plansim(command, "shop.yaml")
        assert done.exit_code == 2
        assert done.stdout == ""
        assert "Traceback" not in done.output
        assert f"people.csv:{line}: {column}" in done.stderr
        assert says in done.stderr
    assert everything_in(folder) == {"shop.yaml", "people.csv"}
