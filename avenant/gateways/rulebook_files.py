"""The files of a rulebook: one plan a file, with ``parameters/`` and ``curves/`` beside them.

A folder is read in full, its sub-folders too; the order and the names of the files mean nothing.
"""

from importlib.resources import files
from pathlib import Path

from avenant.core.rulebook.findings import Finding, RulebookRefused
from avenant.core.rulebook.loading import read_rulebook
from avenant.core.rulebook.model import Rulebook
from avenant.core.rulebook.nodes import Document
from avenant.gateways.marked_yaml import YamlRefused, parsed

ENDINGS = (".yaml", ".yml")
LARGEST_FILE_BYTES = 10_000_000


def shipped_folder() -> Path:
    """The folder of the plans that come with the program."""
    return Path(str(files("avenant.products")))


def documents_in(folder: Path) -> list[Document]:
    """Every YAML file below ``folder`` (or that one file), parsed, named by its path within the folder.

    Errors: ``RulebookRefused`` with one finding per file that is not YAML, or when there is no file at all.
    """
    if not folder.exists():
        raise RulebookRefused([Finding(str(folder), 0, "there is no such file or folder", "check the name")])
    inside = folder if folder.is_dir() else folder.parent
    paths = (
        sorted(path for path in folder.rglob("*") if path.suffix in ENDINGS) if folder.is_dir() else [folder]
    )
    documents, findings = [], []
    for path in paths:
        try:
            documents.append(_document(path, str(path.relative_to(inside))))
        except YamlRefused as refused:
            findings.append(Finding(refused.file, refused.line, refused.message, refused.remedy))
    if not paths:
        findings.append(
            Finding(str(folder), 0, "there is no YAML file here", "name a folder with plan files")
        )
    if findings:
        raise RulebookRefused(findings)
    return documents


def _document(path: Path, name: str) -> Document:
    try:
        if path.stat().st_size > LARGEST_FILE_BYTES:
            remedy = f"split it into files below {LARGEST_FILE_BYTES // 1_000_000} MB"
            raise YamlRefused(name, 1, "the file is too large for a rulebook", remedy)
        return parsed(path.read_text(encoding="utf-8"), name)
    except UnicodeDecodeError as error:
        raise YamlRefused(name, 1, f"not UTF-8 text: {error.reason}", "save the file as UTF-8") from None
    except OSError as error:
        raise YamlRefused(name, 0, f"cannot be read: {error.strerror}", "check its name and rights") from None


def rulebook_in(folder: Path) -> Rulebook:
    """The rulebook that the files below ``folder`` describe.

    Errors: ``RulebookRefused``.
    """
    return read_rulebook(documents_in(folder))


def shipped_rulebook() -> Rulebook:
    """The rulebook that comes with the program."""
    return rulebook_in(shipped_folder())
