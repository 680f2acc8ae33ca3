"""How PostgreSQL would carry out what the code really asks, taken from a call and read as a tree."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

READS = ("SELECT", "UPDATE", "DELETE")
MANY = 1000
"""Rows. To sort a page is nothing, to sort a table is what indexes are for."""

Step = Mapping[str, Any]


def statements(call: Callable[[], Any]) -> list[str]:
    """Give what a call asks of rows that are there, with its values; transactions and new rows are left out."""
    with CaptureQueriesContext(connection) as captured:
        call()
    return [query["sql"] for query in captured.captured_queries if query["sql"].startswith(READS)]


def steps(statement: str) -> list[Step]:
    """Give the steps of a statement's plan; it is not carried out."""
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (FORMAT JSON) " + statement.replace("%", "%%"), ())
        found = cursor.fetchone()[0]
    return list(_all((json.loads(found) if isinstance(found, str) else found)[0]["Plan"]))


def faults(statement: str, large: set[str]) -> list[str]:
    """Name the large tables that a statement reads to their end, and what it sorts though there are many."""
    return [fault for step in steps(statement) if (fault := _fault(step, large))]


def indexes(statement: str) -> set[str]:
    """Give the indexes that carry a statement."""
    return {step["Index Name"] for step in steps(statement) if "Index Name" in step}


def _fault(step: Step, large: set[str]) -> str:
    kind = step["Node Type"]
    if kind == "Seq Scan" and step["Relation Name"] in large:
        return f"reads {step['Relation Name']} to its end"
    if kind == "Sort" and step["Plans"][0]["Plan Rows"] >= MANY:
        return f"sorts {step['Plans'][0]['Plan Rows']} rows by {', '.join(step['Sort Key'])}"
    return ""


def _all(step: Step) -> Iterator[Step]:
    yield step
    for child in step.get("Plans", ()):
        yield from _all(child)
