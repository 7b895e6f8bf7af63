"""docs/billing_formats.md says of each format which columns are read and what it cannot carry, as its reader does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from simulator.billing.readers import readers
from simulator.billing.readers.vendor import VendorReader

DOCUMENT = (Path(__file__).parents[2] / "docs" / "billing_formats.md").read_text(encoding="utf-8")
VENDORS = {reader.name: reader for reader in readers() if isinstance(reader, VendorReader)}


def sections() -> dict[str, str]:
    parts = re.split(r"^## `([^`]+)`: ", DOCUMENT, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_every_format_has_a_section_in_the_order_of_the_readers() -> None:
    assert list(sections()) == list(VENDORS)


@pytest.mark.parametrize("name", VENDORS)
def test_what_it_cannot_carry_is_what_the_reader_says(name: str) -> None:
    section = sections()[name]
    listed = re.findall(r"^- (.+)$", section.split("Cannot carry:")[1], flags=re.M)
    assert tuple(listed) == VENDORS[name].cannot


@pytest.mark.parametrize("name", VENDORS)
def test_every_column_that_is_read_is_explained(name: str) -> None:
    section = sections()[name]
    assert section.startswith(VENDORS[name].title)
    assert f"Recognised by: {VENDORS[name].needs}." in section
    named = set(re.findall(r"`([a-z0-9_]+)`", section.split("Recognised by:")[1]))
    assert VENDORS[name].fields - named == set()
