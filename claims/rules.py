"""What the shop wrote: its workflows and choices, and every version that a case is pinned to."""

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from claims.choices import Choices
from claims.extensions import NO_EXTENSIONS, Extensions
from claims.models import WorkflowVersion
from claims.money.refund_abilities import RefundAbilities
from claims.money.refund_terms import RefundTerms
from workflows.catalogue import Catalogue
from workflows.definition import Definition
from workflows.engine import Engine
from workflows.reading import read_kept
from workflows.spoken import in_language, languages_of


@dataclass(frozen=True, slots=True)
class _AsRead:
    """What one reading of the shop's files gave; replaced as a whole, never changed."""

    definitions: Mapping[str, Definition]
    choices: Choices
    catalogue: Catalogue
    fingerprint: str
    languages: tuple[str, ...]


class Rules:
    """The definitions of the folder as they are now, and compiled engines of all versions.

    Made once per process by `config.bootstrap`; safe to share between threads. Whoever begins a
    request or a transaction takes them `held`, so that they do not change before its end.
    """

    def __init__(
        self,
        definitions: Mapping[str, Definition],
        choices: Choices,
        catalogue: Catalogue,
        fingerprint: str = "",
        extensions: Extensions = NO_EXTENSIONS,
        providers: Mapping[str, RefundAbilities] | None = None,
    ) -> None:
        """`fingerprint` is of the files they were read from, to know whether these changed.

        `extensions`, and what payment `providers` can refund, stay those of the process, whatever
        is taken up; a provider that is not named is bound by nothing.
        """
        self.extensions = extensions
        self.providers = dict(providers or {})
        spoken = [language for one in definitions.values() for language in languages_of(one)]
        languages = tuple(dict.fromkeys(spoken))
        self._now = _AsRead(dict(definitions), choices, catalogue, fingerprint, languages)
        self._engines: dict[tuple[str, str], Engine] = {}
        self._versions: dict[str, Definition] = {d.hash: d for d in definitions.values()}
        self._lock = Lock()
        self._language = ""
        self._spoken: dict[tuple[str, str], Definition] = {}

    @property
    def definitions(self) -> Mapping[str, Definition]:
        definitions = self._now.definitions
        if not self._language:
            return definitions
        return {name: self._said(definition) for name, definition in definitions.items()}

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that labels of the folder's workflows are said in, in its order."""
        return self._now.languages

    @property
    def choices(self) -> Choices:
        return self._now.choices

    def refund_terms(self, shop: str) -> RefundTerms:
        """What a shop gives back and takes off, within what its payment providers can do."""
        return replace(self.choices.refund_terms(shop), providers=self.providers)

    @property
    def catalogue(self) -> Catalogue:
        return self._now.catalogue

    @property
    def fingerprint(self) -> str:
        return self._now.fingerprint

    @property
    def versions(self) -> Mapping[str, str]:
        """The hash of each workflow of the folder."""
        return {name: definition.hash for name, definition in self._now.definitions.items()}

    def held(self, language: str = "") -> "Rules":
        """These rules as they are at this moment, whatever is taken up afterwards.

        Labels, and the sentences made of them, are in `language` as far as the files have it.
        What was compiled is shared with them, in both directions.
        """
        held = copy(self)
        held._language = language
        return held

    def take_up(self, newly_read: "Rules") -> None:
        """Go on by what was read anew, all of it from one moment to the next.

        Versions that cases are pinned to stay what they are, and what is `held` stays as it is.
        """
        with self._lock:
            self._versions |= newly_read._versions
        self._now = newly_read._now

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
            found = read_kept(row.text, f"{row.name}@{workflow_hash[:12]}", self.catalogue)
            with self._lock:
                self._versions[workflow_hash] = found
        return self._said(found) if self._language else found

    def engine(self, session: Session, workflow_hash: str) -> Engine:
        key = (workflow_hash, self._language)
        engine = self._engines.get(key)
        if engine is None:
            engine = Engine(self.definition(session, workflow_hash), self.catalogue)
            with self._lock:
                engine = self._engines.setdefault(key, engine)
        return engine

    def _said(self, definition: Definition) -> Definition:
        """The definition with its labels in the language of these rules."""
        key = (definition.hash, self._language)
        spoken = self._spoken.get(key)
        if spoken is None:
            spoken = in_language(definition, self._language)
            with self._lock:
                spoken = self._spoken.setdefault(key, spoken)
        return spoken

    def current(self, session: Session, name: str, at: datetime) -> Definition:
        """The definition that a case beginning now is pinned to; its text is kept from now on.

        Raises LookupError where the folder has no workflow of that name.
        """
        definitions = self._now.definitions
        if name not in definitions:
            known = ", ".join(sorted(definitions))
            raise LookupError(f"There is no workflow {name!r}; there are: {known}.")
        definition = definitions[name]
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
