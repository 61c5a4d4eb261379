"""Which links of a ticket are held by their departments, which therefore read the ticket: told in one place."""

HOLDS = "(k.department_id IS NOT NULL AND (k.accepted_at IS NOT NULL OR k.ended_at IS NULL OR k.outcome = 'lapsed'))"
"""A condition on a row `k` of `ticket_link`.

Who was only offered something, and refused it or saw it withdrawn, never held it and reads the ticket no longer. An
offer that lapsed is its department's missed promise: it sees what it answers for.
"""
HOLDERS = f"SELECT k.department_id FROM ticket_link k WHERE k.ticket_id = t.id AND {HOLDS}"
"""The departments that hold links of a ticket `t`."""
