"""Who reads and who changes a standing order."""

from collections.abc import Mapping
from typing import Any

from services.shared.auth import Actor


def can_read_order(actor: Actor, order: Mapping[str, Any]) -> bool:
    """Whoever set it up, the department's managers (not what is asked in confidence), administrators and auditors."""
    return can_change_order(actor, order) or actor.has_role("admin", "auditor")


def can_change_order(actor: Actor, order: Mapping[str, Any]) -> bool:
    """Whoever set it up, as long as they belong to the department, and its managers. A program sets none up.

    What is asked of a confidential offering is hidden from the department's managers, as the tickets are.
    """
    department_id = order["customer_department_id"]
    if actor.is_client or department_id not in actor.department_roles:
        return False
    is_manager = actor.has_department_role(department_id, "manager")
    return actor.id == order["owner_id"] or (is_manager and not order["is_confidential"])
