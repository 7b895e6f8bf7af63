"""The page in a browser: no error, nothing wider than the screen, tables that sort, everything in print."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.reporting.page.pages import markup, study_markup

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: the page is not opened in a browser")

NARROW = 390
FRAME = """<!doctype html><meta charset="utf-8"><title>not done</title>
<iframe id="f" src="page.html" style="border:0;width:{width}px;height:900px"></iframe>
<script>f.onload = function () {{
  var page = f.contentDocument, said = [];
  page.querySelectorAll("details").forEach(function (one) {{ one.open = true; }});
  {then}
  document.title = "done " + said.join("|");
}};</script>"""


def browse(folder: Path, *options: str, page: str = "frame.html") -> tuple[str, str]:
    """Open a page; return its document and what the browser says."""
    command = [
        *(str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"),
        *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"),
        *("--allow-file-access-from-files", "--enable-logging=stderr", "--v=0"),
        *(f"--user-data-dir={folder / 'profile'}", *options, f"file://{folder / page}"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout, done.stderr


def asked(folder: Path, text: str, then: str, width: int = 1280) -> str:
    """What a script finds on a page that is shown in a frame of a width."""
    (folder / "page.html").write_text(text, encoding="utf-8")
    (folder / "frame.html").write_text(FRAME.format(width=width, then=then), encoding="utf-8")
    document, said = browse(folder, f"--window-size={max(width, 1300)},1000", "--dump-dom")
    assert "CONSOLE" not in said
    (title,) = re.findall(r"<title>done (.*?)</title>", document)
    return title


WIDE_ENOUGH = "said.push(page.documentElement.scrollWidth <= page.documentElement.clientWidth);"
LONG = "n" * 300 + " \u202e" + "\u05d0" * 80


@pytest.mark.parametrize(
    ("pages", "lang", "width"), [("run", "ja", NARROW), ("study", "en", NARROW), ("study", "ja", 1280)]
)
def test_nothing_is_wider_than_the_screen(tmp_path, pages, lang, width):
    text = markup(lang) if pages == "run" else study_markup(lang)
    text = text.replace("A small shop", LONG).replace("<bdi>stay</bdi>", f"<bdi>{LONG}</bdi>")
    assert LONG in text
    then = f"{WIDE_ENOUGH} said.push(f.contentWindow.innerWidth);"
    assert asked(tmp_path, text, then, width) == f"true|{width}"


def test_what_is_wider_would_be_noticed(tmp_path):
    wide = markup("en").replace("<main", '<div style="width:500px">x</div><main')
    assert asked(tmp_path, wide, WIDE_ENOUGH, NARROW) == "false"


SORT = """
  var table = page.querySelector("#movements table"), rows = table.tBodies[0].rows;
  var heads = table.tHead.rows[0].cells, head = heads[heads.length - 2];
  function column() { return Array.from(rows).map(function (r) { return r.cells[heads.length - 2].dataset.key; }); }
  function totals() { return Array.from(rows).map(function (r) { return r.className === "total" ? 1 : 0; }).join(""); }
  var before = column().join(), button = head.querySelector("button");
  button.focus();
  said.push(page.activeElement === button);
  ["ascending", "descending", "none"].forEach(function (way) {
    button.click();
    var keys = column().slice(0, -3).map(Number);
    said.push(head.getAttribute("aria-sort") === way, page.getElementById("said").textContent.length > 0);
    if (way === "none") said.push(column().join() === before);
    else said.push(totals().endsWith("111") && keys.every(function (k, i) {
      return !i || (way === "ascending" ? keys[i - 1] <= k : keys[i - 1] >= k); }));
  });
"""


def test_tables_sort_by_buttons_and_say_so(tmp_path):
    assert asked(tmp_path, markup("ja"), SORT) == "|".join(["true"] * 10)


def test_a_printed_page_holds_what_is_folded(tmp_path):
    """In as many pages as the text fills: the folded tables and the scenario's file among them."""
    sizes = {}
    for name, text in (("folded", markup("en")), ("without", re.sub(r"(?s)<details>.*?</details>", "", markup("en")))):
        (tmp_path / "page.html").write_text(text, encoding="utf-8")
        browse(tmp_path, "--no-pdf-header-footer", f"--print-to-pdf={tmp_path / name}.pdf", page="page.html")
        printed = (tmp_path / f"{name}.pdf").read_bytes()
        sizes[name] = len(re.findall(rb"/Type\s*/Page\b", printed))
        boxes = set(re.findall(rb"/MediaBox\s*\[([^\]]*)\]", printed))
        assert [[round(float(x)) for x in box.split()] for box in boxes] == [[0, 0, 842, 595]]  # A4 landscape, points
    assert sizes["folded"] >= sizes["without"] + 3


def test_a_picture_of_the_page_is_not_empty(tmp_path):
    (tmp_path / "page.html").write_text(markup("ja"), encoding="utf-8")
    _, said = browse(tmp_path, "--window-size=1280,900", f"--screenshot={tmp_path / 'page.png'}", page="page.html")
    assert "CONSOLE" not in said
    assert (tmp_path / "page.png").stat().st_size > 30_000
