"""The proofs held against brute force on random pairs of workflows."""

from collections import Counter
from dataclasses import dataclass, field, replace
from random import Random
from time import perf_counter

from claims.catalogue import CATALOGUE
from tests.workflows.brute_force import LIMIT, BruteForce, Found, TooLarge
from tests.workflows.random_products import random_pair
from workflows.product.proving import prove_folder
from workflows.product.verdicts import Proof

LIMITED = replace(CATALOGUE, alone_up_to={"agent": float(LIMIT)})
STRANDED = ("stranded", "wait-for-each-other")


@dataclass
class Compared:
    pairs: dict[int, int] = field(default_factory=lambda: dict.fromkeys((1, 2, 3), 0))
    """How many pairs were compared with so many items."""
    refuted: Counter[str] = field(default_factory=Counter)
    sound: int = 0
    seconds: list[float] = field(default_factory=list)
    """What each proof took, with as many items as were compared."""
    brute_seconds: float = 0.0


def compare(seed: int, pairs: int, most_items: int, most_places: int) -> Compared:
    """Proves random pairs both ways; AssertionError at the first difference.

    Each pair with one item, and with more as long as brute force has no more places than that.
    """
    figures = Compared()
    for number in range(pairs):
        item, whole = random_pair(Random(f"{seed} {number}"))
        expected: dict[str, int] = {}
        for items in range(1, most_items + 1):
            began = perf_counter()
            most = most_places if items > 1 else most_places * 20
            try:
                expected = _merged(expected, BruteForce(item, whole, most).explore(items))
            except TooLarge:
                break
            finally:
                figures.brute_seconds += perf_counter() - began
            began = perf_counter()
            files = [(item, "item"), (whole, "whole")]
            [proof] = prove_folder(files, LIMITED, most_items=items)
            figures.seconds.append(perf_counter() - began)
            about = f"seed {seed}, pair {number} with {items} items"
            assert proof.is_complete, f"{about}: too many places"
            found = lengths_of(proof)
            assert found == expected, f"{about}: {found}, by brute force {expected}"
            figures.pairs[items] += 1
        figures.refuted.update(expected.keys())
        figures.sound += not expected
    return figures


def lengths_of(proof: Proof) -> dict[str, int]:
    """How few events break each rule; for stranded cases 0."""
    return {
        "stranded" if each.rule in STRANDED else each.rule: 0
        if each.rule in STRANDED
        else len(each.path)
        for each in proof.refuted
    }


def _merged(lengths: dict[str, int], found: Found) -> dict[str, int]:
    """What was found with fewer items, and with these what was not."""
    merged = {rule: length for rule, length in found.lengths.items() if rule != "end"}
    if found.is_stranded:
        merged["stranded"] = 0
    return merged | lengths
