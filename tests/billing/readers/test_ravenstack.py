"""RavenStack's planted contradictions: each is found, with the count that a query in SQL gives."""

from __future__ import annotations

import csv
import sqlite3
from functools import cache

import polars as pl
import pytest

from simulator.billing.reading import Reading, ReadOptions
from tests.billing.readers.exports import DATA, READERS, codes, read, reasons, seeds

# "of the same account and open at some common time"
OVERLAP = """s.account_id = t.account_id AND s.rowid <> t.rowid AND s.start_date < coalesce(nullif(t.end_date, ''), '9')
    AND t.start_date < coalesce(nullif(s.end_date, ''), '9')"""
OPEN = "SELECT 1 FROM subscriptions s WHERE s.account_id = a.account_id AND s.end_date = ''"
CHANGE = """SELECT 1 FROM subscriptions t WHERE t.account_id = s.account_id AND t.rowid <> s.rowid
    AND t.end_date = s.start_date AND t.mrr_amount + 0"""
EARLIER = "SELECT 1 FROM churn_events d WHERE d.account_id = c.account_id AND d.churn_date < c.churn_date"
FLAGGED = "SELECT 1 FROM subscriptions s WHERE s.account_id = c.account_id AND s.start_date <= c.churn_date AND s."

# code: (query, count)
EXPECTED = {
    "overlapping": (f"SELECT count(DISTINCT s.rowid) FROM subscriptions s JOIN subscriptions t ON {OVERLAP}", 4992),
    "overlapping_on_one_plan": (
        f"""SELECT count(DISTINCT s.rowid) FROM subscriptions s JOIN subscriptions t
        ON {OVERLAP} AND s.plan_tier = t.plan_tier""",
        4767,
    ),
    "upgrade_without_change": (
        f"""SELECT count(*) FROM subscriptions s WHERE upgrade_flag = 'True'
        AND NOT EXISTS ({CHANGE} < s.mrr_amount + 0)""",
        529,
    ),
    "downgrade_without_change": (
        f"""SELECT count(*) FROM subscriptions s WHERE downgrade_flag = 'True'
        AND NOT EXISTS ({CHANGE} > s.mrr_amount + 0)""",
        217,
    ),
    "upgrade_and_downgrade": (
        "SELECT count(*) FROM subscriptions WHERE upgrade_flag = 'True' AND downgrade_flag = 'True'",
        23,
    ),
    "trial_after_paying": (
        """SELECT count(*) FROM subscriptions s WHERE is_trial = 'True' AND EXISTS (SELECT 1 FROM subscriptions t
        WHERE t.account_id = s.account_id AND t.mrr_amount + 0 > 0 AND t.start_date < s.start_date)""",
        670,
    ),
    "churned_with_open_subscriptions": (
        f"SELECT count(*) FROM accounts a WHERE churn_flag = 'True' AND EXISTS ({OPEN})",
        110,
    ),
    "trial_account_pays": (
        """SELECT count(*) FROM accounts a WHERE is_trial = 'True' AND EXISTS (SELECT 1 FROM subscriptions s
        WHERE s.account_id = a.account_id AND s.mrr_amount + 0 > 0)""",
        97,
    ),
    "account_on_other_plan": (
        f"SELECT count(*) FROM accounts a WHERE EXISTS ({OPEN}) AND NOT EXISTS ({OPEN} AND s.plan_tier = a.plan_tier)",
        24,
    ),
    "account_with_other_seats": (
        f"""SELECT count(*) FROM accounts a WHERE EXISTS ({OPEN}) AND NOT EXISTS ({OPEN} AND s.seats = a.seats)
        AND a.seats + 0 <> (SELECT sum(seats) FROM subscriptions s
        WHERE s.account_id = a.account_id AND s.end_date = '')""",
        27,
    ),
    "event_before_first_subscription": (
        """SELECT count(*) FROM churn_events c WHERE churn_date <
        (SELECT min(start_date) FROM subscriptions s WHERE s.account_id = c.account_id)""",
        53,
    ),
    "event_without_end": (
        """SELECT count(*) FROM churn_events c WHERE NOT EXISTS (SELECT 1 FROM subscriptions s
        WHERE s.account_id = c.account_id AND s.end_date = c.churn_date)""",
        594,
    ),
    "event_with_open_subscriptions": (
        """SELECT count(*) FROM churn_events c WHERE EXISTS (SELECT 1 FROM subscriptions s
        WHERE s.account_id = c.account_id AND s.start_date <= churn_date
        AND (s.end_date = '' OR s.end_date > churn_date))""",
        545,
    ),
    "end_without_event": (
        """SELECT count(*) FROM subscriptions s WHERE end_date <> '' AND NOT EXISTS (SELECT 1 FROM churn_events c
        WHERE s.account_id = c.account_id AND s.end_date = c.churn_date)""",
        479,
    ),
    "churned_without_event": (
        """SELECT count(*) FROM accounts WHERE churn_flag = 'True'
        AND account_id NOT IN (SELECT account_id FROM churn_events)""",
        35,
    ),
    "event_of_account_not_churned": (
        """SELECT count(*) FROM accounts WHERE churn_flag = 'False'
        AND account_id IN (SELECT account_id FROM churn_events)""",
        277,
    ),
    "reactivation_without_churn": (
        f"SELECT count(*) FROM churn_events c WHERE is_reactivation = 'True' AND NOT EXISTS ({EARLIER})",
        26,
    ),
    "second_churn_without_reactivation": (
        f"SELECT count(*) FROM churn_events c WHERE is_reactivation = 'False' AND EXISTS ({EARLIER})",
        213,
    ),
    "two_events_on_one_day": (
        """SELECT coalesce(sum(n), 0) FROM (SELECT count(*) n FROM churn_events GROUP BY account_id, churn_date
        HAVING n > 1)""",
        2,
    ),
    "event_upgrade_without_flag": (
        f"""SELECT count(*) FROM churn_events c WHERE preceding_upgrade_flag = 'True'
        AND NOT EXISTS ({FLAGGED}upgrade_flag = 'True')""",
        76,
    ),
    "event_downgrade_without_flag": (
        f"""SELECT count(*) FROM churn_events c WHERE preceding_downgrade_flag = 'True'
        AND NOT EXISTS ({FLAGGED}downgrade_flag = 'True')""",
        37,
    ),
    "event_after_both": (
        """SELECT count(*) FROM churn_events
        WHERE preceding_upgrade_flag = 'True' AND preceding_downgrade_flag = 'True'""",
        8,
    ),
    "reason_against_feedback": (
        """SELECT count(*) FROM churn_events WHERE reason_code IN ('pricing', 'features', 'competitor')
        AND feedback_text <> '' AND (reason_code, feedback_text) NOT IN (VALUES ('pricing', 'too expensive'),
        ('features', 'missing features'), ('competitor', 'switched to competitor'))""",
        150,
    ),
    # of the first 6,000 rows of usage
    "duplicate_usage": (
        "SELECT sum(n) FROM (SELECT count(*) n FROM feature_usage GROUP BY usage_id HAVING n > 1)",
        None,
    ),
    "usage_before_start": (
        "SELECT count(*) FROM feature_usage JOIN subscriptions USING (subscription_id) WHERE usage_date < start_date",
        None,
    ),
    "usage_after_end": (
        """SELECT count(*) FROM feature_usage JOIN subscriptions USING (subscription_id)
        WHERE end_date <> '' AND usage_date > end_date""",
        None,
    ),
    "ticket_before_sign_up": (
        "SELECT count(*) FROM support_tickets JOIN accounts USING (account_id) WHERE submitted_at < signup_date",
        1077,
    ),
    "ticket_answered_after_solution": (
        "SELECT count(*) FROM support_tickets WHERE first_response_time_minutes + 0 > resolution_time_hours * 60",
        36,
    ),
}
# What was looked for and is not in the data: no such note.
ABSENT = {
    "duplicate ids of subscriptions": """SELECT count(*) FROM (SELECT 1 FROM subscriptions GROUP BY subscription_id
        HAVING count(*) > 1)""",
    "flag of churn without end, and end without flag": """SELECT count(*) FROM subscriptions
        WHERE (churn_flag = 'True') <> (end_date <> '')""",
    "end before start": "SELECT count(*) FROM subscriptions WHERE end_date <> '' AND end_date < start_date",
    "start before sign-up": """SELECT count(*) FROM subscriptions JOIN accounts USING (account_id)
        WHERE start_date < signup_date""",
    "trials with MRR": "SELECT count(*) FROM subscriptions WHERE is_trial = 'True' AND mrr_amount + 0 > 0",
    "tickets closed before": "SELECT count(*) FROM support_tickets WHERE closed_at < submitted_at",
}


@cache
def reading() -> Reading:
    return READERS["ravenstack"].read(seeds("ravenstack"), ReadOptions())


@cache
def database() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    for path in (DATA / "ravenstack").glob("*.csv"):
        name = path.stem.removeprefix("ravenstack_")
        with path.open(encoding="utf-8") as file:
            header, *lines = csv.reader(file)
        connection.execute(f"CREATE TABLE {name} ({', '.join(header)})")
        connection.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(header))})", lines)
    connection.execute("CREATE INDEX by_account ON subscriptions (account_id)")
    return connection


def counted(query: str) -> int:
    return int(database().execute(query).fetchone()[0])


@pytest.mark.parametrize("code", EXPECTED)
def test_every_contradiction_is_found(code: str) -> None:
    query, known = EXPECTED[code]
    notes = {note.code: note for note in reading().notes}
    assert notes[code].count == counted(query)
    assert known is None or notes[code].count == known
    assert notes[code].rows


@pytest.mark.parametrize("what", ABSENT)
def test_what_is_not_there_is_not_reported(what: str) -> None:
    assert counted(ABSENT[what]) == 0


def test_there_are_no_other_notes() -> None:
    assert {note.code for note in reading().notes} == set(EXPECTED)


def test_subscriptions_are_read_as_they_stand() -> None:
    items, aside = reading().items, reading().aside
    assert set(aside["reason"]) == {"same_day"}
    assert aside.height == counted("SELECT count(*) FROM subscriptions WHERE start_date = end_date") == 13
    assert items.height == 5000 - 13
    assert items.filter(pl.col("end").is_null())["mrr"].sum() == 10_000 * counted(
        "SELECT sum(mrr_amount) FROM subscriptions WHERE end_date = ''"
    )
    assert items.filter(pl.col("status") == "trial").height == counted(
        "SELECT count(*) FROM subscriptions WHERE is_trial = 'True' AND start_date <> end_date"
    )
    assert items["segment"].unique().sort().to_list() == [
        "Cybersecurity",
        "DevTools",
        "EdTech",
        "FinTech",
        "HealthTech",
    ]
    assert set(items["currency"]) == {"USD"}
    assert f"{reading().as_of}" == "2024-12-31 23:59:59.999999"


def test_subscriptions_alone_are_enough() -> None:
    (subscriptions,) = (table for table in seeds("ravenstack") if table.name == "ravenstack_subscriptions.csv")
    alone = READERS["ravenstack"].read([subscriptions], ReadOptions())
    assert alone.items.height == reading().items.height
    assert set(alone.items["currency"]) == {None}
    assert {note.code for note in alone.notes} == {
        "overlapping",
        "overlapping_on_one_plan",
        "upgrade_without_change",
        "downgrade_without_change",
        "upgrade_and_downgrade",
        "trial_after_paying",
    }


def test_contradictions_that_the_data_do_not_have_are_found_where_they_are() -> None:
    subscriptions = """
        subscription_id,account_id,start_date,end_date,plan_tier,seats,mrr_amount,is_trial,upgrade_flag,downgrade_flag,churn_flag
        S-1,A-1,2024-01-01,,Pro,1,49,False,False,False,True
        S-2,A-2,2024-01-01,2024-02-01,Pro,1,49,False,False,False,False
        S-3,A-3,2024-01-01,,Pro,1,49,True,False,False,False
        S-4,A-9,2024-01-01,,Pro,1,49,False,False,False,False
        S-4,A-9,2024-01-01,,Pro,1,50,False,False,False,False
        S-5,A-2,2024-05-01,2024-04-01,Pro,1,49,False,False,False,True
    """
    accounts = """
        account_id,industry,signup_date,plan_tier,seats,is_trial,churn_flag
        A-1,EdTech,2024-01-02,Pro,1,False,False
        A-2,EdTech,2024-01-01,Pro,1,False,False
        A-3,EdTech,2024-01-01,Pro,1,False,False
        A-3,EdTech,2024-01-01,Pro,1,False,False
        A-4,EdTech,2024-01-01,Pro,1,False,False
    """
    events = """
        churn_event_id,account_id,churn_date
        C-1,A-1,2024-01-01
        C-1,A-8,2024-01-05
    """
    tickets = """
        ticket_id,account_id,submitted_at,closed_at
        T-1,A-1,2024-03-05,2024-03-04
        T-1,A-7,2024-03-05,2024-03-06
    """
    usage = "usage_id,subscription_id,usage_date\nU-1,S-9,2024-01-01"
    found = read("ravenstack", subscriptions, accounts, events, tickets, usage)
    expected = {
        "churn_without_end": 1,
        "end_without_churn": 1,
        "trial_with_mrr": 1,
        "unknown_account": 1,
        "duplicate_account": 1,
        "account_without_subscription": 1,
        "not_churned_without_open_subscriptions": 1,
        "subscription_before_sign_up": 1,
        "duplicate_event": 1,
        "event_of_unknown_account": 1,
        "event_before_sign_up": 1,
        "duplicate_ticket": 1,
        "ticket_of_unknown_account": 1,
        "ticket_closed_before": 1,
        "usage_of_unknown_subscription": 1,
    }
    assert {code: codes(found).get(code) for code in expected} == expected
    assert reasons(found) == [(5, "duplicate_id"), (6, "end_before_start")]
