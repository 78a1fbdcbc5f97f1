"""One module per command: each offers a Typer application called `app`, loaded only when it is asked for."""
