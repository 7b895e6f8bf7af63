"""What is wrong in a scenario is told with file, line and key, and with what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.commands import everything_in, plansim
from tests.scenario.broken import BROKEN, Broken
from tests.scenario.texts import GOOD, HERE, edited, marked, problems, without_marks


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case.name)
def test_a_broken_scenario_is_told(case: Broken, tmp_path):
    file = tmp_path / "broken.yaml"
    file.write_text(without_marks(case.text), encoding="utf-8")
    line = case.line or marked(case.text)[0]
    found = problems(file)
    told = [p for p in found if (p.file, p.line, p.key) == (str(file), line, case.key)]
    assert told, [str(p) for p in found]
    assert any(all(part in p.message for part in case.says) for p in told), [p.message for p in told]


def test_the_table_is_what_it_says():
    names = [case.name for case in BROKEN]
    assert len(names) == len(set(names)) >= 150
    assert problems(GOOD) == ()
    assert all(case.says and (case.line or len(marked(case.text)) == 1) for case in BROKEN)


MORE_THAN_ONE = {"no plans and no segments", "plans empty", "cancel of an unknown plan"}


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case.name)
def test_one_mistake_is_told_once(case: Broken, tmp_path):
    file = tmp_path / "broken.yaml"
    file.write_text(without_marks(case.text), encoding="utf-8")
    assert len(problems(file)) == 1 + (case.name in MORE_THAN_ONE)


BYTES = {
    "utf-16": (GOOD.encode("utf-16"), 1, "is written in UTF-16; save it as UTF-8"),
    "cp932": (
        edited(("A good scenario", "良い料金表")).encode("cp932"),
        2,
        "looks like Shift_JIS / CP932); save it as UTF-8",
    ),
    "latin-1": (
        edited(("A good scenario", "caf\xe9 \xff")).encode("latin-1"),
        2,
        "is not UTF-8 text; save it as UTF-8",
    ),
    "binary": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\xff", 1, "is not a text file; a scenario is YAML text in UTF-8"),
    "zero bytes": (b"currency: JPY\n\x00\x00\n", 2, "is not a text file (it has zero bytes)"),
}


@pytest.mark.parametrize("name", BYTES)
def test_a_file_in_another_encoding_is_told(name, tmp_path):
    content, line, says = BYTES[name]
    file = tmp_path / "odd.yaml"
    file.write_bytes(content)
    (problem,) = problems(file)
    assert (problem.file, problem.line, problem.key) == (str(file), line, "")
    assert says in problem.message


@pytest.mark.parametrize("ending", ["\r\n", "\n"], ids=["windows", "unix"])
def test_a_byte_order_mark_and_line_ends_are_no_mistake(tmp_path, ending):
    file = tmp_path / "bom.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", ending).encode())
    assert problems(file) == ()
    file.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("months: 24", "months: x").replace("\n", ending).encode())
    assert [problem.line for problem in problems(file)] == [5]


def test_a_file_that_is_not_there(tmp_path):
    (problem,) = problems(tmp_path / "none.yaml")
    assert str(problem) == f"{tmp_path / 'none.yaml'}: there is no such file"
    (problem,) = problems(tmp_path)
    assert problem.message == "is a folder; name the scenario file in it"


def test_a_huge_file_is_not_read(tmp_path):
    file = tmp_path / "huge.yaml"
    file.write_text("# " + "x" * 5_000_001)
    assert problems(file)[0].message == "larger than 5 MB: not a scenario file"


def test_a_text_is_called_a_text():
    (problem,) = problems(edited(("months: 24", "months: 0")))
    assert str(problem).startswith("<text>:5: months: 0 is outside the horizon")


# what-ifs


@pytest.fixture
def base(tmp_path):
    """A folder with the good scenario as base.yaml."""
    (tmp_path / "base.yaml").write_text(GOOD)
    return tmp_path


def what_if(folder, text: str, name: str = "what_if.yaml"):
    (folder / name).write_text(text)
    return problems(folder / name)


def test_a_mistake_in_a_what_if_is_told_of_the_what_if(base):
    (problem,) = what_if(base, "extends: base.yaml\nplans:\n  premium: {price: many}\n")
    assert (problem.file, problem.line, problem.key) == (str(base / "what_if.yaml"), 3, "plans.premium.price")


def test_a_mistake_in_the_base_is_told_of_the_base(base):
    (base / "base.yaml").write_text(edited(("frailty: 0.6", "frailty: much")))
    (problem,) = what_if(base, "extends: base.yaml\nplans:\n  premium: {price: 1}\n")
    assert (problem.file, problem.line, problem.key) == (str(base / "base.yaml"), 36, "segments.smb.frailty")
    assert GOOD.splitlines()[35].strip() == "frailty: 0.6"


def test_mistakes_in_both_are_told_of_each(base):
    (base / "base.yaml").write_text(edited(("frailty: 0.6", "frailty: much")))
    found = what_if(base, "extends: base.yaml\nmonths: 0\nladder: [free, gold]\n")
    assert [(p.file.rpartition("/")[2], p.line) for p in found] == [
        ("base.yaml", 36),
        ("what_if.yaml", 2),
        ("what_if.yaml", 3),
    ]


@pytest.mark.parametrize(
    ("text", "line", "key", "says"),
    [
        ("extends: bas.yaml\n", 1, "extends", "there is no file"),
        ("title: x\nextends: what_if.yaml\n", 2, "extends", "goes round in a circle"),
        ("extends: [base.yaml]\n", 1, "extends", "is the name of a file, e.g. extends: base.yaml"),
        (
            "extends: base.yaml\nplans: {premum: null}\n",
            2,
            "plans.premum",
            "nothing to take out; did you mean `premium`?",
        ),
        ("extends: base.yaml\nplans: {premium: null}\n", 2, None, "there is no plan"),
        ("extends: base.yaml\nplans: {premum: {price: 1}}\n", 2, "segments.smb.cancel.premum", "is required"),
    ],
    ids=["missing", "itself", "list", "take out nothing", "take out what is used", "misspelt plan"],
)
def test_what_a_what_if_gets_wrong(base, text, line, key, says):
    found = what_if(base, text)
    assert any(says in p.message and key in (None, p.key) for p in found), [str(p) for p in found]
    if key and key.split(".")[0] in text:
        assert found[0].file == str(base / "what_if.yaml")
        assert found[0].line == line


def test_a_circle_of_several_files_is_told_with_its_files(base):
    (base / "a.yaml").write_text("extends: b.yaml\n")
    (base / "b.yaml").write_text("extends: a.yaml\n")
    (problem,) = problems(base / "a.yaml")
    assert problem.file == str(base / "b.yaml")
    assert problem.message.count("a.yaml") == 2
    assert problem.message.count("b.yaml") == 1


# all at once


def test_all_mistakes_of_a_file_are_told_in_the_order_of_its_lines():
    text = edited(
        ("currency: JPY", f"currency: YEN  {HERE}"),
        ("months: 24", f"months: 0  {HERE}"),
        ("  lite: {price: 3_000", f"  lite: {{price: -3_000, sold: rescue}}  {HERE}\n  light: {{price: 3_000"),
        ("ladder: [free, basic, premium]", f"ladder: [free, basic, gold]  {HERE}"),
        ("      premium: 2% per month", f"      light: 1% per month\n      premium: 2%  {HERE}"),
        ("    frailty: 0.6", f"    fraility: 0.6  {HERE}"),
        ("    to: premium\n", f"    to: premum  {HERE}\n"),
        ("waits: 1 month}", f"waits: 1}}  {HERE}"),
    )
    found = problems(without_marks(text))
    assert [p.line for p in found] == list(marked(text)), [str(p) for p in found]
    assert len(found) == 8


def test_mistakes_of_the_timeline_are_told_with_those_of_the_start():
    text = edited(
        ("    frailty: 0.6", f"    frailty: much  {HERE}"),
        (
            "{at: 2026-10, set: {plans.premium.price: 36_000}, existing: keep}",
            f"{{at: 2026-10, set: {{plans.premium.price: 36_000}}}}  {HERE}\n"
            f"  - {{at: 2036-10, retire: basic, to: free}}  {HERE}",
        ),
    )
    assert [p.line for p in problems(without_marks(text))] == list(marked(text))


# on the command line

ON_THE_COMMAND_LINE = BROKEN[:: len(BROKEN) // 16]


@pytest.mark.parametrize("command", ["check", "run", "explain"])
@pytest.mark.parametrize("case", ON_THE_COMMAND_LINE, ids=lambda case: case.name)
def test_the_command_line_refuses(case: Broken, command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("broken.yaml").write_text(without_marks(case.text), encoding="utf-8")
    done = plansim(command, "broken.yaml")
    assert done.exit_code == 2
    assert done.stdout == ""
    assert "Traceback" not in done.output
    line = case.line or marked(case.text)[0]
    where = f"broken.yaml:{line}: {case.key}: " if case.key else f"broken.yaml:{line}: "
    assert any(told.startswith(where) for told in done.stderr.splitlines()), done.stderr
    assert all(part in done.stderr for part in case.says)
    assert everything_in(tmp_path) == {"broken.yaml"}


def test_the_command_line_is_tried_with_cases_of_many_kinds():
    assert len(ON_THE_COMMAND_LINE) >= 12
