"""Turn the Telco sample into an opening base, and estimate what telco.yaml says about it.

    python scenarios/telco/prepare.py scenarios/telco/Telco-Customer-Churn.csv

writes customers.csv beside this script and prints every figure that telco.yaml and README.md quote.
Nothing is drawn at random: the same file gives the same bytes.
"""

import csv
import sys
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

HERE = Path(__file__).parent

TERMS = {"Month-to-month": "monthly", "One year": "annual", "Two year": "two_year"}
TERM_MONTHS = {"annual": 12, "two_year": 24}

# List prices in dollars a month: what least squares finds (`fitted_prices`), rounded to five dollars.
PLANS = {"phone": 20, "dsl": 25, "dsl_phone": 45, "fiber": 70}
ADDONS = {
    "multiple_lines": ("MultipleLines", 5),
    "online_security": ("OnlineSecurity", 5),
    "online_backup": ("OnlineBackup", 5),
    "device_protection": ("DeviceProtection", 5),
    "tech_support": ("TechSupport", 5),
    "streaming_tv": ("StreamingTV", 10),
    "streaming_movies": ("StreamingMovies", 10),
}

# Cancel hazard by tenure, in months: constant between the cuts, factor 1 from the last cut on.
TENURE_CUTS = (1, 3, 12)


def read(path):
    with open(path, newline="", encoding="utf-8") as file:
        return [customer(row) for row in csv.DictReader(file)]


def customer(row):
    return {
        "customer_id": row["customerID"],
        "segment": "household",
        "plan": plan(row),
        "term": TERMS[row["Contract"]],
        "addons": [name for name, (column, _) in ADDONS.items() if row[column] == "Yes"],
        "tenure_months": int(row["tenure"]),
        "charge": row["MonthlyCharges"],
        "senior": row["SeniorCitizen"] == "1",
        "left": row["Churn"] == "Yes",
    }


def plan(row):
    """Every fiber customer has a phone; of the DSL customers two thirds have; without internet all do."""
    if row["InternetService"] == "No":
        return "phone"
    if row["InternetService"] == "Fiber optic":
        return "fiber"
    return "dsl_phone" if row["PhoneService"] == "Yes" else "dsl"


def list_price(one):
    return PLANS[one["plan"]] + sum(ADDONS[name][1] for name in one["addons"])


def write_opening(customers, path):
    """The customers who had not left. `mrr` is blank where the charge is the list price."""
    with open(path, "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["customer_id", "segment", "plan", "term", "addons", "tenure_months", "mrr"])
        for one in customers:
            if not one["left"]:
                same = (one[name] for name in ("customer_id", "segment", "plan", "term"))
                mrr = "" if float(one["charge"]) == list_price(one) else one["charge"]
                out.writerow([*same, ";".join(one["addons"]), one["tenure_months"], mrr])


# ---- list price ----------------------------------------------------------------------------------------


def fitted_prices(customers):
    """Least squares of the charges of all rows on plan and add-ons, {item: dollars}."""
    items = [*PLANS, *ADDONS]
    held = np.array([[item == one["plan"] or item in one["addons"] for item in items] for one in customers])
    charges = np.array([float(one["charge"]) for one in customers])
    prices, *_ = np.linalg.lstsq(held.astype(float), charges, rcond=None)
    return dict(zip(items, prices, strict=True))


def price_fit(customers):
    """How far the charges lie from the rounded list price; in whole cents, so that bounds are exact."""
    cents = np.array([round(100 * float(one["charge"])) - 100 * list_price(one) for one in customers])
    charges = np.array([float(one["charge"]) for one in customers])
    return {
        "exact": np.mean(cents == 0),
        "within 0.50": np.mean(np.abs(cents) <= 50),
        "within 1.00": np.mean(np.abs(cents) <= 100),
        "within 2.00": np.mean(np.abs(cents) <= 200),
        "largest": np.abs(cents).max() / 100,
        "sd": cents.std() / 100,
        "mean": cents.mean() / 100,
        "variance explained": 1 - np.mean((cents / 100) ** 2) / charges.var(),
    }


# ---- leaving -------------------------------------------------------------------------------------------


def events_and_exposure(customers):
    """Customers who left and months lived: at the end of each of them a customer might have left."""
    return sum(one["left"] for one in customers), sum(one["tenure_months"] for one in customers)


def monthly_model(customers):
    """Hazard of customers without a longer contract = rate of the plan × factor of the tenure.

    Maximum likelihood on months lived: in a month a customer leaves with probability 1 − exp(−hazard),
    which is what the simulator does when cancelling takes effect at the end of the month.
    Returns {name: (hazard or factor, relative standard error)}.
    """
    starts, ends = (0, *TENURE_CUTS), (*TENURE_CUTS, np.inf)
    left, lived = defaultdict(int), defaultdict(int)
    for one in customers:
        if one["term"] == "monthly":
            for band, (start, end) in enumerate(zip(starts, ends, strict=True)):
                if one["tenure_months"] > start:
                    lived[one["plan"], band] += min(one["tenure_months"], end) - start
                    left[one["plan"], band] += one["left"] and one["tenure_months"] <= end
    cells = list(lived)
    names = [*PLANS, *TENURE_CUTS]
    held = np.array(
        [[plan == n for n in PLANS] + [band == i for i in range(len(TENURE_CUTS))] for plan, band in cells],
        dtype=float,
    )
    d = np.array([left[cell] for cell in cells], dtype=float)
    n = np.array([lived[cell] for cell in cells], dtype=float)

    def cost(log_rates):
        hazard = np.exp(held @ log_rates)
        leaves = -np.expm1(-hazard)
        value = np.sum((n - d) * hazard - d * np.log(leaves))
        return value / d.sum(), -held.T @ (hazard * (d / leaves - n)) / d.sum()

    start = np.concatenate([np.full(len(PLANS), np.log(d.sum() / n.sum())), np.zeros(len(TENURE_CUTS))])
    best = minimize(cost, start, jac=True, method="BFGS", options={"gtol": 1e-7}).x
    hazard = np.exp(held @ best)
    weight = n * hazard**2 * np.exp(-hazard) / -np.expm1(-hazard)
    errors = np.sqrt(np.diag(np.linalg.inv(held.T @ (held * weight[:, None]))))
    return {name: (np.exp(b), e) for name, b, e in zip(names, best, errors, strict=True)}


def not_renewed(customers, term):
    """Share leaving at a renewal: the monthly probability, events / exposure, over the length of the term."""
    events, months = events_and_exposure([one for one in customers if one["term"] == term])
    share = 1 - (1 - events / months) ** TERM_MONTHS[term]
    return share, share / np.sqrt(events)


def rates(customers):
    """What telco.yaml writes, as it writes it."""
    model = monthly_model(customers)
    return {
        "cancel": {name: f"{100 * -np.expm1(-model[name][0]):.2f}% per month" for name in PLANS},
        "tenure": [
            {"until": f"{cut} month" + "s" * (cut > 1), "factor": f"x{model[cut][0]:.2f}"} for cut in TENURE_CUTS
        ],
        "not_renewed": {term: f"{100 * not_renewed(customers, term)[0]:.1f}%" for term in TERM_MONTHS},
    }


# ---- what a snapshot does to these rates ---------------------------------------------------------------


def odds_at_equal_tenure(customers, features):
    """Leavers against stayers of the same tenure: odds ratio and standard error of each feature.

    A leaver and a stayer met at the same tenure carry what they hold now, so nobody's early months are
    counted as lived with an add-on bought later. Logistic regression with one constant per tenure month.
    """
    group = [one for one in customers if one["tenure_months"] > 0]
    tenure = np.array([one["tenure_months"] for one in group])
    columns = [tenure == month for month in np.unique(tenure)]
    columns += [[feature(one) for one in group] for feature in features.values()]
    x = np.array(columns, dtype=float).T
    y = np.array([one["left"] for one in group], dtype=float)
    b = np.zeros(x.shape[1])
    for _ in range(40):
        p = 1 / (1 + np.exp(-x @ b))
        information = x.T @ (x * (p * (1 - p))[:, None]) + 1e-6 * np.eye(len(b))
        b += np.clip(np.linalg.solve(information, x.T @ (y - p)), -2, 2)
    error = np.sqrt(np.diag(np.linalg.inv(information)))
    first = len(columns) - len(features)
    return {name: (np.exp(b[i]), np.exp(b[i]) * error[i]) for i, name in enumerate(features, first)}


def months_lived_shared_out(customers, belongs):
    """Months at risk of a group if, at each tenure, it had the share that it has of the stayers there now.

    The plain exposure counts a customer's whole past under the contract held today.
    """
    months = 0.0
    for month in range(1, max(one["tenure_months"] for one in customers) + 1):
        here = [one for one in customers if one["tenure_months"] == month and not one["left"]]
        at_risk = sum(one["tenure_months"] >= month for one in customers)
        months += at_risk * sum(map(belongs, here)) / len(here)
    return months


def survival(customers, start, end):
    """Share of those who pass month `start` who pass month `end` too (Kaplan-Meier)."""
    share = 1.0
    for month in range(start + 1, end + 1):
        at_risk = sum(one["tenure_months"] >= month for one in customers)
        share *= 1 - sum(one["left"] and one["tenure_months"] == month for one in customers) / at_risk
    return share


def mean_age_of_stayers(customers):
    return np.mean([one["tenure_months"] for one in customers if not one["left"]])


# ---- report --------------------------------------------------------------------------------------------


def report(customers):
    of_term = {term: [one for one in customers if one["term"] == term] for term in TERMS.values()}
    print("list price, least squares: ", {k: round(float(v), 2) for k, v in fitted_prices(customers).items()})
    print("charges against list price:", {k: round(float(v), 4) for k, v in price_fit(customers).items()})
    for label, value in (("term", lambda one: one["term"]), ("add-ons", lambda one: len(one["addons"]))):
        groups = {key: [one for one in customers if value(one) == key] for key in sorted(set(map(value, customers)))}
        fits = {key: price_fit(rows) for key, rows in groups.items()}
        print(f"  by {label}, mean ± sd:", {k: f"{f['mean']:.2f} ± {f['sd']:.2f}" for k, f in fits.items()})
    for group in ("left", "stayed"):
        rows = [one for one in customers if one["left"] == (group == "left")]
        print(
            f"{group}: {len(rows)}, of tenure 0: {sum(one['tenure_months'] == 0 for one in rows)},",
            f"charges {sum(float(one['charge']) for one in rows):.2f},",
            f"at list price {sum(map(list_price, rows))}, exactly {at_list(rows)}",
        )
    print("\nevents per exposure              customers  left  months   per month ± se")
    for term, rows in of_term.items():
        print_rate(term, rows)
        for name in PLANS:
            print_rate(f"  {name}", [one for one in rows if one["plan"] == name])
    print_rate("all", customers)

    print("\ncustomers without a longer contract, hazard = plan × tenure")
    for name, (value, error) in monthly_model(customers).items():
        print(f"  {name if name in PLANS else f'until {name} months':16} {value:.4f} ± {value * error:.4f}")
    for start, end in zip((0, *TENURE_CUTS), (*TENURE_CUTS, np.inf), strict=True):
        rows = [one for one in of_term["monthly"] if one["tenure_months"] > start]
        events = sum(one["left"] and one["tenure_months"] <= end for one in rows)
        months = sum(min(one["tenure_months"], end) - start for one in rows)
        print(f"  months {start} to {end}: {events} / {months}")
    for term in TERM_MONTHS:
        share, error = not_renewed(customers, term)
        print(f"  not renewed, {term:9} {100 * share:.2f}% ± {100 * error:.2f}%")
    print("written:", rates(customers))

    print("\nbounds: left / all, mean tenure of stayers, months shared out by the stayers of each tenure")
    for term, rows in of_term.items():
        events, months = events_and_exposure(rows)
        shared = months_lived_shared_out(customers, lambda one, term=term: one["term"] == term)
        age = mean_age_of_stayers(rows)
        print(
            f"  {term:9} {events / len(rows):.4f}  {age:.2f} (1/age {1 / age:.4f})  "
            f"{shared:.0f} ({events / shared:.5f}, plain {events / months:.5f})"
        )
    for name in PLANS:
        rows = [one for one in of_term["monthly"] if one["plan"] == name]
        shared = months_lived_shared_out(
            customers, lambda one, name=name: one["term"] == "monthly" and one["plan"] == name
        )
        print(f"    monthly {name:9} {shared:.0f} ({events_and_exposure(rows)[0] / shared:.5f})")
    stayed = Counter(one["tenure_months"] for one in customers if not one["left"])
    print("  stayers by tenure:", {month: stayed[month] for month in (1, 2, 3, 6, 12, 24, 36, 48)})
    print(f"  month 1 to month 12 survived by events per exposure: {survival(customers, 1, 12):.3f}")
    later = [one["tenure_months"] > 12 for one in of_term["monthly"] if not one["left"]]
    print(f"  monthly stayers past a year: {np.mean(later):.3f}")

    print("\nodds of having left, monthly contract, equal tenure and plan (fiber = 1)")
    of_plan = {name: lambda one, name=name: one["plan"] == name for name in list(PLANS)[:-1]}
    count = {f"{k} add-ons": lambda one, k=k: min(len(one["addons"]), 5) == k for k in range(1, 6)}
    each = {name: lambda one, name=name: name in one["addons"] for name in ADDONS}
    senior = {"senior": lambda one: one["senior"]}
    for features in (of_plan | count, of_plan | each, of_plan | count | senior):
        found = odds_at_equal_tenure(of_term["monthly"], features)
        print("  ", ", ".join(f"{name} x{odds:.2f} ± {error:.2f}" for name, (odds, error) in found.items()))
    print("  plain events / exposure by number of add-ons:")
    for k in range(6):
        print_rate(f"  {k}", [one for one in of_term["monthly"] if min(len(one["addons"]), 5) == k])
    for is_senior in (False, True):
        print_rate(f"  senior {is_senior}", [one for one in of_term["monthly"] if one["senior"] == is_senior])


def at_list(rows):
    return sum(float(one["charge"]) == list_price(one) for one in rows)


def print_rate(label, rows):
    events, months = events_and_exposure(rows)
    print(
        f"  {label:28} {len(rows):8} {events:6} {months:8}   {100 * events / months:.3f}% ± "
        f"{100 * np.sqrt(events) / months:.3f}%"
    )


def main(arguments):
    if len(arguments) != 1:
        print(__doc__)
        return 2
    customers = read(arguments[0])
    write_opening(customers, HERE / "customers.csv")
    report(customers)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
