"""`plansim schema`: which keys are there?"""

from __future__ import annotations

import typer


def schema() -> None:
    """Which keys are there? Print a JSON Schema for editors."""
    import json

    from simulator.scenario.schema import json_schema

    typer.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False))
