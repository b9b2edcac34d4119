"""A shop that pays refunds and writes no letters, so that a storm is about refunds alone."""

import re
from pathlib import Path

from config.settings import PROJECT
from tests.storms.poisonous import WORKFLOW

CLAIMS = """
reclamation-workflow: reclamation
reasons:
  does-not-fit: { label: Does not fit }
resolutions:
  goodwill: { label: Something off, keeps-product: true }
{resolutions}
rules:
  - { resolution: goodwill, workflow: item-goodwill }
{rules}
"""
RESOLUTION = "  poison: { label: Poison, keeps-product: true }"
RULE = "  - { resolution: poison, workflow: item-poison }"


def quiet_shop(folder: Path, *, poison: bool = False) -> dict[str, str]:
    """Write the files of the shop; gives the settings that lead to them.

    They are Redress's own workflows but for the lines about letters. With `poison` it has the
    extension `poisonous`, and a workflow that uses it.
    """
    workflows = folder / "workflows"
    workflows.mkdir()
    for name in ("item-goodwill", "reclamation"):
        text = (PROJECT / "config" / "workflows" / f"{name}.yaml").read_text()
        text = re.sub(r",\s+effect: write-[a-z]+", "", text)
        text = re.sub(r"  write-[a-z]+:\n    run: .*\n    with: .*\n", "", text)
        text = re.sub(r"^effects:\n(?=\n)", "", text, flags=re.M)
        assert "customer.write" not in text, name
        (workflows / f"{name}.yaml").write_text(text)
    claims = folder / "claims.yaml"
    text = CLAIMS.replace("{resolutions}", RESOLUTION if poison else "")
    claims.write_text(text.replace("{rules}", RULE if poison else ""))
    files = {"WORKFLOWS_DIR": str(workflows), "CLAIMS_FILE": str(claims)}
    if poison:
        (workflows / "item-poison.yaml").write_text(WORKFLOW)
        files["EXTENSIONS"] = "tests.storms.poisonous"
    return files
