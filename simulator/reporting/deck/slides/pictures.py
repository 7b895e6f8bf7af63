"""Figures that PowerPoint has no chart for, as pictures of twice the slide's resolution."""

from __future__ import annotations

import io

from matplotlib.figure import Figure

from simulator.reporting import style
from simulator.reporting.deck.page import Deck
from simulator.reporting.deck.telling import notes, titled


def add(deck: Deck, figure: Figure, file: str, label: str = "") -> None:
    """One slide: the figure's finding as its title, the figure without title and footnote below."""
    finding = str(getattr(figure, "finding", ""))
    page = deck.page(titled(finding, label, deck.lang), notes(deck, finding, file=file))
    page.picture(page.body, _png(figure), finding)


def _png(figure: Figure) -> bytes:
    """The picture without what the slide says already: its title and its source."""
    for text in figure.texts:
        if text.get_gid() in ("title", "footnote"):
            text.set_visible(False)
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=style.DPI, bbox_inches="tight", pad_inches=0.05)
    return out.getvalue()
