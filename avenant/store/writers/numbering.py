"""Numbers without gaps have to be given out one after the other; nothing else in the books waits for anybody."""

from avenant.store.database import Connection

_KEY = 7_153_002  # any constant of our own, beside the name of the series


def number_alone(connection: Connection, series: str) -> None:
    """Until this transaction ends, nobody else numbers documents of ``series``; waits for who does now.

    Without it, of two invoice runs the one that is always second could lose every race for the next number.
    """
    connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, %s))", [series, _KEY])
