"""What a deck looks like: a corporate template's layouts, fonts and colours, or the plain design of this program."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree
from pptx import Presentation
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.exc import PackageNotFoundError
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml.ns import qn
from pptx.util import Emu, Inches

from simulator.reporting import style
from simulator.reporting.deck.box import Box

LATIN, EAST_ASIAN = "Arial", "Yu Gothic"
"""Fonts of the plain design; both come with Windows and with Office for the Mac."""
ACCENTS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
SLIDE = (13.333, 7.5)
MARGIN = 0.045
"""Of the slide's width, where a template does not say."""
INSET = 7.2
"""Inner margin at the sides of a title, in points: PowerPoint's own. The body begins where the title's text does."""
SMALLEST_BODY = 0.55
"""Share of the slide's height that must be left below a title; else the title is moved up."""

_TITLES = (PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE)
_FOOT = (PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER)
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"


class WrongTemplate(Exception):  # noqa: N818  (it reads as the sentence it is)
    """A template that cannot be used; the message says why and what would be right."""


@dataclass(frozen=True)
class Design:
    """An empty presentation and what is needed to fill it.

    Attributes
    ----------
    presentation
        python-pptx's presentation, without slides
    cover, content
        the layouts of the first slide and of all others
    size
        width and height of a slide, in points
    title, body
        where the title and everything else of a content slide stand
    east_asian
        the font of Japanese characters
    accents
        six colours of the theme, as hex values
    title_size
        size of titles in the template, in points
    """

    presentation: Any
    cover: Any
    content: Any
    size: tuple[float, float]
    title: Box
    body: Box
    number: Any
    east_asian: str
    accents: tuple[str, ...]
    title_size: float
    moved_title: bool


def design(template: Path | None) -> Design:
    """The design of a template, or the plain one.

    Raises
    ------
    WrongTemplate
        if there is no such file, it is not a PowerPoint presentation, or it has no layout.
    """
    presentation = _plain() if template is None else _opened(template)
    if not presentation.slide_layouts:
        raise WrongTemplate(f"{template} has no slide layout; give a presentation with at least one")
    _drop_slides(presentation)
    width, height = (float(Emu(x).pt) for x in (presentation.slide_width, presentation.slide_height))
    content = _content_layout(presentation)
    placed = _title_box(content)
    foot = _foot(content, height)
    top = MARGIN * height
    moved = placed is None or foot - placed.bottom < SMALLEST_BODY * height or placed.width < 0.4 * width
    title = Box(MARGIN * width, top, (1 - 2 * MARGIN) * width, 0.13 * height) if moved or placed is None else placed
    inner = title.width - 2 * INSET
    body = Box(title.left + INSET, title.bottom + 0.012 * height, inner, 0.0)
    body = body._replace(height=foot - body.top)
    theme = _theme(presentation)
    return Design(
        presentation=presentation,
        cover=_cover_layout(presentation) or content,
        content=content,
        size=(width, height),
        title=title,
        body=body,
        number=next((x for x in content.placeholders if _type(x) == PP_PLACEHOLDER.SLIDE_NUMBER), None),
        east_asian=_fill_east_asian(theme),
        accents=_accents(theme),
        title_size=_title_size(presentation, content),
        moved_title=moved,
    )


def _opened(path: Path) -> Any:
    try:
        return Presentation(str(path))
    except PackageNotFoundError:
        what = "is not a PowerPoint presentation" if path.is_file() else "is not there"
    except (ValueError, KeyError) as error:
        what = f"is not a .pptx presentation ({error})"
    except OSError as error:
        what = f"cannot be read ({error.strerror})"
    raise WrongTemplate(f"{path} {what}; give a .pptx file (a .potx is saved as .pptx in PowerPoint)")


def _plain() -> Any:
    """A presentation of 16:9 with the fonts and colours of the figures."""
    presentation = Presentation()
    old = presentation.slide_width
    presentation.slide_width, presentation.slide_height = Inches(SLIDE[0]), Inches(SLIDE[1])
    stretch = presentation.slide_width / old
    for holder in (presentation.slide_master, *presentation.slide_layouts):
        for shape in holder.placeholders:
            own = shape._element.spPr.find(qn("a:xfrm"))
            if own is not None:
                shape.left, shape.width = int(shape.left * stretch), int(shape.width * stretch)
    title = next(x for x in presentation.slide_master.placeholders if _type(x) in _TITLES)
    title.left, title.top = Inches(0.6), Inches(0.35)
    title.width, title.height = Inches(SLIDE[0] - 1.2), Inches(0.95)
    styles = presentation.slide_master._element.find(qn("p:txStyles"))
    level = styles.find(qn("p:titleStyle")).find(qn("a:lvl1pPr"))
    level.set("algn", "l")
    level.find(qn("a:defRPr")).set("sz", "2400")
    _set_theme(presentation)
    return presentation


def _set_theme(presentation: Any) -> None:
    part = presentation.slide_master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
    root = etree.fromstring(part.blob)
    for kind in ("majorFont", "minorFont"):
        fonts = root.find(f".//{{{_A}}}{kind}")
        fonts.find(f"{{{_A}}}latin").set("typeface", LATIN)
        fonts.find(f"{{{_A}}}ea").set("typeface", EAST_ASIAN)
    scheme = root.find(f".//{{{_A}}}clrScheme")
    colours = {"dk1": style.INK, "dk2": style.BALANCE, "lt2": "#F2F4F6"}
    colours |= {f"accent{i}": colour for i, colour in enumerate(ACCENTS, start=1)}
    for name, colour in colours.items():
        holder = scheme.find(f"{{{_A}}}{name}")
        for old in list(holder):
            holder.remove(old)
        etree.SubElement(holder, f"{{{_A}}}srgbClr").set("val", colour.lstrip("#"))
    part._blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _theme(presentation: Any) -> Any:
    try:
        return presentation.slide_master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
    except KeyError:
        return None


def _fill_east_asian(part: Any) -> str:
    """The theme's East Asian font; a theme without one gets this program's, so that Japanese has a font everywhere."""
    if part is None:
        return EAST_ASIAN
    root = etree.fromstring(part.blob)
    found = ""
    for kind in ("minorFont", "majorFont"):
        font = root.find(f".//{{{_A}}}{kind}/{{{_A}}}ea")
        if font is None:
            continue
        found = found or font.get("typeface", "")
        if not font.get("typeface"):
            font.set("typeface", found or EAST_ASIAN)
    part._blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return found or EAST_ASIAN


def _accents(part: Any) -> tuple[str, ...]:
    if part is None:
        return ACCENTS
    scheme = etree.fromstring(part.blob).find(f".//{{{_A}}}clrScheme")
    found = []
    for i, usual in enumerate(ACCENTS, start=1):
        holder = None if scheme is None else scheme.find(f"{{{_A}}}accent{i}/{{{_A}}}srgbClr")
        found.append(usual if holder is None else f"#{holder.get('val').upper()}")
    return tuple(found)


def _drop_slides(presentation: Any) -> None:
    ids = presentation.slides._sldIdLst
    for one in list(ids):
        presentation.part.drop_rel(one.rId)
        ids.remove(one)


def _type(placeholder: Any) -> Any:
    return placeholder.placeholder_format.type


def _content_layout(presentation: Any) -> Any:
    """The layout with a title and the least besides: 'title only', by the types of its placeholders."""

    def others(layout: Any) -> int:
        return sum(_type(x) not in (*_TITLES, *_FOOT) for x in layout.placeholders)

    titled = [x for x in presentation.slide_layouts if any(_type(y) == PP_PLACEHOLDER.TITLE for y in x.placeholders)]
    titled = titled or [x for x in presentation.slide_layouts if any(_type(y) in _TITLES for y in x.placeholders)]
    return min(titled or presentation.slide_layouts, key=others)


def _cover_layout(presentation: Any) -> Any:
    """The layout with a centred title, or with a title and a subtitle."""
    for wanted in (PP_PLACEHOLDER.CENTER_TITLE, PP_PLACEHOLDER.SUBTITLE):
        for layout in presentation.slide_layouts:
            types = [_type(x) for x in layout.placeholders]
            if wanted in types and any(x in _TITLES for x in types):
                return layout
    return None


def box_of(shape: Any) -> Box | None:
    """Where a shape stands, in points; None if it does not say."""
    sides = (shape.left, shape.top, shape.width, shape.height)
    return None if any(x is None for x in sides) else Box(*(float(Emu(x).pt) for x in sides))


def _title_box(layout: Any) -> Box | None:
    title = next((x for x in layout.placeholders if _type(x) in _TITLES), None)
    return None if title is None else box_of(title)


def _foot(layout: Any, height: float) -> float:
    """Where a template's own footer begins: its placeholders, and small marks that stand low on the slide."""
    tops = [0.97 * height]
    for shape in _shapes(layout):
        box = box_of(shape)
        if box is None or box.top < 0.6 * height:
            continue
        if shape.is_placeholder and _type(shape) not in _FOOT:
            continue
        if box.height < 0.25 * height:
            tops.append(box.top)
    return min(tops)


def _shapes(layout: Any) -> list[Any]:
    own = list(layout.shapes)
    return own + [x for x in layout.slide_master.shapes if not x.is_placeholder]


def _title_size(presentation: Any, layout: Any) -> float:
    """The size of titles that the template states, in points; 24 where it does not."""
    for element in (layout._element, presentation.slide_master._element):
        for properties in element.iter(qn("p:titleStyle"), qn("p:sp")):
            holder = properties.find(f".//{qn('p:ph')}")
            if properties.tag == qn("p:sp") and (holder is None or holder.get("type") not in ("title", "ctrTitle")):
                continue
            sized = [x.get("sz") for x in properties.iter(qn("a:defRPr")) if x.get("sz")]
            if sized:
                return float(int(sized[0]) / 100)
    return 24.0


def add_number(design_: Design, slide: Any) -> bool:
    """Puts the template's slide number on a slide; False if its layout has none."""
    if design_.number is None:
        return False
    number = copy.deepcopy(design_.number._element)
    number.nvSpPr.cNvPr.set("id", str(slide.shapes._next_shape_id))  # of the layout's there may be another
    slide.shapes._spTree.append(number)
    return True
