"""A page by itself: loads nothing, reads well without eyes, names every figure and table."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from simulator.reporting.figures import drawable, finding
from simulator.reporting.page.svg import finding_of
from simulator.reporting.study_figures import draw as draw_study
from tests.reporting.page.pages import compared, markup, shop, study_markup, tree, words_of

LANGUAGES = ("en", "ja")
PAGES = [(kind, lang) for kind in ("run", "study") for lang in LANGUAGES]


def page_of(kind: str, lang: str) -> str:
    return markup(lang) if kind == "run" else study_markup(lang)


@pytest.fixture(params=PAGES, ids=lambda param: "-".join(param))
def text(request: pytest.FixtureRequest) -> str:
    return page_of(*request.param)


def loads(text: str) -> list[str]:
    """Everything on a page that a browser would fetch."""
    found = re.findall(r"@import|url\((?!#)[^)]*\)|(?:https?:)?//[a-z0-9-]+\.[a-z]", text)
    attributes = ("src", "srcset", "href", "action", "data", "poster", "background")
    for element in tree(text).iter():
        if not isinstance(element.tag, str):
            continue
        for attribute in attributes:
            value = element.get(attribute)
            if value is not None and not value.startswith("#") and value != "data:,":
                found.append(f"{element.tag} {attribute}={value}")
    return found


def test_nothing_is_loaded(text):
    assert loads(text) == []


@pytest.mark.parametrize(
    "extra",
    [
        '<img src="x.png">',
        '<link rel="stylesheet" href="https://fonts.example.org/a.css">',
        "<style>@import 'a.css';</style>",
        "<style>p{background:url(a.png)}</style>",
        '<script src="//cdn.example.org/x.js"></script>',
    ],
)
def test_what_is_loaded_would_be_found(extra):
    assert loads(markup("en").replace("</body>", f"{extra}</body>")) != []


def test_identifiers_are_unique_and_every_reference_has_one(text):
    root = tree(text)
    ids = root.xpath("//@id")
    assert len(ids) == len(set(ids))
    known = set(ids)
    used = {x.removeprefix("#") for x in root.xpath("//@href") if x.startswith("#")}
    used |= set(re.findall(r"url\(#([^)]+)\)", text))
    for attribute in ("aria-labelledby", "aria-describedby"):
        used |= {one for value in root.xpath(f"//@{attribute}") for one in value.split()}
    assert used - known == set()


def test_there_is_one_first_heading_and_no_level_is_skipped(text):
    levels = [int(one.tag[1]) for one in tree(text).xpath("//h1|//h2|//h3|//h4|//h5|//h6")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_no_heading_and_no_link_is_empty(text):
    for one in tree(text).xpath("//h1|//h2|//h3|//h4|//h5|//h6|//a|//caption|//th|//summary|//dt|//dd"):
        assert words_of(one), one.tag


def test_landmarks_language_and_a_way_past_the_contents(text):
    root = tree(text)
    assert root.get("lang") in LANGUAGES
    for landmark in ("header", "nav", "main", "footer"):
        assert len(root.xpath(f"//body/{landmark}")) == 1, landmark
    assert root.xpath("//nav/@aria-label")
    first = root.xpath("//body//a")[0]
    assert first.get("href") == f"#{root.xpath('//main/@id')[0]}"


def test_the_contents_lead_to_every_part(text):
    root = tree(text)
    parts = [one.getparent().get("id") for one in root.xpath("//main//h2")]
    assert [x.removeprefix("#") for x in root.xpath("//nav/ol/li/a/@href")] == parts


def test_tables_have_a_caption_and_say_what_heads_what(text):
    tables = tree(text).xpath("//table")
    assert len(tables) > 5
    for table in tables:
        assert len(table.xpath("./caption")) == 1
        columns = table.xpath("./thead/tr/th[@scope='col']")
        for row in table.xpath("./tbody/tr"):
            assert len(row.xpath("./th[@scope='row']")) == 1
            assert len(row) == len(columns)
        region = table.getparent()
        assert (region.get("role"), region.get("tabindex")) == ("region", "0")
        assert words_of(table.xpath("./caption")[0]) in region.get("aria-label")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_figure_is_named_by_its_finding(lang):
    root = tree(markup(lang))
    expected = [finding(shop(), name, lang) for name in drawable(shop())]
    assert len(expected) >= 4
    assert named_figures(root) == expected
    headings = [words_of(one) for one in root.xpath("//section[@id='figures']/section/h3")]
    assert headings == expected
    assert [words_of(one) for one in root.xpath("//section[@id='summary']//ul/li")] == expected


@pytest.mark.parametrize("lang", LANGUAGES)
def test_figures_of_a_study_are_named_by_their_findings(lang):
    root = tree(study_markup(lang))
    assert named_figures(root)[0] == finding_of(draw_study(compared(), "comparison", lang))
    assert len(named_figures(root)) == 1 + 3 * len(compared().runs)


def named_figures(root) -> list[str]:
    """The accessible names of the figures."""
    names = []
    for svg in root.xpath("//svg"):
        assert svg.get("role") == "img"
        (name,) = root.xpath("//*[@id=$id]", id=svg.get("aria-labelledby"))
        (about,) = root.xpath("//*[@id=$id]", id=svg.get("aria-describedby"))
        assert (name.tag, about.tag) == ("title", "desc")
        assert words_of(about)
        names.append(words_of(name))
    return names


def test_without_script_there_is_no_button_that_does_nothing(text):
    assert tree(text).xpath("//button") == []


def test_only_columns_with_something_to_go_by_can_be_sorted(text):
    for table in tree(text).xpath("//table"):
        rows = table.xpath("./tbody/tr[not(@class='total')]")
        for i, column in enumerate(table.xpath("./thead/tr/th")):
            kind = column.get("data-sort")
            if kind is not None:
                assert len(rows) > 1
            if kind == "number":
                assert any(row[i].get("data-key") is not None for row in rows)


def test_the_script_is_the_one_that_the_policy_allows(text):
    import base64
    import hashlib

    root = tree(text)
    (script,) = root.xpath("//script")
    policy = root.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    assert base64.b64encode(hashlib.sha256(script.text.encode()).digest()).decode() in policy
    assert policy.startswith("default-src 'none'")


def test_scenarios_of_a_study_can_be_reached_from_contents_summary_and_tables():
    root = tree(study_markup("en"))
    for i, name in enumerate(compared().runs, 1):
        assert name in words_of(root.xpath(f"//section[@id='scenario-{i}']/h3")[0])
        assert root.xpath(f"//nav//a[@href='#scenario-{i}']")
        assert root.xpath(f"//section[@id='summary']//a[@href='#scenario-{i}']")
    assert set(root.xpath("//section[@id='comparison']//tbody//a/@href")) == {
        "#scenario-1",
        "#scenario-2",
        "#scenario-3",
    }
