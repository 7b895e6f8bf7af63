"""PNG files: what other programs read from them is what was drawn and told."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from simulator.reporting.figures import draw
from simulator.reporting.png import png
from simulator.reporting.save import save_all
from simulator.reporting.style import DPI
from tests.reporting.cases import CASES

METRE = 1 / 0.0254
TITLES = ["Net new MRR is 1 % of opening MRR", "純新規MRRは月初の1 %", "café 🚀 \\ $x^2$", ""]


def picture(height: int = 7, width: int = 300) -> np.ndarray:
    """Opaque noise, and below it rows that repeat."""
    pixels = np.random.default_rng(1).integers(0, 256, (height, width, 4), dtype=np.uint8)
    pixels[height // 2 :] = pixels[-1, -1]
    pixels[..., 3] = 255
    return pixels


@pytest.mark.parametrize(("height", "width"), [(7, 300), (300, 7), (1, 1), (2, 3)])
def test_the_pixels_are_read_back_as_they_are(height: int, width: int) -> None:
    drawn = picture(height, width)
    for pixels in (drawn, drawn[::-1, ::-1]):  # rows and columns that do not follow each other in memory
        with Image.open(io.BytesIO(png(pixels, DPI, {}))) as read:
            read.verify()  # of all chunks
        with Image.open(io.BytesIO(png(pixels, DPI, {}))) as read:
            assert (read.format, read.mode, read.size) == ("PNG", "RGB", (width, height))
            assert np.array_equal(np.asarray(read), pixels[..., :3])


@pytest.mark.parametrize("title", TITLES)
def test_the_texts_and_the_size_are_read_back(title: str) -> None:
    texts = {"Title": title, "Software": None, "Source": "a second text"}
    for dpi in (DPI, 72.0, 133.7):
        with Image.open(io.BytesIO(png(picture(), dpi, texts))) as read:
            assert read.text == {"Title": title, "Source": "a second text"}  # type: ignore[attr-defined]
            assert read.info["dpi"] == pytest.approx((dpi, dpi), abs=0.5 / METRE)


def test_a_picture_that_is_transparent_in_one_place_is_refused() -> None:
    pixels = picture()
    pixels[3, 100, 3] = 254
    with pytest.raises(ValueError, match="transparent in places; a PNG file of plansim is opaque"):
        png(pixels, DPI, {})
    pixels[..., 3] = 128
    with pytest.raises(ValueError, match="transparent in places"):
        png(pixels, DPI, {})


def test_what_is_written_twice_is_the_same() -> None:
    first, second = (png(picture(), DPI, {"Title": TITLES[1]}) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_file_of_a_figure_has_its_pixels_its_finding_and_its_size(tmp_path: Path, lang: str) -> None:
    result = CASES["few replications"]
    save_all(result, tmp_path, lang)
    figure = draw(result, "bridge", lang)
    with Image.open(tmp_path / "bridge.png") as read:
        assert np.array_equal(np.asarray(read), figure.pixels()[..., :3])  # type: ignore[attr-defined]
        assert read.text == {"Title": figure.finding}  # type: ignore[attr-defined]
        assert read.info["dpi"] == pytest.approx((DPI, DPI), abs=0.02)
    for out in (tmp_path / "again.png", str(tmp_path / "named.png"), io.BytesIO()):
        figure.savefig(out)
        again = out.getvalue() if isinstance(out, io.BytesIO) else Path(out).read_bytes()
        same = again == (tmp_path / "bridge.png").read_bytes()
        assert same


def test_what_users_wish_of_matplotlib_is_done() -> None:
    figure = draw(CASES["few replications"], "closing_mrr")
    modes = {}
    for wish in ("usual", "transparent", "pil_kwargs", "dpi", "bbox_inches", "metadata"):
        value = {"transparent": True, "pil_kwargs": {"compress_level": 1}, "dpi": 50, "bbox_inches": "tight"}
        out = io.BytesIO()
        figure.savefig(out, **({} if wish == "usual" else {wish: value.get(wish, {"Author": "Ada"})}))
        with Image.open(out) as read:
            modes[wish] = (read.mode, read.size, read.text)  # type: ignore[attr-defined]
    title = {"Title": figure.finding}  # type: ignore[attr-defined]
    whole = (2400, 1350)
    assert modes["usual"] == (*modes["metadata"][:2], title) == ("RGB", whole, title)
    assert modes["metadata"][2] == {"Author": "Ada"}
    assert modes["transparent"] == modes["pil_kwargs"] == ("RGBA", whole, title)
    assert modes["dpi"] == ("RGB", (600, 337), title)
    assert modes["bbox_inches"][0] == "RGB"
    assert modes["bbox_inches"][1] < whole
