"""The command line: one thin command per question. Exit codes: 0 done, 2 the input is wrong, 1 the program failed."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from typing import Annotated

import typer

from simulator.commands.account import account
from simulator.commands.attribute import attribute
from simulator.commands.base import base
from simulator.commands.check import check
from simulator.commands.compare import compare
from simulator.commands.deck import deck
from simulator.commands.expect import expect
from simulator.commands.explain import explain
from simulator.commands.figures import figures
from simulator.commands.new import new
from simulator.commands.optimise import optimise
from simulator.commands.report import report
from simulator.commands.run import run
from simulator.commands.schema import schema
from simulator.commands.sensitivity import sensitivity
from simulator.commands.solve import solve
from simulator.commands.sweep import sweep
from simulator.commands.workbook import workbook

INTERRUPTED = 130
"""The exit code of a command that Ctrl-C has stopped."""
SELDOM = 50_000
"""New objects between searches for unreachable ones: imports make many that stay, and were a tenth slower with 700."""

app = typer.Typer(
    name="plansim",
    invoke_without_command=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help="""Simulate subscription pricing, plan changes and offers, and account the MRR movements.

Start here:

\b
  plansim new my.yaml        write a commented scenario that runs
  plansim check my.yaml      find what is wrong in it, all at once
  plansim explain my.yaml    read it back in sentences
  plansim run my.yaml        simulate it: tables and figures in reports/my
  plansim expect my.yaml     what theory says it gives on average

What if, and who has to be convinced:

\b
  plansim compare A.yaml B.yaml   run both with the same draws: the difference, with an interval
  plansim deck DIR                slides of a result; report and workbook: a page, an Excel file

What did happen:

\b
  plansim account FILE       account a billing export: the same tables and figures
  plansim base FILE          write the customers that a scenario can start with""",
)


def show_version(wanted: bool) -> None:
    """Print the version and stop, where it is asked for."""
    if wanted:
        from importlib.metadata import version

        typer.echo(f"plansim {version('plansim')}")
        raise typer.Exit


@app.callback()
def start(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Show what to do first, where no command is given."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


for question in (
    run,
    expect,
    compare,
    sweep,
    sensitivity,
    attribute,
    solve,
    optimise,
    report,
    workbook,
    deck,
    figures,
    check,
    explain,
    schema,
    new,
    account,
    base,
):
    app.command()(question)


def main() -> None:
    """Run the command line; who interrupts it does not wait for what threads are busy with, as with compiling."""
    gc.set_threshold(SELDOM)
    atexit.register(gc.freeze)  # the last search would take a quarter of a second, just before everything goes anyway
    try:
        app()
    except SystemExit as end:
        if end.code == INTERRUPTED:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(INTERRUPTED)
        raise
