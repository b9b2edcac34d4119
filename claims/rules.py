"""What the shop wrote: its workflows and choices, and every version that a case is pinned to."""

from collections.abc import Mapping
from datetime import datetime
from threading import Lock

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from claims.choices import Choices
from claims.models import WorkflowVersion
from workflows.catalogue import Catalogue
from workflows.definition import Definition
from workflows.engine import Engine
from workflows.reading import read


class Rules:
    """The definitions of the folder as they are now, and compiled engines of all versions.

    Made once per process by `config.bootstrap`; safe to share between threads.
    """

    def __init__(
        self, definitions: Mapping[str, Definition], choices: Choices, catalogue: Catalogue
    ) -> None:
        self.definitions = dict(definitions)
        self.choices = choices
        self.catalogue = catalogue
        self._engines: dict[str, Engine] = {}
        self._versions: dict[str, Definition] = {d.hash: d for d in definitions.values()}
        self._lock = Lock()

    def definition(self, session: Session, workflow_hash: str) -> Definition:
        """The version with this hash, from the folder or from the database.

        Raises LookupError where neither has it.
        """
        found = self._versions.get(workflow_hash)
        if found is None:
            row = session.get(WorkflowVersion, workflow_hash)
            if row is None:
                raise LookupError(
                    f"The workflow version {workflow_hash[:12]} is neither in the folder nor in "
                    "the database; restore the row of workflow_versions from a dump."
                )
            found = read(row.text, f"{row.name}@{workflow_hash[:12]}", self.catalogue)
            with self._lock:
                self._versions[workflow_hash] = found
        return found

    def engine(self, session: Session, workflow_hash: str) -> Engine:
        engine = self._engines.get(workflow_hash)
        if engine is None:
            engine = Engine(self.definition(session, workflow_hash), self.catalogue)
            with self._lock:
                engine = self._engines.setdefault(workflow_hash, engine)
        return engine

    def current(self, session: Session, name: str, at: datetime) -> Definition:
        """The definition that a case beginning now is pinned to; its text is kept from now on.

        Raises LookupError where the folder has no workflow of that name.
        """
        if name not in self.definitions:
            known = ", ".join(sorted(self.definitions))
            raise LookupError(f"There is no workflow {name!r}; there are: {known}.")
        definition = self.definitions[name]
        kept: set[str] = session.info.setdefault("versions_kept", set())
        if definition.hash not in kept:
            session.execute(
                insert(WorkflowVersion)
                .values(
                    hash=definition.hash,
                    name=definition.name,
                    subject=definition.subject,
                    text=definition.text,
                    first_used_at=at,
                )
                .on_conflict_do_nothing()
            )
            kept.add(definition.hash)
        return definition
