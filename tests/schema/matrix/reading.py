"""Reads the tables: who may what, a row a field and a column a person."""

Row = dict[str, str]
"""What each person gets."""


def read(text: str) -> dict[str, Row]:
    """Give the rows of a table by their names. The first line names the columns."""
    head, *lines = [line for line in text.split("\n") if line.strip()]
    people = head.split()
    rows: dict[str, Row] = {}
    for line in lines:
        name, *cells = line.rsplit(maxsplit=len(people))
        assert len(cells) == len(people), f"not {len(people)} cells: {line}"
        assert name not in rows, f"there twice: {name}"
        rows[name] = dict(zip(people, cells, strict=True))
    return rows
