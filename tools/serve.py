"""Make the database, fill it with the demo ward, serve: `lms init`, `lms demo`, `lms serve` in one process.

One process, for each start of the program costs a second. In production (ENVIRONMENT) there is no demo.
"""

import os

import click

PURPOSES = ("init", "demo", "serve")


def main() -> int:
    """Run the three commands, stopping at the first that fails; returns the exit code."""
    production = os.environ.get("ENVIRONMENT") == "production"
    if not production:
        os.environ.setdefault("DEMO", "1")  # the sign-in page shows the demo's accounts

    from lms.cli import cli  # after the environment is set

    for command in PURPOSES:
        if command == "demo" and production:
            continue
        try:
            cli.main([command], prog_name="lms", standalone_mode=False)
        except click.ClickException as refusal:
            refusal.show()
            return refusal.exit_code
        except (click.Abort, KeyboardInterrupt):
            return 130
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
