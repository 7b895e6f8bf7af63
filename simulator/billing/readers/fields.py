"""What the columns of generic files are called: our names, and names that are common in English and in Japanese.

A bare `id` is nobody's: it may be the customer's, the subscription's or the row's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from simulator.billing.errors import BillingError, shown
from simulator.billing.table import Table, column_name

SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "customer_id": (
        *(
            "customer",
            "customer_number",
            "customer_no",
            "customer_code",
            "customer_external_id",
            "client_id",
            "account_id",
        ),
        *("account", "company_id", "organization_id", "organisation_id", "user_id", "member_id"),
        *(
            "顧客ID",
            "顧客番号",
            "顧客コード",
            "顧客",
            "会員ID",
            "会員番号",
            "取引先ID",
            "取引先コード",
            "企業ID",
            "契約者ID",
            "ユーザーID",
        ),
    ),
    "subscription_id": (
        *("subscription", "subscription_number", "contract_id", "contract_number"),
        *("サブスクリプションID", "契約ID", "契約番号", "申込番号"),
    ),
    "item_id": ("subscription_item_id", "line_item_id", "明細ID", "明細番号"),
    "start_date": (
        *("start", "started_at", "start_at", "starts_at", "starts_on", "start_time", "subscription_start"),
        *("subscription_start_date", "contract_start", "contract_start_date", "valid_from", "from_date"),
        *("開始日", "開始日時", "契約開始日", "利用開始日", "課金開始日", "適用開始日"),
    ),
    "end_date": (
        *("end", "ended_at", "end_at", "ends_at", "ends_on", "end_time", "subscription_end", "subscription_end_date"),
        *("contract_end", "contract_end_date", "valid_to", "valid_until", "to_date"),
        *("終了日", "終了日時", "契約終了日", "利用終了日", "課金終了日", "適用終了日"),
    ),
    "cancelled_at": (
        *("canceled_at", "cancellation_date", "cancelled_date", "canceled_date", "cancelled_on", "canceled_on"),
        *(
            "churn_date",
            "churned_at",
            "cancel_requested_at",
            "解約日",
            "解約日時",
            "退会日",
            "解約申込日",
            "解約受付日",
        ),
    ),
    "mrr": (
        *(
            "monthly_recurring_revenue",
            "mrr_amount",
            "monthly_amount",
            "monthly_price",
            "monthly_fee",
            "monthly_charge",
        ),
        *("月額", "月額料金", "月額金額", "月額費用", "月額利用料", "月次経常収益", "月次売上"),
    ),
    "mrr_cents": ("mrr_minor", "mrr_in_cents"),
    "amount": (
        "price",
        "plan_amount",
        "plan_price",
        "billing_amount",
        "total_amount",
        "金額",
        "料金",
        "請求額",
        "請求金額",
        "契約金額",
    ),
    "amount_cents": ("price_cents", "amount_in_cents", "amount_minor"),
    "unit_amount": ("unit_price", "price_per_unit", "price_per_seat", "amount_per_unit", "単価"),
    "unit_amount_cents": ("unit_price_cents", "unit_amount_in_cents"),
    "interval": (
        *(
            "billing_interval",
            "billing_period",
            "billing_frequency",
            "billing_cycle",
            "plan_interval",
            "recurring_interval",
        ),
        *("frequency", "請求間隔", "請求周期", "請求サイクル", "支払間隔", "支払サイクル", "課金周期", "課金間隔"),
    ),
    "interval_count": ("billing_interval_count", "plan_interval_count", "recurring_interval_count", "間隔数"),
    "plan": (
        *("plan_name", "plan_id", "plan_code", "plan_tier", "product", "product_name", "price_id", "tier"),
        *("プラン", "プラン名", "プランID", "契約プラン", "料金プラン", "コース", "商品名"),
    ),
    "quantity": (
        "qty",
        "seats",
        "seat_count",
        "licenses",
        "licences",
        "units",
        "数量",
        "席数",
        "ライセンス数",
        "ユーザー数",
        "アカウント数",
        "ID数",
    ),
    "currency": ("currency_code", "plan_currency", "通貨", "通貨コード"),
    "segment": ("customer_segment", "セグメント", "顧客区分", "顧客セグメント"),
    "discount": ("discount_amount", "monthly_discount", "割引", "割引額", "値引", "値引き", "値引額"),
    "discount_percent": ("percent_off", "discount_rate", "discount_pct", "割引率", "値引率"),
    "discount_end": ("discount_end_date", "discount_ends_at", "discount_until", "割引終了日", "割引期限"),
    "trial_end": ("trial_end_date", "trial_ends_at", "trial_until", "トライアル終了日", "試用終了日", "無料期間終了日"),
    "is_trial": ("trial", "トライアル"),
    "status": ("subscription_status", "state", "ステータス", "状態", "契約状態", "契約ステータス"),
    "metered": ("is_metered", "usage_based", "従量"),
    "reason": ("change_reason", "理由", "変更理由"),
    "end_reason": ("cancellation_reason", "churn_reason", "解約理由", "終了理由"),
    "month": (
        "year_month",
        "snapshot_month",
        "snapshot_date",
        "month_end",
        "date",
        "月",
        "年月",
        "対象月",
        "対象年月",
        "計上月",
        "請求月",
    ),
    "time": (
        *(
            "timestamp",
            "at",
            "occurred_at",
            "event_time",
            "event_date",
            "changed_at",
            "change_date",
            "date",
            "datetime",
        ),
        *("日時", "変更日", "変更日時", "発生日", "発生日時", "日付"),
    ),
    "mrr_before": (
        "before",
        "previous_mrr",
        "mrr_previous",
        "old_mrr",
        "mrr_from",
        "変更前MRR",
        "変更前月額",
        "変更前",
    ),
    "mrr_after": ("after", "current_mrr", "mrr_current", "new_mrr", "mrr_to", "変更後MRR", "変更後月額", "変更後"),
}
"""Our name -> other names, as a source may spell them."""

_OURS = {field: (field, *(column_name(other) for other in others)) for field, others in SYNONYMS.items()}


def find(columns: Iterable[str], fields: Iterable[str]) -> dict[str, list[str]]:
    """Return which columns may be each field: our own name alone where it is there, otherwise every common name."""
    there = frozenset(columns)
    found: dict[str, list[str]] = {}
    for field in fields:
        if field in there:
            found[field] = [field]
        elif others := [name for name in _OURS[field] if name in there]:
            found[field] = others
    return found


def resolve(table: Table, fields: Iterable[str]) -> dict[str, str]:
    """Return the column of each field that a table has.

    Raises
    ------
    BillingError
        where a field could be one of several columns.
    """
    fields = tuple(fields)
    found = find(table.columns, fields)
    unclear = {field: names for field, names in found.items() if len(names) > 1}
    if unclear:
        raise BillingError(
            [
                f"{table.name}: {' and '.join(shown(table.header(n)) for n in names)} could both be {field}; "
                f'say which: --map "{table.header(names[0])}={field}"'
                for field, names in unclear.items()
            ]
        )
    return {field: names[0] for field, names in found.items()}
