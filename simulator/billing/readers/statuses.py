"""What a status says about a period: paying, on trial, paused, unpaid, or over."""

from __future__ import annotations

import polars as pl

from simulator.billing.cells.blanks import blank
from simulator.billing.items import ACTIVE, PAUSED, TRIAL, UNPAID
from simulator.billing.table import column_name

ENDED = "ended"  # no status of an item: the period is over
_WORDS = {
    ACTIVE: ("active", "live", "free", "non_renewing", "in_good_standing", "有効", "契約中", "利用中", "無料", "継続"),
    TRIAL: ("trial", "trialing", "trialling", "in_trial", "トライアル", "トライアル中", "試用", "試用中", "無料期間"),
    PAUSED: ("paused", "on_hold", "suspended", "休止", "休止中", "一時停止", "停止中"),
    UNPAID: ("unpaid", "past_due", "overdue", "delinquent", "未払い", "未払", "滞納", "延滞"),
    ENDED: (
        *("ended", "canceled", "cancelled", "churned", "expired", "inactive", "terminated", "closed"),
        *("解約", "解約済", "解約済み", "終了", "退会", "退会済", "退会済み"),
    ),
}
_STATUS = {word: status for status, words in _WORDS.items() for word in words}


def read_statuses(cells: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Return each cell's status (of items.STATUSES, or `ENDED`; null: blank or unknown) and which are unknown."""
    empty = blank(cells)
    known = {cell: _STATUS.get(column_name(cell)) for cell in cells.filter(~empty).unique()}
    status = cells.replace_strict(
        {cell: word for cell, word in known.items() if word}, default=None, return_dtype=pl.String
    )
    return status, ~empty & status.is_null()
