"""RavenStack, a synthetic company in five tables (credit: River @ Rivalytics), and the contradictions it holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from simulator.billing.cells.dates import LATEST
from simulator.billing.items import ACTIVE, TRIAL
from simulator.billing.readers.sieve import Sieve, ends_nowhere, finish, noted
from simulator.billing.readers.vendor import Part, VendorReader
from simulator.billing.reading import Note, Reading, ReadOptions
from simulator.billing.table import FILE, ROW, Table

CANNOT = (
    "prices of the past: a subscription has one price; what it cost before is not there",
    "discounts",
    "reasons of changes: upgrade_flag and downgrade_flag name no earlier subscription, and churn events do not match "
    "the ends of subscriptions",
    "when a cancellation was asked for",
    "pauses and failed payments",
    "times within a day",
)

PARTS = {
    "subscriptions": Part(
        ("subscription_id", "account_id", "start_date", "end_date", "mrr_amount", "plan_tier", "is_trial"),
        ("seats", "churn_flag", "upgrade_flag", "downgrade_flag"),
    ),
    "accounts": Part(
        ("account_id", "signup_date", "plan_tier", "churn_flag"),
        ("industry", "seats", "is_trial"),
        lacks=frozenset({"subscription_id"}),
        reference=True,
    ),
    "churn_events": Part(
        ("churn_event_id", "account_id", "churn_date"),
        (
            "is_reactivation",
            "preceding_upgrade_flag",
            "preceding_downgrade_flag",
            "reason_code",
            "feedback_text",
            "refund_amount_usd",
        ),
        reference=True,
    ),
    "feature_usage": Part(("usage_id", "subscription_id", "usage_date"), reference=True),
    "support_tickets": Part(
        ("ticket_id", "account_id", "submitted_at"),
        ("first_response_time_minutes", "resolution_time_hours"),
        reference=True,
    ),
}

# What a customer says, for the reason codes that it can be held against.
FEEDBACK = {"pricing": "too expensive", "features": "missing features", "competitor": "switched to competitor"}


def _read(tables: Mapping[str, Sequence[Table]], options: ReadOptions) -> Reading:
    sieve = Sieve(tables["subscriptions"], options)
    sieve.text("subscription", "subscription_id")
    sieve.text("customer", "account_id", missing="no_customer")
    sieve.text("plan", "plan_tier")
    sieve.flag("trial", "is_trial")
    sieve.flag("churned", "churn_flag")
    sieve.flag("upgrade", "upgrade_flag")
    sieve.flag("downgrade", "downgrade_flag")
    sieve.times(start=("start_date",), end=("end_date",))
    sieve.drop(pl.col("start").is_null(), "no_date", column="start_date")
    sieve.quantity("seats")
    said = []
    sieve.currency()
    if options.currency is None and any(
        "refund_amount_usd" in table.columns for table in tables.get("churn_events", ())
    ):
        sieve.add(currency=pl.lit("USD"))
        said.append("the only currency that is named is that of refunds, USD: it is taken for all amounts")
    sieve.money("mrr", "mrr_amount", minor=options.minor_units)
    sieve.drop(pl.col("mrr").is_null(), "no_price", column="mrr_amount")
    sieve.drop(pl.col("mrr") < 0, "negative_amount", column="mrr_amount")
    sieve.duplicates("subscription")
    sieve.add(status=pl.when(pl.col("trial")).then(pl.lit(TRIAL)).otherwise(pl.lit(ACTIVE)))
    subscriptions = sieve.frame
    accounts = _accounts(tables.get("accounts", ()), sieve.options)
    sieve.frame = sieve.frame.join(
        accounts.select("customer", segment="industry").unique("customer", keep="first"),
        on="customer",
        how="left",
        maintain_order="left",
    )
    notes = [
        *of_subscriptions(subscriptions),
        *of_accounts(accounts, subscriptions),
        *_of_events(tables, sieve.options, accounts, subscriptions),
        *_of_usage(tables, sieve.options, subscriptions),
        *_of_tickets(tables, sieve.options, accounts),
    ]
    sieve.order()
    reference = [table for name, part in PARTS.items() if part.reference for table in tables.get(name, ())]
    return finish(
        sieve,
        "ravenstack",
        CANNOT,
        sieve.frame,
        notes=[*notes, *ends_nowhere(sieve.frame)],
        said=said,
        reference=reference,
    )


def _accounts(tables: Sequence[Table], options: ReadOptions) -> pl.DataFrame:
    """Return the accounts: customer, signed_up, tier, industry, seats, trial, churned."""
    schema: dict[str, pl.DataType | type[pl.DataType]] = {
        FILE: pl.String,
        ROW: pl.Int64,
        "customer": pl.String,
        "signed_up": pl.Datetime("us"),
        "tier": pl.String,
        "industry": pl.String,
        "seats": pl.Int64,
        "trial": pl.Boolean,
        "churned": pl.Boolean,
    }
    if not tables:
        return pl.DataFrame(schema=schema)
    sieve = Sieve(tables, options)
    sieve.text("customer", "account_id")
    sieve.text("tier", "plan_tier")
    sieve.text("industry", "industry")
    sieve.times(signed_up=("signup_date",))
    sieve.quantity("seats")
    sieve.flag("trial", "is_trial")
    sieve.flag("churned", "churn_flag")
    return sieve.frame.rename({"quantity": "seats"}).select(list(schema))


# Contradictions. Each is a condition on rows; `rows` has FILE and ROW, and `mrr` where it is about subscriptions.


def _notes(found: Mapping[str, tuple[str, pl.DataFrame]]) -> list[Note]:
    return [noted(code, sentence, rows) for code, (sentence, rows) in found.items() if rows.height]


def of_subscriptions(s: pl.DataFrame) -> list[Note]:
    """Return the contradictions among subscriptions."""
    same_account = s.select("customer", "plan", "start", "end", "mrr", _other="subscription")
    pairs = s.join(same_account, on="customer", suffix="_o").filter(pl.col("subscription") != pl.col("_other"))
    forever = pl.lit(LATEST)
    overlap = pairs.filter(
        (pl.col("start") < pl.col("end_o").fill_null(forever)) & (pl.col("start_o") < pl.col("end").fill_null(forever))
    )
    before = pairs.filter(pl.col("end_o") == pl.col("start"))

    def without(flag: str, change: pl.DataFrame) -> pl.DataFrame:
        return s.filter(flag).join(change, on="subscription", how="anti")

    return _notes(
        {
            "churn_without_end": (
                "subscriptions are flagged as churned and have no end",
                s.filter(pl.col("churned") & pl.col("end").is_null()),
            ),
            "end_without_churn": (
                "subscriptions have an end and are not flagged as churned",
                s.filter(~pl.col("churned") & pl.col("end").is_not_null()),
            ),
            "trial_with_mrr": ("trials have MRR; it does not count", s.filter(pl.col("trial") & (pl.col("mrr") > 0))),
            "overlapping": (
                "subscriptions run beside another one of the same account; each of them counts",
                s.join(overlap, on="subscription", how="semi"),
            ),
            "overlapping_on_one_plan": (
                "subscriptions run beside another one of the same account on the same plan",
                s.join(overlap.filter(pl.col("plan") == pl.col("plan_o")), on="subscription", how="semi"),
            ),
            "upgrade_without_change": (
                "subscriptions are flagged as an upgrade, and none of the account with less MRR ended on that day",
                without("upgrade", before.filter(pl.col("mrr_o") < pl.col("mrr"))),
            ),
            "downgrade_without_change": (
                "subscriptions are flagged as a downgrade, and none of the account with more MRR ended on that day",
                without("downgrade", before.filter(pl.col("mrr_o") > pl.col("mrr"))),
            ),
            "upgrade_and_downgrade": (
                "subscriptions are flagged as an upgrade and as a downgrade",
                s.filter(pl.col("upgrade") & pl.col("downgrade")),
            ),
            "trial_after_paying": (
                "trials began after the account had paid for another subscription",
                s.filter("trial").join(
                    pairs.filter((pl.col("mrr_o") > 0) & (pl.col("start_o") < pl.col("start"))),
                    on="subscription",
                    how="semi",
                ),
            ),
        }
    )


def of_accounts(a: pl.DataFrame, s: pl.DataFrame) -> list[Note]:
    """Return the contradictions between accounts and their subscriptions."""
    if not a.height:
        return []
    going = s.filter(pl.col("end").is_null())
    sums = going.group_by("customer").agg(
        pl.col("mrr").sum(), open_seats=pl.col("quantity").sum(), each=pl.col("quantity"), tiers=pl.col("plan")
    )
    b = a.join(sums, on="customer", how="left")
    first = s.group_by("customer").agg(first=pl.col("start").min())
    other_seats = (pl.col("seats") != pl.col("open_seats")) & ~pl.col("each").list.contains(pl.col("seats"))
    return _notes(
        {
            "duplicate_account": (
                "accounts have an id that was there before",
                a.filter(pl.int_range(pl.len()).over("customer") > 0),
            ),
            "unknown_account": (
                "subscriptions name an account that is not in the table",
                s.join(a, on="customer", how="anti"),
            ),
            "account_without_subscription": ("accounts have no subscription", a.join(s, on="customer", how="anti")),
            "churned_with_open_subscriptions": (
                "accounts are flagged as churned and have subscriptions that go on",
                b.filter(pl.col("churned") & pl.col("tiers").is_not_null()),
            ),
            "not_churned_without_open_subscriptions": (
                "accounts are not flagged as churned and all their subscriptions have ended",
                b.filter(~pl.col("churned") & pl.col("tiers").is_null()).join(s, on="customer", how="semi"),
            ),
            "subscription_before_sign_up": (
                "accounts have a subscription from before they signed up",
                a.join(first, on="customer").filter(pl.col("first") < pl.col("signed_up")),
            ),
            "trial_account_pays": (
                "accounts are flagged as trials and have MRR",
                b.filter("trial").join(s.filter(pl.col("mrr") > 0), on="customer", how="semi"),
            ),
            "account_on_other_plan": (
                "accounts name a plan on which none of their subscriptions goes on",
                b.filter(~pl.col("tiers").list.contains(pl.col("tier"))),
            ),
            "account_with_other_seats": (
                "accounts have a number of seats that neither one nor all of their subscriptions have",
                b.filter(other_seats),
            ),
        }
    )


def _of_events(
    tables: Mapping[str, Sequence[Table]], options: ReadOptions, a: pl.DataFrame, s: pl.DataFrame
) -> list[Note]:
    """Return the contradictions between churn events, accounts and subscriptions."""
    if not tables.get("churn_events"):
        return []
    sieve = Sieve(tables["churn_events"], options)
    sieve.text("id", "churn_event_id")
    sieve.text("customer", "account_id")
    sieve.text("why", "reason_code")
    sieve.text("words", "feedback_text")
    sieve.times(at=("churn_date",))
    sieve.flag("back", "is_reactivation")
    sieve.flag("up", "preceding_upgrade_flag")
    sieve.flag("down", "preceding_downgrade_flag")
    c = sieve.frame.sort("customer", "at", maintain_order=True)
    earlier = c.join(c.select("customer", _at="at"), on="customer").filter(pl.col("_at") < pl.col("at"))
    joined = c.join(s, on="customer", suffix="_s")
    started = joined.filter(pl.col("start") <= pl.col("at"))
    ended_then = joined.filter(pl.col("end") == pl.col("at"))
    going_on = started.filter(pl.col("end").is_null() | (pl.col("end") > pl.col("at")))
    ended = s.filter(pl.col("end").is_not_null())
    said = c.filter(pl.col("why").is_in(list(FEEDBACK)) & pl.col("words").is_in(list(FEEDBACK.values())))
    return _notes(
        {
            "duplicate_event": (
                "churn events have an id that was there before",
                c.filter(pl.int_range(pl.len()).over("id") > 0),
            ),
            "event_of_unknown_account": (
                "churn events name an account that is not in the table",
                c.join(a, on="customer", how="anti") if a.height else c.clear(),
            ),
            "event_before_sign_up": (
                "churn events are from before the account signed up",
                c.join(a, on="customer").filter(pl.col("at") < pl.col("signed_up")),
            ),
            "event_before_first_subscription": (
                "churn events are from before the first subscription of the account",
                c.join(joined.filter(pl.col("start") <= pl.col("at")), on="id", how="anti"),
            ),
            "event_without_end": (
                "churn events have no subscription of the account that ended on that day",
                c.join(ended_then, on="id", how="anti"),
            ),
            "event_with_open_subscriptions": (
                "churn events come while subscriptions of the account go on",
                c.join(going_on, on="id", how="semi"),
            ),
            "end_without_event": (
                "subscriptions ended on a day without a churn event of the account",
                ended.join(ended_then, on="subscription", how="anti"),
            ),
            "churned_without_event": (
                "accounts are flagged as churned and have no churn event",
                a.filter("churned").join(c, on="customer", how="anti"),
            ),
            "event_of_account_not_churned": (
                "accounts are not flagged as churned and have churn events",
                a.filter(~pl.col("churned")).join(c, on="customer", how="semi"),
            ),
            "reactivation_without_churn": (
                "churn events are flagged as after a reactivation, and there is no earlier one of the account",
                c.filter("back").join(earlier, on="id", how="anti"),
            ),
            "second_churn_without_reactivation": (
                "churn events have an earlier one of the account and are not flagged as after a reactivation",
                c.filter(~pl.col("back")).join(earlier, on="id", how="semi"),
            ),
            "two_events_on_one_day": (
                "churn events fall on the same day as another one of the account",
                c.filter(pl.len().over("customer", "at") > 1),
            ),
            "event_upgrade_without_flag": (
                "churn events are flagged as after an upgrade, and no subscription of the account was one by then",
                c.filter("up").join(started.filter("upgrade"), on="id", how="anti"),
            ),
            "event_downgrade_without_flag": (
                "churn events are flagged as after a downgrade, and no subscription of the account was one by then",
                c.filter("down").join(started.filter("downgrade"), on="id", how="anti"),
            ),
            "event_after_both": (
                "churn events are flagged as after an upgrade and after a downgrade",
                c.filter(pl.col("up") & pl.col("down")),
            ),
            "reason_against_feedback": (
                "churn events have a reason code that the customer's words contradict",
                said.filter(pl.col("why").replace_strict(FEEDBACK) != pl.col("words")),
            ),
        }
    )


def _of_usage(tables: Mapping[str, Sequence[Table]], options: ReadOptions, s: pl.DataFrame) -> list[Note]:
    """Return the contradictions between use and subscriptions."""
    if not tables.get("feature_usage"):
        return []
    sieve = Sieve(tables["feature_usage"], options)
    sieve.text("id", "usage_id")
    sieve.text("subscription", "subscription_id")
    sieve.times(at=("usage_date",))
    u = sieve.frame
    joined = u.join(s.select("subscription", "start", "end"), on="subscription")
    return _notes(
        {
            "duplicate_usage": ("usage rows share their id with another one", u.filter(pl.len().over("id") > 1)),
            "usage_of_unknown_subscription": (
                "usage rows name a subscription that is not in the table",
                u.join(s, on="subscription", how="anti"),
            ),
            "usage_before_start": (
                "usage rows are from before the start of the subscription",
                joined.filter(pl.col("at") < pl.col("start")),
            ),
            "usage_after_end": (
                "usage rows are from after the end of the subscription",
                joined.filter(pl.col("at") > pl.col("end")),
            ),
        }
    )


def _of_tickets(tables: Mapping[str, Sequence[Table]], options: ReadOptions, a: pl.DataFrame) -> list[Note]:
    """Return the contradictions between support tickets and accounts."""
    if not tables.get("support_tickets"):
        return []
    sieve = Sieve(tables["support_tickets"], options)
    sieve.text("id", "ticket_id")
    sieve.text("customer", "account_id")
    sieve.times(at=("submitted_at",), closed=("closed_at",))
    sieve.money("minutes", "first_response_time_minutes")
    sieve.money("hours", "resolution_time_hours")
    t = sieve.frame
    return _notes(
        {
            "duplicate_ticket": (
                "tickets have an id that was there before",
                t.filter(pl.int_range(pl.len()).over("id") > 0),
            ),
            "ticket_of_unknown_account": (
                "tickets name an account that is not in the table",
                t.join(a, on="customer", how="anti") if a.height else t.clear(),
            ),
            "ticket_before_sign_up": (
                "tickets are from before the account signed up",
                t.join(a, on="customer").filter(pl.col("at") < pl.col("signed_up")),
            ),
            "ticket_closed_before": (
                "tickets were closed before they were submitted",
                t.filter(pl.col("closed") < pl.col("at")),
            ),
            "ticket_answered_after_solution": (
                "tickets were answered for the first time after they were solved",
                t.filter(pl.col("minutes") > 60 * pl.col("hours")),
            ),
        }
    )


READERS = (
    VendorReader(
        "ravenstack",
        "RavenStack (five tables)",
        PARTS,
        (frozenset({"subscriptions"}),),
        CANNOT,
        _read,
    ),
)
