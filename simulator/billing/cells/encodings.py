"""Which encoding a file is in: found by what decodes and reads like text, said, and refused where two fit."""

from __future__ import annotations

import codecs
import re

from simulator.billing.errors import BillingError

# What a file begins with that is no delimited text, and what its owner can do.
_MAGIC = (
    (b"PK\x03\x04", "an Excel workbook or a ZIP archive", "save the sheet as CSV (UTF-8)"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls)", "save the sheet as CSV (UTF-8)"),
    (b"\x1f\x8b", "compressed (gzip)", "unpack it first"),
    (b"\x28\xb5\x2f\xfd", "compressed (zstd)", "unpack it first"),
    (b"%PDF", "a PDF", "ask the billing system for CSV"),
    (b"\x89PNG", "a picture", "give the export itself"),
    (b"{", "JSON", "ask the billing system for CSV or Parquet"),
    (b"[{", "JSON", "ask the billing system for CSV or Parquet"),
    (b"<", "HTML or XML", "ask the billing system for CSV or Parquet"),
)

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

NAMES = {
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "utf-32-le": "UTF-32",
    "utf-32-be": "UTF-32",
    "cp932": "CP932 (Shift-JIS)",
    "euc_jp": "EUC-JP",
    "iso2022_jp": "ISO-2022-JP",
    "cp1252": "Windows-1252",
}

# Letters that text in these encodings is mostly made of. Half-width katakana is left out: anything decodes to it.
_USUAL = {
    "cp932": r"[\u3000-\u30ff\uff01-\uff5e\u4e00-\u9fff]",
    "euc_jp": r"[\u3000-\u30ff\uff01-\uff5e\u4e00-\u9fff]",
    "cp1252": r"(?<![\u0080-\uffff])[À-ÖØ-öø-ÿŒœŠšŽžŸ€£¥§°–—‘’“” ](?![\u0080-\uffff])",
}
_SAMPLE = 200_000


def decode(data: bytes, name: str, encoding: str | None = None) -> tuple[bytes, str | None]:
    """Return a text file's bytes as UTF-8 without a byte-order mark, and the encoding where it was not UTF-8.

    Raises
    ------
    BillingError
        if it is no text, if it does not decode as declared, or if it is not clear in which encoding it is.
    """
    for magic, what, mend in _MAGIC:
        if data.lstrip(b" \t\r\n\xef\xbb\xbf").startswith(magic):
            raise BillingError(f"{name}: this is {what}, not a table of delimited text; {mend}")
    if encoding is not None:
        return _declared(data, name, encoding)
    for bom, known in _BOMS:
        if data.startswith(bom):
            body = data[len(bom) :]
            if known == "utf-8":
                _check_no_nul(body, name)
                _check_utf8(body, name)
                return body, None
            return _declared(body, name, known)
    if b"\0" in data[:_SAMPLE]:
        return _utf16_without_mark(data, name)
    _check_no_nul(data, name)
    if b"\x1b$" in data[:_SAMPLE] or b"\x1b(" in data[:_SAMPLE]:
        return _declared(data, name, "iso2022_jp")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return _declared(data, name, _guess(data, name))
    return data, None


def _declared(data: bytes, name: str, encoding: str) -> tuple[bytes, str | None]:
    try:
        codec = codecs.lookup(encoding).name
    except LookupError:
        raise BillingError(
            f"{name}: there is no encoding {encoding!r}; for instance utf-8, utf-16, cp932, euc_jp, cp1252"
        ) from None
    codec = {"shift_jis": "cp932"}.get(codec, codec)  # what is called Shift-JIS is nearly always CP932
    try:
        text = data.decode(codec)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise BillingError(
            f"{name}, line {line}: the byte 0x{data[error.start]:02X} is not {NAMES.get(codec, codec)}; "
            f"save the file as UTF-8, or give --encoding"
        ) from None
    text = text.removeprefix("\ufeff")
    if "\0" in text:
        raise BillingError(f"{name}: this is no text: it holds zero bytes; give the export as CSV or Parquet")
    return text.encode("utf-8"), None if codec == "utf-8" else codec


def _check_no_nul(data: bytes, name: str) -> None:
    at = data.find(b"\0")
    if at >= 0:
        line = data[:at].count(b"\n") + 1
        raise BillingError(
            f"{name}, line {line}: this is no text: it holds a zero byte; give the export as CSV or Parquet"
        )


def _check_utf8(data: bytes, name: str) -> None:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise BillingError(
            f"{name}, line {line}: the file begins as UTF-8, but the byte 0x{data[error.start]:02X} here is not; "
            f"export it again, or give --encoding"
        ) from None


def _utf16_without_mark(data: bytes, name: str) -> tuple[bytes, str]:
    """Decode text in which every other byte is zero; anything else with zero bytes is no text."""
    sample = data[:_SAMPLE]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = len(sample) // 2
    for codec, zeros, others in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if zeros > 0.3 * half and others < 0.01 * half:
            text, _ = _declared(data, name, codec)
            return text, codec
    raise BillingError(f"{name}: this is no text: it holds zero bytes; give the export as CSV or Parquet")


def _guess(data: bytes, name: str) -> str:
    """Return the encoding in which text that is not UTF-8 reads like text.

    Each candidate must decode the whole file; what counts is the share of its characters beyond ASCII that text in
    that encoding is made of. The best must be clearly better than the next.
    """
    scores: dict[str, float] = {}
    for codec, usual in _USUAL.items():
        try:
            text = data.decode(codec)
        except UnicodeDecodeError:
            continue
        beyond = [c for c in text[:_SAMPLE] if ord(c) > 127] or [c for c in text if ord(c) > 127]
        good = len(re.findall(usual, text[:_SAMPLE])) or len(re.findall(usual, text))
        scores[codec] = good / len(beyond)
    ranked = sorted(scores, key=lambda codec: -scores[codec])
    if not ranked or scores[ranked[0]] < 0.5:
        start = _first_beyond_ascii(data)
        line = data[:start].count(b"\n") + 1
        raise BillingError(
            f"{name}, line {line}: the byte 0x{data[start]:02X} is not UTF-8 text, and no other encoding fits; save "
            f"the file as UTF-8, or give --encoding (for instance cp932)"
        )
    if len(ranked) > 1 and scores[ranked[0]] - scores[ranked[1]] < 0.2:
        names = " or ".join(NAMES[codec] for codec in ranked[:2])
        raise BillingError(
            f"{name}: not UTF-8, and it could be {names}; give --encoding {ranked[0]} or --encoding {ranked[1]}"
        )
    return ranked[0]


def _first_beyond_ascii(data: bytes) -> int:
    found = re.search(rb"[\x80-\xff]", data)
    return found.start() if found else 0
