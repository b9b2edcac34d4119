"""A shop with two item workflows and its own copies of the files, for tests that change them."""

import os
from dataclasses import dataclass
from pathlib import Path

from config.settings import PROJECT, Settings

CLAIMS = """
reclamation-workflow: reclamation
reasons:
  does-not-fit: { label: Does not fit }
resolutions:
  goodwill: { label: Something off, keeps-product: true }
  none:     { label: A mere mark, keeps-product: false }
rules:
  - { resolution: goodwill, workflow: item-goodwill }
  - { resolution: none,     workflow: item-mark-only }
"""


@dataclass(frozen=True)
class SmallShop:
    """Its files, and the settings that lead to them."""

    settings: Settings
    workflows: Path
    claims: Path

    def change(self, name: str, old: str, new: str) -> None:
        """Write a file anew with another text in it, as an editor does."""
        path = self.workflows / name if name != self.claims.name else self.claims
        text = path.read_text()
        assert old in text, old
        path.write_text(text.replace(old, new))
        # So that it is later than the last write whatever the file system can tell apart.
        later = path.stat().st_mtime_ns + 1_000_000
        os.utime(path, ns=(later, later))


def small_shop(folder: Path, settings: Settings) -> SmallShop:
    """Written into a folder; the settings are those given, but for the files."""
    workflows, claims = folder / "workflows", folder / "claims.yaml"
    workflows.mkdir()
    for name in ("item-goodwill", "item-mark-only", "reclamation"):
        text = (PROJECT / "config" / "workflows" / f"{name}.yaml").read_text()
        (workflows / f"{name}.yaml").write_text(text)
    claims.write_text(CLAIMS)
    places = {"workflows_dir": workflows, "claims_file": claims, "reload_seconds": 0.01}
    return SmallShop(settings.model_copy(update=places), workflows, claims)
