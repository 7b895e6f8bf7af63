"""How the tests read a workbook."""

from __future__ import annotations

import re
import warnings
import zipfile
from pathlib import Path
from typing import Any

import openpyxl

VERDICT = 8
FIRST_CHECK = 7


def opened(path: Path, *, values: bool) -> Any:
    """The workbook with its values, or with its formulas."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # charts as LibreOffice writes them
        return openpyxl.load_workbook(path, data_only=values)


def verdicts(path: Path, sheet: str = "Checks") -> tuple[str, list[str]]:
    """The verdict of all checks together, and of each."""
    checks = opened(path, values=True)[sheet]
    each = [checks.cell(row, VERDICT).value for row in range(FIRST_CHECK, checks.max_row + 1)]
    return checks["B3"].value, each


def changed(path: Path, sheet: str, cell: str, value: float) -> Path:
    """A copy in which one number was overwritten; all formulas keep the values they were written with."""
    names = opened(path, values=True).sheetnames
    part = f"xl/worksheets/sheet{names.index(sheet) + 1}.xml"
    out = path.with_name(f"{sheet}-{cell}-{path.name}")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            if name == part:
                text, count = re.subn(
                    rf'(<c r="{cell}"[^>]*>)<v>[^<]*</v>', rf"\g<1><v>{value!r}</v>", data.decode("utf-8")
                )
                assert count == 1
                data = text.encode("utf-8")
            new.writestr(name, data)
    return out


def errors(path: Path) -> list[str]:
    """Cells that hold an error of a formula."""
    found = []
    for sheet in opened(path, values=True):
        for row in sheet.iter_rows():
            found += [f"{sheet.title}!{x.coordinate}: {x.value}" for x in row if x.data_type == "e"]
    return found
