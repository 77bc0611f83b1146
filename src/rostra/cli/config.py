"""`rostra config`: the sample settings file, made from the table."""

from __future__ import annotations

import click

from rostra import settings_page


@click.command()
@click.option("--document", is_flag=True, help="Print docs/settings.md instead.")
def config(document: bool) -> None:
    """Print a settings file with every setting explained.

    Save it as rostra.toml in the data folder, or name it with rostra serve --config.
    """
    click.echo(settings_page.document() if document else settings_page.sample(), nl=False)
