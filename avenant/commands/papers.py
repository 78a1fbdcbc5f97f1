"""Papers on their way out: rendered in the format that was asked for, to a file or to standard output."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    import polars as pl

    from avenant.gateways.documents.formats import Header

FORMAT = typer.Option("text", help="text, json, pdf, xlsx or csv.")
LANGUAGE = typer.Option("en", help="en or fr.")
OUT = typer.Option(None, help="File to write; text formats default to standard output.")
SAME_AS_JSON = typer.Option(False, "--json", help="The same as --format json.")


def deliver(header: "Header", entries: "pl.DataFrame", format: str, language: str, out: Path | None) -> None:
    """Write the paper to ``out`` or print it. Errors: ValueError for a format, language or file that cannot be."""
    from avenant.gateways.documents.formats import render

    rendered = render(header, entries, format, language)
    if isinstance(rendered, bytes) and out is None and sys.stdout.isatty():
        raise ValueError(f"a {format} file does not belong on a terminal: name a file with --out")
    content = rendered.encode() if isinstance(rendered, str) else rendered
    if out is None:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
        return
    try:
        out.write_bytes(content)
    except OSError as error:
        raise ValueError(f"--out: {out} cannot be written ({error.strerror}): name another file") from None
    typer.echo(f"{out} written ({len(content):,} bytes)", err=True)
