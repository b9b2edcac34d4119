"""The proofs over reclamations and their items, as a shop's claims.yaml lets them meet."""

from collections.abc import Mapping
from dataclasses import replace

from claims.choices import Choices
from claims.money.limits import alone_up_to
from workflows.catalogue import Catalogue
from workflows.definition import Definition
from workflows.product.proving import prove_folder
from workflows.product.verdicts import Proof


def prove_shop(
    workflows: Mapping[str, tuple[Definition, str]],
    catalogue: Catalogue,
    choices: Choices | None = None,
) -> list[Proof]:
    """Proves each item workflow (with its file) with each reclamation workflow that it can meet.

    Without choices all meet all, and nobody has a limit.
    """
    if choices is None:
        return prove_folder(list(workflows.values()), catalogue)
    limited = replace(catalogue, alone_up_to=alone_up_to(choices.limits_of_shops))
    return prove_folder(list(workflows.values()), limited, choices.meetings)
