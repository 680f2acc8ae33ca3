"""A small schema whose resolvers do odd things, and count how often they are called."""

from collections import Counter
from collections.abc import Callable, Iterable
from decimal import Decimal
from enum import Enum
from random import Random
from typing import Annotated, Any, Union

import strawberry
from strawberry.extensions import FieldExtension
from strawberry.permission import BasePermission

CALLS: Counter[str] = Counter()
"""How often each resolver ran since it was cleared."""


@strawberry.enum
class Colour(Enum):
    """A closed set."""

    RED = "red"
    BLUE = "blue"


class Loud(FieldExtension):
    """Stands before a resolver."""

    def resolve(self, next_: Callable[..., Any], source: Any, info: strawberry.Info, **arguments: Any) -> Any:
        """Say it louder."""
        CALLS["loud"] += 1
        value = next_(source, info, **arguments)
        return value.upper() if isinstance(value, str) else value


class NoThirds(BasePermission):
    """Refuses some objects."""

    message = "Not this one."

    def has_permission(self, source: Any, info: strawberry.Info, **arguments: Any) -> bool:
        """Let two of three be seen."""
        CALLS["permission"] += 1
        return bool(source.number % 3)


@strawberry.interface
class Named:
    """What has a name."""

    name: str


@strawberry.type
class Leaf(Named):
    """An end."""

    number: int
    colour: Colour | None
    price: Decimal
    tags: list[str]
    grid: list[list[int | None] | None]

    @strawberry.field
    def twice(self) -> int:
        """Read, and raise for some."""
        CALLS["twice"] += 1
        if self.number % 5 == 0:
            raise ValueError(f"no twice of {self.number}")
        return self.number * 2

    @strawberry.field
    def times(self, by: int = 3) -> int | None:
        """Take an argument."""
        CALLS["times"] += 1
        return self.number * by if self.number % 4 else None

    @strawberry.field
    def place(self, info: strawberry.Info) -> str:
        """Ask where it stands."""
        CALLS["place"] += 1
        return "/".join(map(str, info.path.as_list()))

    @strawberry.field(extensions=[Loud()])
    def shout(self) -> str:
        """Have an extension before it."""
        return str(self.name)

    @strawberry.field(permission_classes=[NoThirds])
    def secret(self) -> str | None:
        """Have a permission before it."""
        return f"secret {self.number}"

    @strawberry.field
    def gone(self) -> str:
        """Raise always."""
        raise KeyError("gone")


@strawberry.type
class Branch(Named):
    """What holds others."""

    number: int
    leaf: Leaf
    maybe: Leaf | None
    leaves: list[Leaf]
    some: list[Leaf | None] | None
    anything: list[Annotated[Union["Branch", Leaf], strawberry.union("Anything")]]
    named: Named | None
    inner: "Branch | None"

    @strawberry.field
    def drawn(self) -> list[Leaf]:
        """Give a generator."""
        CALLS["drawn"] += 1
        return (leaf(Random(f"{self.number}{index}"), 0.1) for index in range(2))  # type: ignore[return-value]

    @strawberry.field
    def one(self) -> Leaf | None:
        """Give an object, and raise for some."""
        CALLS["one"] += 1
        if self.number % 4 == 0:
            raise PermissionError("not you")
        return leaf(Random(self.number), 0.1)


@strawberry.type
class Query:
    """Roots."""

    @strawberry.field
    def branch(self, seed: int = 1, oddness: float = 0.0) -> Branch | None:
        """Make one."""
        return branch(Random(seed), oddness, 3)

    @strawberry.field
    def branches(self, seed: int = 1, oddness: float = 0.0) -> list[Branch]:
        """Make several."""
        return [branch(Random(seed + index), oddness, 2) for index in range(3)]

    @strawberry.field
    def again(self, seed: int = 1, oddness: float = 0.0) -> list[Leaf | None]:
        """Make one, and give it three times."""
        return [leaf(Random(seed), oddness)] * 3


@strawberry.type
class Mutation:
    """Changes."""

    @strawberry.mutation
    def grow(self, info: strawberry.Info) -> Branch:
        """Give the leaf that the context holds, its number one higher each time."""
        end: Leaf = info.context
        end.number += 1
        return Branch(
            name="", number=0, leaf=end, maybe=None, leaves=[], some=None, anything=[], named=None, inner=None
        )


SCHEMA = strawberry.Schema(Query, Mutation, types=[Leaf, Branch])


def leaf(random: Random, oddness: float) -> Leaf:
    """Make an end; some of its values do not fit."""
    made = Leaf(
        name=_or_odd(random, oddness, f"leaf {random.randint(1, 9)}"),
        number=random.randint(1, 30),
        colour=_or_odd(random, oddness, random.choice([Colour.RED, Colour.BLUE, "BLUE", None])),
        price=_or_odd(random, oddness, Decimal("1.50")),
        tags=_or_odd(random, oddness, ["a", "b"]),
        grid=_or_odd(random, oddness, [[1, None], None, (2, 3)]),
    )
    if random.random() < oddness:
        del made.tags
    return made


def branch(random: Random, oddness: float, depth: int) -> Branch:
    """Make a tree."""

    def end() -> Any:
        return _or_odd(random, oddness / 2, leaf(random, oddness))

    deeper = branch(random, oddness, depth - 1) if depth and random.random() < 0.8 else None
    return Branch(
        name=f"branch {depth}",
        number=random.randint(1, 30),
        leaf=end(),
        maybe=random.choice([None, end()]),
        leaves=_or_odd(random, oddness, [end() for _ in range(random.randint(0, 3))]),
        some=_or_odd(random, oddness, random.choice([None, [end(), None], (end(),)])),
        anything=[each for each in (end(), deeper) if each is not None],
        named=random.choice([None, end(), deeper]),
        inner=deeper,
    )


def _or_odd(random: Random, oddness: float, usual: Any) -> Any:
    if random.random() >= oddness:
        return usual
    odd: Iterable[Any] = (
        None,
        7,
        "odd",
        ValueError("a value"),
        object,
        [None, "x"],
        {"a": 1},
        2**40,
        Decimal(2),
    )
    return random.choice([*odd])
