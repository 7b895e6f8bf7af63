"""Figures inside HTML: no identifier twice on a page, no address of any kind, a name and a description to be read."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from xml.etree import ElementTree

from markupsafe import Markup
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_SVG = "{http://www.w3.org/2000/svg}"
_DROPPED = ("metadata", "style", "title")


def finding_of(figure: Figure) -> str:
    """The sentence that a figure shows."""
    return str(getattr(figure, "finding", ""))


def inline(figure: Figure, prefix: str, description: str) -> Markup:
    """The figure as an element of HTML, its finding as accessible name.

    Its title is left out of the picture, which is cut to what remains: on the page the finding is a heading.
    All identifiers begin with `prefix`.
    """
    top = _below_title(figure)
    with io.StringIO() as file:
        figure.savefig(file, format="svg")
        root = ElementTree.fromstring(file.getvalue())
    kept = []
    for parent in root.iter():
        for child in list(parent):
            if _plain(child.tag) in _DROPPED or child.get("id") == "title":
                kept += child.findall(f".//{_SVG}defs")  # glyphs stand where they are first used
                parent.remove(child)
    root.extend(kept)
    used = set(_used(root))
    for element in root.iter():
        element.tag = _plain(element.tag)
        if element.get("id") not in used:  # names of groups, some of them given twice
            element.attrib.pop("id", None)
        element.attrib = dict(_attributes(element.attrib.items(), prefix))
    left, up, width, height = (float(part) for part in root.attrib["viewBox"].split())
    cut = top * height
    root.attrib = {
        "viewBox": f"{left:g} {up + cut:g} {width:g} {height - cut:g}",
        "role": "img",
        "aria-labelledby": f"{prefix}-name",
        "aria-describedby": f"{prefix}-about",
        "focusable": "false",
        # matplotlib says this in a style sheet for every element, which on a page would reach beyond the figure
        "style": "stroke-linejoin: round; stroke-linecap: butt",
    }
    for place, (tag, text) in enumerate((("title", finding_of(figure)), ("desc", description))):
        element = ElementTree.Element(tag, {"id": f"{prefix}-{'name' if tag == 'title' else 'about'}"})
        element.text = text
        root.insert(place, element)
    return Markup(ElementTree.tostring(root, encoding="unicode"))


def _plain(tag: str) -> str:
    """A name without its namespace: HTML knows the elements of SVG by itself."""
    return tag.rpartition("}")[2]


def _used(root: ElementTree.Element) -> Iterator[str]:
    """The identifiers that something in the figure refers to."""
    for element in root.iter():
        for key, value in element.attrib.items():
            if _plain(key) == "href":
                yield value.removeprefix("#")
            yield from _REFERENCE.findall(value)


def _attributes(attributes: Iterable[tuple[str, str]], prefix: str) -> Iterable[tuple[str, str]]:
    for key, value in attributes:
        name = _plain(key)
        if name == "id":
            yield name, f"{prefix}-{value}"
        elif name == "href":
            yield name, f"#{prefix}-{value.removeprefix('#')}"
        else:
            yield name, _REFERENCE.sub(rf"url(#{prefix}-\1)", " ".join(value.split()))


def _below_title(figure: Figure) -> float:
    """How far from the top the title of a figure reaches, as a share of the height; 0 without one."""
    titles = [text for text in figure.texts if text.get_gid() == "title"]
    canvas = figure.canvas
    if not titles or not isinstance(canvas, FigureCanvasAgg):
        return 0.0
    lowest = min(text.get_window_extent(canvas.get_renderer()).y0 for text in titles)
    return float(1.0 - lowest / figure.bbox.height)
