"""What a form about a family can offer: its people, covers, contracts, documents, lines, and the rulebook's plans.

family = family_told(db, "M0000017")
family.covers[0]["ref"], offered(db).levels
"""

from dataclasses import dataclass

from avenant.core.rulebook.model import Rulebook
from avenant.store.database import Database
from avenant.store.readers.family_told import (
    answers_of,
    documents_of,
    families_under,
    held_of,
    ids_of,
    lines_of,
)
from avenant.store.readers.heads import MemberHead, member_head
from avenant.store.readers.present import Fact, present, present_enrolments
from avenant.store.readers.rulebooks import published_version, published_version_name


@dataclass(frozen=True, slots=True)
class FamilyTold:
    """A member, the family around, and what stands of them. ``contracts``: those of their covers, once each."""

    head: MemberHead
    ids: dict[str, int]
    covers: tuple[Fact, ...]
    contracts: tuple[Fact, ...]

    @property
    def primary(self) -> str:
        """The ref of the family's primary."""
        return self.head.family[0].ref

    @property
    def currency(self) -> str:
        """Of the newest contract."""
        return str(self.contracts[0]["currency"]) if self.contracts else "EUR"


@dataclass(frozen=True, slots=True)
class Offered:
    """``levels``: plan, level, currency of each priced cell in force; ``acts``: code and label of known acts."""

    levels: tuple[tuple[str, str, str], ...]
    acts: tuple[tuple[str, str], ...]


def family_told(db: Database, member: str) -> FamilyTold:
    """The family of a member with its covers and contracts as they stand. Errors: UnknownRef."""
    head = member_head(db, member)
    with db.snapshot() as connection:
        ids = ids_of(connection, [person.ref for person in head.family])
        covers = present_enrolments(connection, list(ids.values()))
        found = (present(connection, "contract", ref) for ref, _ in head.contracts)
        contracts = tuple(fact for fact in found if fact is not None and not fact["withdrawn"])
    return FamilyTold(head, ids, tuple(covers), contracts)


def documents_told(db: Database, family: FamilyTold) -> list[Fact]:
    """The family's documents that are not withdrawn, the latest first."""
    with db.snapshot() as connection:
        return documents_of(connection, list(family.ids)).to_dicts()


def answers_told(db: Database, family: FamilyTold) -> list[Fact]:
    """People's answers about the family's lines that are not withdrawn."""
    with db.snapshot() as connection:
        return answers_of(connection, list(family.ids.values())).to_dicts()


def lines_told(db: Database, family: FamilyTold) -> list[Fact]:
    """The family's lines of care that stand, the latest care first."""
    with db.snapshot() as connection:
        return lines_of(connection, list(family.ids.values())).to_dicts()


def held_changes(db: Database, family: FamilyTold) -> list[Fact]:
    """Late changes of the family that wait for an approval, per contract and member."""
    contracts = [fact["contract_id"] for fact in family.contracts]
    with db.snapshot() as connection:
        return held_of(connection, contracts, list(family.ids.values())).to_dicts()


def contract_families(db: Database, contract: str, most: int) -> list[str]:
    """The primaries of at most ``most`` families of a contract."""
    with db.snapshot() as connection:
        return families_under(connection, contract, most)


_offers: dict[tuple[str, str], Offered] = {}


def offered(db: Database) -> Offered:
    """The plans, levels and acts of the rulebook in force; a version never changes. Errors: NothingPublished."""
    with db.snapshot() as connection:
        version = published_version_name(connection)
        if (db.url, version) not in _offers:
            read = _offer(published_version(connection, version).rulebook)
            _offers.clear()
            _offers[db.url, version] = read
        return _offers[db.url, version]


def _offer(rulebook: Rulebook) -> Offered:
    cells = rulebook.price_lines.select("plan", "level").unique()
    priced = cells.join(rulebook.plans.select("plan", "currency"), on="plan").sort("plan", "level")
    acts = rulebook.care.acts.select("act_code", "label").sort("act_code")
    return Offered(tuple(priced.select("plan", "level", "currency").iter_rows()), tuple(acts.iter_rows()))
