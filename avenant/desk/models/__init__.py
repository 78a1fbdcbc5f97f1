"""The desk's own tables, by topic."""

from avenant.desk.models.cases import Case, CaseStep
from avenant.desk.models.people import Reveal, User
from avenant.desk.models.requests import TwoPersonRequest
from avenant.desk.models.visits import Visit

__all__ = ["Case", "CaseStep", "Reveal", "TwoPersonRequest", "User", "Visit"]
