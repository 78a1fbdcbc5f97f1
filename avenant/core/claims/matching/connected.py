"""What hangs together: the connected parts of a few pairs."""

from collections.abc import Iterable
from typing import TypeVar

Label = TypeVar("Label", int, str)


def connected(pairs: Iterable[tuple[Label, Label]]) -> dict[Label, Label]:
    """For each label of ``pairs`` the smallest label it hangs together with, itself included."""
    above: dict[Label, Label] = {}

    def top(label: Label) -> Label:
        above.setdefault(label, label)
        while above[label] != label:
            above[label] = above[above[label]]
            label = above[label]
        return label

    for one, other in pairs:
        low, high = sorted((top(one), top(other)))
        above[high] = low
    return {label: top(label) for label in above}
