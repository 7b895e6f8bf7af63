"""Events a second of both engines where customers share people, in one run, and what a customer takes in memory.

python benchmarks/teams.py            # 20,000 customers at once, two teams, 12 months
python benchmarks/teams.py --small    # what CI runs: fails on errors, never on speed
"""

from __future__ import annotations

import argparse
import resource
import statistics
import sys
from itertools import chain
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from smoke import timed

import simulator as sim
from simulator.customer.record import Customer, empty_customers
from simulator.engines.compiled import run_compiled
from simulator.engines.firm import open_firm
from simulator.engines.simpy_engine import run_simpy
from simulator.model.compile import Model, compile_model


def two_teams(customers: int) -> Model:
    """Return a scenario of so many customers, who use, leave, upgrade, and meet one of two busy teams."""
    people = max(customers // 1_000, 1)
    return compile_model(
        sim.load(f"""\
language: 1
currency: JPY
start: 2026-04
months: 12
plans:
  basic: {{price: 10_000, included: {{usage: 1_000}}}}
  plus: {{price: 30_000, included: {{usage: 10_000}}}}
addons:
  care: {{price: 2_000, cancel: 1% per month}}
segments:
  smb:
    opening: {{basic: {customers * 4 // 5}, plus: {customers // 5}}}
    opening_tenure: {{mean: 18 months}}
    arrivals: {{per_month: {customers * 3 // 100}}}
    choose: {{basic: 80%, plus: 20%}}
    usage: {{median: 500, spread: 0.8, growth: 1% per month, volatility: 0.15}}
    satisfaction: {{mean: 7.4, spread: 1.2, reversion: 20%, volatility: 0.3}}
    cancel: {{basic: 3% per month, plus: 2% per month}}
adoption:
  smb: {{median: 60 days, spread: 0.5, success: 80%}}
retention: {{covered: x0.8}}
offers:
  review:
    motion: upsell
    when: {{every: 3 months}}
    who: {{plans: [basic], phase: adopted}}
    to: plus
    acceptance: 8%
    needs: {{team: success, work: 0.1 days, waits: 14 days}}
  call:
    motion: cross_sell
    when: {{rate: 10% per month}}
    who: {{lacks: [care]}}
    to: care
    acceptance: 15%
    needs: {{team: sales, work: {{mean: 0.2 days}}, waits: 7 days}}
teams:
  success: {{people: {people}, accounts: 300}}
  sales: {{people: {people}, handoff: x0.9}}
""")
    )


def row_bytes(columns: list) -> int:
    """Return what one row of each of the arrays takes."""
    return sum(column[0].nbytes for column in columns)


def memory(model: Model) -> tuple[int, int]:
    """Return the bytes of one customer's record with its history, and of its rows in the firm."""
    customer: Customer = empty_customers(1, model.tables.scalars[0])
    one, two = (open_firm(model, room) for room in (1, 2))
    shared = [sum(a.nbytes for a in chain(f.calendar, (f.residents, f.requests))) for f in (one, two)]
    return row_bytes([*customer[:-1], *customer.history]), shared[1] - shared[0]


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--small", action="store_true", help="few customers, one round")
    small = parser.parse_args().small
    rounds, customers = (1, 500) if small else (5, 20_000)
    model, few = two_teams(customers), two_teams(100)
    timed(run_compiled, few), timed(run_simpy, few)  # compile

    ratios, rates = [], {"simpy": [], "compiled": []}
    for _ in range(rounds):  # in turn, so that a drifting machine speed leaves the ratio alone
        for name, engine in (("simpy", run_simpy), ("compiled", run_compiled)):
            seconds, events = timed(engine, model)
            rates[name].append(events / seconds)
        ratios.append(rates["compiled"][-1] / rates["simpy"][-1])
    print(f"{customers:,} customers, two teams: {events:,} events")
    for name, values in rates.items():
        print(f"{name:9} {statistics.median(values):14,.0f} events/s (median of {rounds})")
    print(f"ratio     {statistics.median(ratios):14,.1f}")
    record, shared = memory(model)
    print(
        f"a customer takes {record:,} bytes (record and history of {model.months} months) and {shared} in the calendar"
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of this process {peak:,.0f} MB")


if __name__ == "__main__":
    main()
