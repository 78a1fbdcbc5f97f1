"""Files and folders of messages on care as what they say, whatever their format; a damaged file stops no other.

arrived = read_documents([Path("inbox"), Path("bundle.json")], progress)
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from avenant.core.importing.told import together
from avenant.gateways.csv_files import FileRefused
from avenant.gateways.document_csv import read_csv_set, read_flat_csv, table_named
from avenant.gateways.document_json import add_json
from avenant.gateways.document_rows import FINDING_SCHEMA, Arrived, DocumentRows, no_findings
from avenant.gateways.fhir_documents import FhirResources, is_fhir
from avenant.gateways.import_folder import read_folder
from avenant.gateways.json_values import LINE_SUFFIXES, read_json

Progress = Callable[[str, int, int], None]
JSON_SUFFIXES = (".json", *LINE_SUFFIXES)
OURS = ("rejects.csv", "findings.csv")
"""What an import itself writes beside the files; not read again."""


def read_documents(
    paths: Sequence[Path], progress: Progress, payers: Sequence[str] = (), mapping: Path | None = None
) -> Arrived:
    """What the files at `paths` say, folders taken apart; `payers`: FHIR insurers who are the compulsory scheme.

    With a `mapping`, each path is a folder whose files it describes. A file that cannot be read is told in
    `told.damaged`. Errors: `FileRefused` for a path that is not there, and for a mapping that cannot be followed.
    """
    if mapping is not None:
        read = [read_folder(path, mapping) for path in paths]
        files = {name: rows for folder in read for name, rows in folder.files.items()}
        return Arrived(together([folder.told for folder in read]), no_findings(), files)
    files_found = [file for path in paths for file in _files(path)]
    names = _names(files_found)
    fhir = FhirResources(payers)
    arrived = []
    for done, group in enumerate(_groups(files_found)):
        progress("reading", done, len(files_found))
        arrived.append(_read(group, [names[path] for path in group], fhir))
    arrived += fhir.arrived()
    return _together(arrived)


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        return [
            file
            for file in sorted(path.iterdir())
            if file.is_file() and not file.name.startswith(".") and file.name not in OURS
        ]
    if not path.is_file():
        raise FileRefused(path, None, "there is no such file or folder", "Check the name")
    return [path]


def _names(files: Sequence[Path]) -> dict[Path, str]:
    """What to call each file: its name, or its whole path where two have the same name."""
    names = [file.name for file in files]
    return {file: file.name if names.count(file.name) == 1 else str(file) for file in files}


def _groups(files: Sequence[Path]) -> list[list[Path]]:
    """Files to be read together: the tables in one folder are one set; every other file is for itself."""
    groups: dict[object, list[Path]] = {}
    for file in dict.fromkeys(files):
        groups.setdefault(file.parent if table_named(file) else file, []).append(file)
    return list(groups.values())


def _read(group: Sequence[Path], names: Sequence[str], fhir: FhirResources) -> Arrived:
    try:
        if table_named(group[0]):
            return read_csv_set(group, names)
        return _read_one(group[0], names[0], fhir)
    except FileRefused as refused:
        return _refused(group, names, refused)


def _read_one(path: Path, name: str, fhir: FhirResources) -> Arrived:
    suffix = path.suffix.lower()
    if suffix == ".csv":
        return read_flat_csv(path, name)
    if suffix in JSON_SUFFIXES:
        return _read_json(path, name, fhir)
    if suffix == ".xml":
        raise FileRefused(path, None, "it is XML, which is not read", "Send FHIR as JSON, or the CSV files")
    read = ", ".join((".csv", *JSON_SUFFIXES))
    raise FileRefused(path, None, f"files ending in {suffix or 'nothing'} are not read", f"Send {read}")


def _read_json(path: Path, name: str, fhir: FhirResources) -> Arrived:
    rows, count = DocumentRows(name), 0
    for found in read_json(path):
        count += 1
        if found.fault:
            remedy = "Correct the line, and send the document again"
            rows.lose(found.line, found.place, "not JSON", found.fault, remedy)
        elif is_fhir(found.value):
            fhir.take(name, found.line, found.place, found.value)
        else:
            add_json(rows, found.value, found.line, found.place)
    return rows.arrived(count)


def _refused(group: Sequence[Path], names: Sequence[str], refused: FileRefused) -> Arrived:
    """A file that cannot be read, and the others of its set, which are not read without it."""
    arrived = []
    for path, name in zip(group, names, strict=True):
        rows = DocumentRows(name)
        if path == refused.path:
            rows.lose(refused.line, "", "file cannot be read", refused.seen, refused.remedy)
        else:
            seen = f"{refused.path.name}, which belongs to the same set, cannot be read"
            rows.lose(
                None, "", "set cannot be read", seen, "Correct that file first: a document is told whole"
            )
        arrived.append(rows.arrived(0))
    return _together(arrived)


def _together(arrived: Sequence[Arrived]) -> Arrived:
    files: dict[str, int] = {}
    for one in arrived:
        files |= {name: count or files.get(name, 0) for name, count in one.files.items()}
    findings = pl.concat([pl.DataFrame(schema=FINDING_SCHEMA), *[one.findings for one in arrived]])
    return replace(Arrived(together([one.told for one in arrived]), findings, files))
