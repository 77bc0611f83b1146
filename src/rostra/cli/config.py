"""`rostra config`: the sample settings file, made from the table."""

from __future__ import annotations

import click

from rostra import settings_page


@click.command()
@click.option("--document", is_flag=True, help="Print docs/settings.md instead.")
@click.option("--charter", is_flag=True, help="Print docs/charter.md instead.")
def config(document: bool, charter: bool) -> None:
    """Print a settings file with every setting explained.

    Save it as rostra.toml in the data folder, or name it with rostra serve --config.
    """
    if charter:
        from rostra.charter import page  # noqa: PLC0415 - help must be quick

        click.echo(page.document(), nl=False)
        return
    click.echo(settings_page.document() if document else settings_page.sample(), nl=False)
