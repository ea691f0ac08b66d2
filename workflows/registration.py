"""Which workflows there are, and the sandbox in which they run."""

from temporalio.worker import WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from workflows.credential_correction import CredentialCorrection
from workflows.credential_journey import CredentialJourney
from workflows.order_intake import OrderIntake
from workflows.sweep import Sweep

WORKFLOWS = (CredentialJourney, CredentialCorrection, OrderIntake, Sweep)

PURE_OF_OURS = ("workflows.contracts", "workflows.guards", "workflows.names")
"""Modules of workflows that only say and decide. Without them the sandbox would build every message
class anew for each journey, which took longer than all the rest of a replay (``docs/cost.md``)."""

PASSED_THROUGH = (
    *("domain", "activities", *PURE_OF_OURS),
    *("pydantic", "pydantic_core", "annotated_types"),
)
"""Modules that the sandbox does not load anew: for speed, and so that a pydantic class is the same
inside and outside. It does not check them either; an architecture test keeps them pure."""


def sandboxed_runner() -> WorkflowRunner:
    """Return the sandbox with Laurel's pure modules passed through."""
    restrictions = SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH)
    return SandboxedWorkflowRunner(restrictions=restrictions)
