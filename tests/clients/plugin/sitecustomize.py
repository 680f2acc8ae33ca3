"""Makes a real server require one thing more of who pays, and ask for two that may be left out.

Put this folder on PYTHONPATH, and start it as ever.

An enum's line, a row's requirement, an input's field and the rule itself are put into the text of three modules as
they are loaded. Nothing else is told of it, and no file changes.
"""

import importlib.machinery
import sys
from typing import Any

FIELD = """\
    shoes: str | None = strawberry.field(
        default=None,
        description="Shoes.",
        metadata=asked("Which shoes will you wear?", meets=Requirement.SHOES),
    )
    size: int | None = strawberry.field(
        default=None, description="Their size.", metadata=asked("In which \\x1b[31msize?")
    )
    brings: Requirement | None = strawberry.field(
        default=None, description="What else.", metadata=asked("Which of these do you bring?")
    )
"""
RULE = """\
        from bookings.common.errors import invalid
        if not input.shoes:
            raise invalid("shoes", "Nobody comes barefoot.")
"""
LINE = '    SHOES = "SHOES", "Which shoes the client will wear"\n'
RETURN = "    return_url: URL | None = "
PAY = "        try:\n            payment = services.start_payment("
ADDED = {
    "bookings.booking.states": (
        ("    REASON = ", f"{LINE}    REASON = "),
        ("{_C: (Requirement.ACCESS_TOKEN,)}", "{_C: (Requirement.ACCESS_TOKEN, Requirement.SHOES)}"),
    ),
    "schema.booking.inputs": ((RETURN, FIELD + RETURN),),
    "schema.booking.mutations": ((PAY, RULE + PAY),),
}
"""By module, what stands there and what takes its place."""


class Loader(importlib.machinery.SourceFileLoader):
    """Loads a module with its additions; never from, nor into, a compiled file."""

    def get_code(self, fullname: str) -> Any:
        """Compile the changed text. Raises ValueError where a place is not there once."""
        path = self.get_filename(fullname)
        text = self.get_data(path).decode()
        for before, after in ADDED[fullname]:
            if text.count(before) != 1:
                raise ValueError(f"{fullname} no longer has one {before!r}")
            text = text.replace(before, after)
        return compile(text, path, "exec")


class Finder:
    """Stands before Python's own finders for those modules."""

    @staticmethod
    def find_spec(name: str, path: Any, target: Any = None) -> Any:
        """Find what is changed, and nothing else."""
        if name not in ADDED:
            return None
        found = importlib.machinery.PathFinder.find_spec(name, path)
        if found is not None and found.origin:
            found.loader = Loader(name, found.origin)
        return found


sys.meta_path.insert(0, Finder)  # type: ignore[arg-type]  # the import system asks for no more than find_spec
