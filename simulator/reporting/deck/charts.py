"""Native, editable charts: stacked columns or areas with lines over them, from the numbers of the tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from lxml import etree
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_LEGEND_POSITION, XL_TICK_LABEL_POSITION
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Pt

from simulator.reporting import fonts, numbers, style
from simulator.reporting.axes import tick_places
from simulator.reporting.deck import measure, writing
from simulator.reporting.deck.box import Box
from simulator.reporting.deck.page import Page, describe, emu
from simulator.reporting.deck.writing import Paragraph
from simulator.reporting.words import word

TYPES = {
    "column": XL_CHART_TYPE.COLUMN_STACKED,
    "grouped": XL_CHART_TYPE.COLUMN_CLUSTERED,
    "area": XL_CHART_TYPE.AREA_STACKED,
    "bar": XL_CHART_TYPE.BAR_CLUSTERED,
    "line": XL_CHART_TYPE.LINE,
}
MONTH_FORMAT = {"en": "yyyy\\-mm", "ja": "yyyy\\年m\\月"}
TEXT, SMALLEST_TEXT = 11.0, 8.0
GRID_COLOUR = "#D9D9D9"


@dataclass(frozen=True)
class Series:
    """Numbers by category, None where there is none. Without a colour it is not seen and not in the legend."""

    name: str
    values: Sequence[float | None]
    colour: str | None = None
    dash: bool = False
    width: float = 2.5
    labels: Sequence[str] = ()


@dataclass(frozen=True)
class Months:
    """Months 'YYYY-MM' as categories: an axis of dates."""

    texts: Sequence[str]

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def dates(self) -> list[date]:
        """The first day of each month."""
        return [date(*numbers.split_month(text), 1) for text in self.texts]


@dataclass(frozen=True)
class Chart:
    """A chart of one kind (see TYPES) with `lines` drawn over it.

    `labels` of a series are written at its points. `axis` says what is measured, with its unit.
    """

    kind: str
    categories: Sequence[str] | Months
    series: Sequence[Series]
    axis: str
    number_format: str
    lines: Sequence[Series] = ()
    limits: tuple[float, float] | None = None
    legend: bool = True
    gap: int = 40


@dataclass(frozen=True)
class MoneyUnit:
    """The unit of a money chart: amounts are divided by `scale.factor`."""

    scale: numbers.Scale
    name: str
    number_format: str

    def of(self, amounts: Sequence[float | None]) -> list[float | None]:
        """The amounts in this unit."""
        return [None if x is None else x / self.scale.factor for x in amounts]


def money_unit(amounts: Sequence[float | None], code: str, lang: str) -> MoneyUnit:
    """The unit in which the largest of the amounts has at least one digit, and how its numbers are written."""
    largest = max((abs(x) for x in amounts if x is not None), default=0.0)
    scale = numbers.scale_for(largest, lang)
    digits = 0 if largest >= 20 * scale.factor else 1 if largest >= 2 * scale.factor or scale.factor == 1 else 2
    return MoneyUnit(scale, numbers.unit(scale, code, lang), number_format(lang, digits))


def number_format(lang: str, digits: int = 0, suffix: str = "") -> str:
    """The format of numbers in a chart; negative ones as the language writes them."""
    shape = "#,##0" + ("." + "0" * digits if digits else "") + suffix
    return f"{shape};\\{word('format.minus', lang)}{shape}"


def percent_format(lang: str, digits: int = 1) -> str:
    """The format of rates in a chart."""
    return number_format(lang, digits, "%").replace("#,##0", "0")


def add(page: Page, box: Box, chart: Chart, alt: str) -> Any:
    """Puts the chart into the box, what it measures above it; `alt` says what it shows."""
    if chart.axis:
        head, box = box.below(measure.height(1, 12.0, page.lang), 2.0)
        page.text(head, [Paragraph(measure.shorten(chart.axis, 12.0, head.width, 1), 12.0, soft=True)])
    data = CategoryChartData(number_format=chart.number_format)
    if isinstance(chart.categories, Months):
        data.categories = chart.categories.dates
        data.categories.number_format = MONTH_FORMAT[page.lang]
    else:
        data.categories = [fonts.showable(x, 60) for x in chart.categories]
    for one in (*chart.series, *chart.lines):
        data.add_series(fonts.showable(one.name, 60), [_plain(x) for x in one.values])
    frame = page.slide.shapes.add_chart(TYPES[chart.kind], *emu(box), data)
    made = frame.chart
    made.font.size = Pt(TEXT)
    made.has_title = False
    _axes(made, chart, page, box)
    for one, series in zip((*chart.series, *chart.lines), _series_elements(made), strict=True):
        _paint(series, one, line=chart.kind == "line" or one in chart.lines)
    if chart.kind in ("column", "grouped", "bar"):
        made.plots[0].gap_width = chart.gap
    if chart.kind == "column":
        made.plots[0].overlap = 100
    _lines_over(made, len(chart.series), bool(chart.lines))
    _legend(made, chart)
    _labels(made, chart, page)
    _name_fonts(made, page)
    describe(frame, alt)
    return frame


def band(low: Sequence[float | None], high: Sequence[float | None], name: str, colour: str) -> list[Series]:
    """Two stacked areas that show the band between low and high: the lower one is not seen."""
    width = [None if a is None or b is None else b - a for a, b in zip(low, high, strict=True)]
    return [Series(f"{name} ↓", low), Series(name, width, colour)]


def _plain(value: float | None) -> float | None:
    return None if value is None else float(value)


def _series_elements(made: Any) -> list[Any]:
    return list(made._chartSpace.iter(qn("c:ser")))


def _axes(made: Any, chart: Chart, page: Page, box: Box) -> None:
    value, category = made.value_axis, made.category_axis
    value.has_major_gridlines = True
    value.major_gridlines.format.line.color.rgb = _rgb(GRID_COLOUR)
    value.major_gridlines.format.line.width = Pt(0.5)
    value.format.line.fill.background()
    value.tick_labels.number_format = chart.number_format
    value.tick_labels.number_format_is_linked = False
    known = [x for one in (*chart.series, *chart.lines) for x in one.values if x is not None]
    low, high = chart.limits or _span(chart, known)
    places = tick_places(low, high, 6)
    value.minimum_scale, value.maximum_scale = places[0], places[-1]
    value.major_unit = places[1] - places[0]
    category.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    category.has_major_gridlines = False
    category.format.line.color.rgb = _rgb(style.SOFT_INK)
    for axis in (value, category):
        axis.tick_labels.font.size = Pt(TEXT)
    if chart.kind == "bar":
        category.reverse_order = True
        value.tick_label_position = XL_TICK_LABEL_POSITION.HIGH
        return
    if isinstance(chart.categories, Months):
        _month_axis(category, chart.categories, page, box)
        return
    body = category._element.find(qn("c:txPr")).find(qn("a:bodyPr"))
    body.set("rot", "0")
    body.set("vert", "horz")
    category.tick_labels.font.size = Pt(_label_size(chart.categories, box))


def _span(chart: Chart, known: Sequence[float]) -> tuple[float, float]:
    """The lowest and highest point that is drawn: stacks are summed; zero is always in it."""
    low, high = min([0.0, *known]), max([0.0, *known])
    if chart.kind in ("column", "area"):
        for k in range(len(chart.categories)):
            parts = [one.values[k] or 0.0 for one in chart.series]
            if chart.kind == "area":
                low, high = min(low, sum(parts)), max(high, sum(parts))
            else:
                low = min(low, sum(x for x in parts if x < 0))
                high = max(high, sum(x for x in parts if x > 0))
    return low, high


def _month_axis(axis: Any, months: Months, page: Page, box: Box) -> None:
    """Months in their format, a label every so many that they fit beside each other."""
    axis.tick_labels.number_format = MONTH_FORMAT[page.lang]
    axis.tick_labels.number_format_is_linked = False
    widest = max(measure.width(numbers.month(text, page.lang), TEXT) for text in months.texts) + 16.0
    most = max(int((box.width - 60.0) // widest), 1)
    step = next((s for s in (1, 2, 3, 6, 12, 24, 36, 60) if -(-len(months) // s) <= most), 120)
    element = axis._element
    for name in ("c:baseTimeUnit", "c:majorUnit", "c:majorTimeUnit", "c:minorUnit", "c:minorTimeUnit"):
        for old in element.findall(qn(name)):
            element.remove(old)
    for name, value in (("c:baseTimeUnit", "months"), ("c:majorUnit", str(step)), ("c:majorTimeUnit", "months")):
        etree.SubElement(element, qn(name)).set("val", value)


def _label_size(labels: Sequence[str], box: Box) -> float:
    """The size in which the longest word of the labels fits below its column."""
    slot = 0.94 * (box.width - 50.0) / max(len(labels), 1)
    size = TEXT
    while size > SMALLEST_TEXT and any(
        measure.width(part, size) > slot for label in labels for part in label.split() if part.isascii()
    ):
        size -= 0.5
    return size


def _paint(series: Any, one: Series, *, line: bool) -> None:
    """The look of a series, as shape properties after its name."""
    for old in series.findall(qn("c:spPr")):
        series.remove(old)
    if one.colour is None:
        inner = "<a:noFill/><a:ln><a:noFill/></a:ln>"
    elif line:
        dash = '<a:prstDash val="dash"/>' if one.dash else ""
        inner = (
            f'<a:ln w="{int(one.width * 12700)}" cap="rnd"><a:solidFill><a:srgbClr val="{one.colour.lstrip("#")}"/>'
            f"</a:solidFill>{dash}<a:round/></a:ln>"
        )
    else:
        inner = f'<a:solidFill><a:srgbClr val="{one.colour.lstrip("#")}"/></a:solidFill><a:ln><a:noFill/></a:ln>'
    properties = parse_xml(f"<c:spPr {nsdecls('c', 'a')}>{inner}</c:spPr>")
    series.find(qn("c:tx")).addnext(properties)
    if line:
        for name in ("c:marker", "c:smooth", "c:invertIfNegative"):
            for old in series.findall(qn(name)):
                series.remove(old)
        properties.addnext(parse_xml(f'<c:marker {nsdecls("c")}><c:symbol val="none"/></c:marker>'))
        series.append(parse_xml(f'<c:smooth {nsdecls("c")} val="0"/>'))


def _lines_over(made: Any, first: int, any_lines: bool) -> None:
    """Moves the series from number `first` on to a line chart on the same axes."""
    if not any_lines:
        return
    plot = next(x for x in made._chartSpace.iter() if x.tag in (qn("c:barChart"), qn("c:areaChart"), qn("c:lineChart")))
    if plot.tag == qn("c:lineChart"):
        return
    lines = parse_xml(
        f'<c:lineChart {nsdecls("c")}><c:grouping val="standard"/><c:varyColors val="0"/><c:marker val="1"/>'
        f"</c:lineChart>"
    )
    marker = lines.find(qn("c:marker"))
    for series in plot.findall(qn("c:ser"))[first:]:
        marker.addprevious(series)
    for axis in plot.findall(qn("c:axId")):
        own = etree.SubElement(lines, qn("c:axId"))
        own.set("val", axis.get("val"))
    plot.addnext(lines)


def _legend(made: Any, chart: Chart) -> None:
    every = (*chart.series, *chart.lines)
    seen = [one for one in every if one.colour is not None]
    made.has_legend = chart.legend and len(seen) > 1
    if not made.has_legend:
        return
    made.legend.position = XL_LEGEND_POSITION.BOTTOM
    made.legend.include_in_layout = False
    made.legend.font.size = Pt(TEXT)
    place = made.legend._element.find(qn("c:legendPos"))
    for i, one in reversed(list(enumerate(every))):
        if one.colour is None:
            place.addnext(
                parse_xml(f'<c:legendEntry {nsdecls("c")}><c:idx val="{i}"/><c:delete val="1"/></c:legendEntry>')
            )


def _labels(made: Any, chart: Chart, page: Page) -> None:
    """Writes the labels of the series that have them at their points."""
    drawn = [series for plot in made.plots for series in plot.series]
    for one, series in zip((*chart.series, *chart.lines), drawn, strict=True):
        for i, text in enumerate(one.labels):
            if not text:
                continue
            label = series.points[i].data_label
            frame = label.text_frame
            frame.text = writing.clean(text)
            for run in frame.paragraphs[0].runs:
                run.font.size = Pt(TEXT)
            grouped = chart.kind in ("grouped", "bar") and one in chart.series
            label.position = XL_LABEL_POSITION.OUTSIDE_END if grouped else XL_LABEL_POSITION.ABOVE


def _name_fonts(made: Any, page: Page) -> None:
    for properties in made._chartSpace.iter(qn("a:defRPr"), qn("a:rPr"), qn("a:endParaRPr")):
        if properties.tag != qn("a:defRPr"):
            properties.set("lang", writing.LANGUAGE_TAGS[page.lang])
        writing.name_fonts(properties, page.east_asian)


def _rgb(colour: str) -> Any:
    from pptx.dml.color import RGBColor

    return RGBColor.from_string(colour.lstrip("#"))
