"""The items of a reclamation as its conditions see them, each worked out when it is asked for."""

from collections.abc import Callable, Mapping, Sequence
from typing import overload

from claims.models import Item

ItemFacts = Callable[[Item], Mapping[str, object]]


class ItemsSeen(Sequence[Mapping[str, object]]):
    """facts["items"]: what `Catalogue.item_fields` names, of each item.

    Most conditions ask nothing of it, and then it costs nothing.
    """

    def __init__(self, items: Sequence[Item], facts_of_item: ItemFacts) -> None:
        self._items = items
        self._facts_of_item = facts_of_item

    def __len__(self) -> int:
        return len(self._items)

    @overload
    def __getitem__(self, index: int) -> Mapping[str, object]: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Mapping[str, object]]: ...
    def __getitem__(
        self, index: int | slice
    ) -> Mapping[str, object] | Sequence[Mapping[str, object]]:
        if isinstance(index, slice):
            return [self._seen(item) for item in self._items[index]]
        return self._seen(self._items[index])

    def _seen(self, item: Item) -> Mapping[str, object]:
        facts = self._facts_of_item(item)
        own = {name.removeprefix("item."): value for name, value in facts.items()}
        return {
            **own,
            "state": item.state,
            "final": item.final is not None,
            "good": item.final == "good",
            "bad": item.final == "bad",
        }
