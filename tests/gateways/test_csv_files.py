"""CSV files are read exactly, each row with its line; what cannot be read says file, line and remedy."""

from pathlib import Path

import polars as pl
import pytest

from avenant.gateways.csv_files import CsvFile, FileRefused, csv_written, read_csv
from avenant.gateways.import_folder import read_folder


def read(folder: Path, content: bytes | str) -> CsvFile:
    path = folder / "members.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_csv(path)


def refusal(folder: Path, content: bytes | str) -> FileRefused:
    with pytest.raises(FileRefused) as raised:
        read(folder, content)
    assert raised.value.remedy
    return raised.value


@pytest.mark.parametrize(
    "content",
    [
        "ref,role\nM-1,child\n",
        "ref;role\r\nM-1;child\r\n",
        "\ufeff ref , role \n M-1 , child",
        'ref,role\n"M-1","child"\n',
    ],
)
def test_commas_semicolons_marks_and_blanks_read_the_same(tmp_path: Path, content: str) -> None:
    file = read(tmp_path, content)
    assert file.header == ("ref", "role")
    assert file.rows.rows() == [(2, "M-1", "child")]


def test_values_stay_text_and_empty_ones_are_null(tmp_path: Path) -> None:
    assert read(tmp_path, "ref,role\n007,\n1e3,NA\n").rows.rows() == [(2, "007", None), (3, "1e3", "NA")]


def test_lines_are_those_of_an_editor_past_empty_lines_and_line_breaks_in_quotes(tmp_path: Path) -> None:
    file = read(tmp_path, 'ref,role\n\nM-1,"a\nb"\n;\n,\nM-2,c\n'.replace(";\n", ""))
    assert file.rows["#line"].to_list() == [3, 6]


def test_rows_of_another_width_are_reported_and_left_out(tmp_path: Path) -> None:
    file = read(tmp_path, "ref,role\nM-1\nM-2,a\nM-3,a,b\n")
    assert file.rows["ref"].to_list() == ["M-2"]
    assert file.ragged.drop("values").rows() == [(2, "1 values for 2 columns"), (4, "3 values for 2 columns")]


def test_a_character_that_no_database_holds_is_refused_with_its_line(tmp_path: Path) -> None:
    error = refusal(tmp_path, b"ref,role\nM-1,a\nM-\x002,b\n")
    assert error.line == 3 and "character 0" in error.seen


def test_a_wrong_encoding_names_the_line_and_the_letter_it_may_be(tmp_path: Path) -> None:
    error = refusal(tmp_path, "ref,role\nM-1,a\nM-2,h\xe9\n".encode("latin-1"))
    assert error.line == 3
    assert "0xE9" in error.seen and "'é'" in error.seen and "UTF-8" in error.remedy
    assert "UTF-16" in refusal(tmp_path, "ref,role\n".encode("utf-16")).seen


@pytest.mark.parametrize(
    ("content", "line", "seen"),
    [
        ("", 1, "empty"),
        ("ref\trole\n", 1, "tabs"),
        ("ref,ref\n", 1, "two columns are called 'ref'"),
        ("ref,,role\n", 1, "column 2 has no name"),
        ('ref,role\nM-1,"a\nM-2,b\n', 3, "ends within a quoted value"),
        ('ref,role\nM-1,"a"b\n', 2, "quotes do not match"),
    ],
)
def test_a_file_that_cannot_be_read_says_where_and_why(
    tmp_path: Path, content: str, line: int, seen: str
) -> None:
    error = refusal(tmp_path, content)
    assert error.line == line
    assert seen in error.seen


def test_many_rows_are_read_in_blocks_and_keep_their_lines(tmp_path: Path) -> None:
    rows = 120_001
    file = read(tmp_path, "ref,role\n" + "M-1,child\n" * rows)
    assert file.rows["#line"].to_list() == list(range(2, rows + 2))


def test_a_folder_without_our_files_says_which_are_expected(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match=r"contracts\.csv, members\.csv, enrolments\.csv"):
        read_folder(tmp_path)


@pytest.mark.parametrize(
    ("header", "seen", "remedy"),
    [
        ("ref,role,Birth Date", "'Birth Date'", "Did you mean birth_date?"),
        ("ref,role", "no column 'birth_date'", "must be there are: ref, role, birth_date"),
    ],
)
def test_a_header_that_is_not_ours_is_refused(tmp_path: Path, header: str, seen: str, remedy: str) -> None:
    (tmp_path / "members.csv").write_text(header + "\n")
    with pytest.raises(FileRefused) as raised:
        read_folder(tmp_path)
    assert seen in raised.value.seen and remedy in raised.value.remedy


def test_a_fault_in_a_mapping_names_its_line(tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(
        "format: avenant-import-1\nsources:\n  a:\n    file: a.csv\n    sort: yes\ntables: {}\n"
    )
    with pytest.raises(FileRefused) as raised:
        read_folder(tmp_path, mapping)
    assert raised.value.line == 5 and "sources.a.sort" in raised.value.seen
    mapping.write_text("format: [\n")
    with pytest.raises(FileRefused, match="not YAML"):
        read_folder(tmp_path, mapping)


def test_a_file_appears_whole_when_its_block_ends_well_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "rejects.csv"
    with pytest.raises(KeyError), csv_written(path, pl.DataFrame({"seen": ["x"]})):
        raise KeyError
    assert list(tmp_path.iterdir()) == []
    with csv_written(path, pl.DataFrame({"seen": ["é,"]})):
        assert not path.exists()
    assert path.read_text() == 'seen\n"é,"\n'


def test_a_place_that_cannot_be_written_to_is_found_before_the_block_begins(tmp_path: Path) -> None:
    rows = pl.DataFrame({"seen": ["x"]})
    with (
        pytest.raises(FileRefused, match="cannot be written"),
        csv_written(tmp_path / "no" / "r.csv", rows),
    ):
        pytest.fail("the block must not begin")
