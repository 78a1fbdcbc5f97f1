"""Messages on care in CSV files: a set of tables in one folder, or one file with a line of care in each row.

documents.csv      ref,kind,payer,payer_rank,member_ref,received_on,paid_on,currency,withdrawn
care_lines.csv     document_ref,line,act_code,care_from,quantity,charged,base,rate,secu,retention, ...
visits.csv         document_ref,kind,member_ref,received_on,currency,act_code,care_from,charged, ...

A document is told whole. So a set is refused as a whole if one of its files cannot be read, and a row that cannot
be read refuses the document that it names.
"""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from avenant.core.importing.problem import DEPENDS_ON_REFUSED, PROBLEM_SCHEMA, no_problems
from avenant.core.importing.tables import CARE_FILES, OPTIONAL_COLUMNS, file_columns, header_fault
from avenant.core.importing.told import LINE, Told, no_origins, origins_of, told_as_is
from avenant.gateways.csv_files import CsvFile, FileRefused, read_csv
from avenant.gateways.document_rows import Arrived, no_findings
from avenant.gateways.import_folder import torn_rows

FLAT_RENAMED = {"ref": "document_ref"}
"""What a file with a line of care in each row calls the columns of its document; others keep their names."""


def table_named(path: Path) -> str | None:
    """The table that a file of this name holds, if it is one of the set."""
    return next((table for table, name in CARE_FILES.items() if path.name.lower() == name), None)


def read_csv_set(paths: Sequence[Path], names: Sequence[str]) -> Arrived:
    """What the files of one set say; `names`: what to call them. Errors: `FileRefused` for the whole set."""
    tables, origins, files, read = {}, [no_origins()], {}, []
    for path, name in zip(paths, names, strict=True):
        table, file = table_named(path), read_csv(path)
        assert table is not None
        _check_header(file, header_fault(table, file.header))
        rows = _whole_rows(file, file_columns(table))
        if table == "line_amounts" and "position" not in file.header:
            rows = rows.with_columns(position=_numbered("document_ref"))
        tables[table], lines = told_as_is(table, name, rows)
        origins.append(lines)
        files[name] = file.rows.height + file.ragged.height
        read.append(file)
    return Arrived(_told(tables, pl.concat(origins), read, names), no_findings(), files)


def read_flat_csv(path: Path, name: str) -> Arrived:
    """What a file with a line of care in each row says. Errors: `FileRefused`."""
    file = read_csv(path)
    _check_header(file, _flat_fault(file.header))
    head = [FLAT_RENAMED.get(column, column) for column in file_columns("documents")]
    rows = _whole_rows(file, dict.fromkeys([*head, *file_columns("care_lines")]))
    if "line" not in file.header:
        rows = rows.with_columns(line=_numbered("document_ref"))
    lines, of_lines = told_as_is("care_lines", name, rows.select(LINE, *file_columns("care_lines")))
    documents, of_documents = _heads(rows.select(LINE, *head), name)
    tables = {"documents": documents, "care_lines": lines}
    told = _told(tables, pl.concat([of_documents, of_lines]), [file], [name])
    return Arrived(told, no_findings(), {name: file.rows.height + file.ragged.height})


def _heads(rows: pl.DataFrame, name: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """One document for each different content of its columns, with the lines that tell it."""
    rows = rows.rename({told: ours for ours, told in FLAT_RENAMED.items()})
    content = [column for column in rows.columns if column != LINE]
    numbered = rows.with_row_index("row_index").with_columns(pl.col("row_index").first().over(content))
    documents = numbered.unique("row_index", keep="first", maintain_order=True).drop(LINE)
    return documents, origins_of("documents", name, numbered)


def _flat_fault(header: tuple[str, ...]) -> tuple[str, str] | None:
    optional = {*OPTIONAL_COLUMNS["documents"], *OPTIONAL_COLUMNS["care_lines"], "line"}
    head = [FLAT_RENAMED.get(column, column) for column in file_columns("documents")]
    known = list(dict.fromkeys([*head, *file_columns("care_lines")]))
    unknown = [name for name in header if name not in known]
    missing = [name for name in known if name not in header and name not in optional]
    if not unknown and not missing:
        return None
    seen = f"a column {unknown[0]!r} that nobody knows" if unknown else f"no column {missing[0]!r}"
    must = ", ".join(name for name in known if name not in optional)
    files = ", ".join(CARE_FILES.values())
    return seen, (
        f"a file with a line of care in each row has {must}, and may have {', '.join(sorted(optional))}; "
        f"files of tables are called {files}; describe others in a mapping"
    )


def _check_header(file: CsvFile, fault: tuple[str, str] | None) -> None:
    if fault is not None:
        seen, remedy = fault
        raise FileRefused(file.path, 1, seen, remedy[0].upper() + remedy[1:])


def _whole_rows(file: CsvFile, columns: Sequence[str] | dict[str, None]) -> pl.DataFrame:
    absent = [pl.lit(None, pl.String).alias(name) for name in columns if name not in file.header]
    return file.rows.with_columns(absent).select(LINE, *columns)


def _numbered(within: str) -> pl.Expr:
    return pl.int_range(1, pl.len() + 1).over(within).cast(pl.String)


def _told(
    tables: dict[str, pl.DataFrame], origins: pl.DataFrame, read: Sequence[CsvFile], names: Sequence[str]
) -> Told:
    found = [no_problems()]
    if "documents" in tables:
        for file, name in zip(read, names, strict=True):
            found.append(_torn_documents(tables["documents"], file, name))
    damaged = torn_rows(list(read))
    renamed = {file.path.name: name for file, name in zip(read, names, strict=True)}
    damaged = damaged.with_columns(pl.col("file").replace(renamed))
    return Told(tables, origins, pl.concat(found), damaged)


def _torn_documents(documents: pl.DataFrame, file: CsvFile, name: str) -> pl.DataFrame:
    """Documents that a row with too few or too many values names, as problems."""
    torn = (
        file.ragged.select(pl.col("values").alias("ref"), torn_line="line").explode("ref").drop_nulls("ref")
    )
    torn = torn.with_columns(pl.col("ref").str.strip_chars()).unique("ref", keep="first", maintain_order=True)
    return (
        documents.join(torn, on="ref", how="inner", maintain_order="left")
        .select(
            pl.lit("documents").alias("table"),
            "row_index",
            pl.lit("ref").alias("column"),
            pl.lit(DEPENDS_ON_REFUSED).alias("reason"),
            pl.col("ref").alias("seen"),
            pl.format(
                f"line {{}} of {name}, which names this document, could not be read", "torn_line"
            ).alias("message"),
            pl.lit("correct that line first: a document stands or falls as a whole").alias("remedy"),
        )
        .select(list(PROBLEM_SCHEMA))
    )
