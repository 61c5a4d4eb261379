"""Who may do what: written by hand from the design's pages on the API, on identity and on the product, not from code.

The world: IT (the department concerned, the provider) serves People operations (HR, the customer), whose `asker` asked.
Support has nothing to do with it. Answers: 401 no token · 403 may see but not do, or lacks the scope · 404 not theirs
to see · 2xx done.
`beneficiary` and `participant`, of Support, are named on what the asker asks; `deputy` stands in for IT's manager.
"""

from collections.abc import Mapping

from tests.contracts.authorisation.callers import (
    ACTORS_ON_THE_TICKET,
    ADMINISTRATORS,
    EVERYBODY,
    GIVES_A_SIDES_WORD,
    HOLDS_THE_LINK,
    LOOKERS_ON,
    MANAGERS,
    MEMBERS_OF_HR,
    ON_THE_TICKET,
    PROGRAMS,
    READERS_OF_THE_AGREEMENT,
    READERS_OF_THE_TICKET,
    READS_THE_AGREEMENT,
    READS_THE_TICKET,
    SEE_FIGURES,
    SIDES_OF_THE_AGREEMENT,
    SIGNED_IN,
    SUBMITTERS,
    SUPPORT,
    WORKERS_ON_THE_TICKET,
    Row,
    public,
    row,
)
from tests.contracts.authorisation.identity_rows import IDENTITY_ROWS

TABLE: Mapping[str, Row] = {
    **IDENTITY_ROWS,
    # requests: calendars and what departments offer
    "calendars_compute_working_time": public(200),
    "calendars_list_calendars": EVERYBODY,
    "calendars_get_calendar": EVERYBODY,
    "calendars_list_versions": EVERYBODY,
    "calendars_get_assignment": EVERYBODY,
    "calendars_add_calendar": row(201, f"{MANAGERS} {ADMINISTRATORS}"),
    "calendars_add_version": row(201, f"manager {ADMINISTRATORS}"),
    "calendars_import_days": row(200, f"manager {ADMINISTRATORS}"),
    "calendars_export_calendar": EVERYBODY,
    "calendars_preview_version": row(200, f"manager {ADMINISTRATORS}"),
    "calendars_preview_version/of the organisation's": row(200, ADMINISTRATORS),
    "calendars_add_version/of the organisation's": row(201, ADMINISTRATORS),
    "calendars_assign_calendar": row(200, f"manager {ADMINISTRATORS}"),
    "calendars_assign_calendar/to the organisation": row(200, "admin"),
    "offerings_list_offerings": EVERYBODY,
    "offerings_get_offering": EVERYBODY,
    "offerings_list_versions": EVERYBODY,
    "offerings_get_version": EVERYBODY,
    "offerings_publish_offering": row(201, f"manager {ADMINISTRATORS}"),
    "offerings_change_offering": row(200, f"manager {ADMINISTRATORS}"),
    # requests: agreements, between IT and HR; a side's word is its manager's, and no administrator's
    "agreements_propose_agreement": row(201, SIDES_OF_THE_AGREEMENT),
    "agreements_list_agreements": EVERYBODY,
    "agreements_get_agreement": READS_THE_AGREEMENT,
    "agreements_propose_version": GIVES_A_SIDES_WORD,
    "agreements_list_versions": READS_THE_AGREEMENT,
    "agreements_get_version": READS_THE_AGREEMENT,
    "agreements_get_feasibility": READS_THE_AGREEMENT,
    "agreements_compare_versions": READS_THE_AGREEMENT,
    "agreements_sign_agreement": GIVES_A_SIDES_WORD,
    "agreements_list_signatures": READS_THE_AGREEMENT,
    "freezes_propose_freeze": row(201, SIDES_OF_THE_AGREEMENT),
    "freezes_list_freezes": EVERYBODY,
    "freezes_get_freeze": READS_THE_AGREEMENT,
    "freezes_sign_freeze": GIVES_A_SIDES_WORD,
    "freezes_withdraw_freeze": GIVES_A_SIDES_WORD,
    # the breach of IT's promise: IT explains, People operations contests and decides
    "breaches_list_breaches": EVERYBODY,
    "breaches_get_breach": READS_THE_TICKET,
    "breaches_explain_breach": row(
        201, WORKERS_ON_THE_TICKET, refused=404, s403=f"{ON_THE_TICKET} customer_manager auditor"
    ),
    "breaches_contest_breach": row(
        201, f"{ON_THE_TICKET} customer_manager admin connector", refused=404, s403="agent manager auditor"
    ),
    "breaches_decide_breach": row(
        201, "customer_manager admin", refused=404, s403=f"{ON_THE_TICKET} agent manager connector auditor"
    ),
    "exclusions_ask_exclusion": row(201, SIDES_OF_THE_AGREEMENT),
    "exclusions_list_exclusions": EVERYBODY,
    "exclusions_get_exclusion": READS_THE_AGREEMENT,
    "exclusions_decide_exclusion": row(201, "customer_manager", s404="other_manager"),
    "agreements_terminate_agreement": GIVES_A_SIDES_WORD,
    # requests: what if, between IT and HR; the matrix reads and stops what an administrator asked
    "simulations_start_simulation": row(202, f"{SIDES_OF_THE_AGREEMENT} admin"),
    "simulations_get_simulation": row(200, "admin", refused=404),
    "simulations_cancel_simulation": row(201, "admin", refused=404),
    # requests: tickets; colleagues do not read each other's
    "tickets_list_tickets": EVERYBODY,
    "tickets_list_queue": EVERYBODY,
    "tickets_act_on_tickets": row(207, f"{SIGNED_IN} {PROGRAMS}"),  # each item answers as the single routes
    "tickets_stream_events": EVERYBODY,  # of the tickets that each may read: tests/requests/live
    "tickets_submit_ticket": row(201, SUBMITTERS),
    "tickets_submit_ticket/for somebody else": row(201, "customer_manager admin connector"),
    "tickets_upsert_ticket_by_reference": row(201, SUBMITTERS),
    "tickets_upsert_ticket_by_reference/there already": row(  # 409: the reference is on a ticket that they do not see
        200, f"{ON_THE_TICKET} customer_manager admin connector", refused=409, s403="agent manager auditor"
    ),
    "tickets_preview_ticket": row(200, SUBMITTERS),
    "tickets_get_ticket": READS_THE_TICKET,
    "tickets_get_ticket/confidential": row(200, f"{ON_THE_TICKET} agent manager admin auditor connector", refused=404),
    "tickets_amend_ticket": row(
        200, f"{ON_THE_TICKET} customer_manager admin connector", refused=404, s403="agent manager auditor"
    ),
    "tickets_amend_ticket/external refs": row(
        200, f"{ON_THE_TICKET} customer_manager {WORKERS_ON_THE_TICKET}", refused=404, s403="auditor"
    ),
    "attachments_attach_file": row(201, ACTORS_ON_THE_TICKET, refused=404, s403="auditor"),
    "attachments_attach_file/internal": row(
        201, WORKERS_ON_THE_TICKET, refused=404, s403=f"auditor {ON_THE_TICKET} customer_manager"
    ),
    "attachments_list_attachments": READS_THE_TICKET,
    "attachments_get_attachment": READS_THE_TICKET,
    "attachments_get_attachment/internal": row(200, "agent manager admin auditor", refused=404),
    "attachments_download_file": READS_THE_TICKET,
    "attachments_remove_file": row(  # the asker's
        204, "asker admin", refused=404, s403="beneficiary participant customer_manager agent manager auditor connector"
    ),
    "tickets_list_relations": READS_THE_TICKET,
    "tickets_get_relation": READS_THE_TICKET,
    "tickets_relate_ticket": row(201, ACTORS_ON_THE_TICKET, refused=404, s403="auditor"),
    "tickets_end_relation": row(204, ACTORS_ON_THE_TICKET, refused=404, s403="auditor"),
    "tickets_merge_ticket": row(
        201, WORKERS_ON_THE_TICKET, refused=404, s403=f"auditor {ON_THE_TICKET} customer_manager"
    ),
    "tickets_get_history": READS_THE_TICKET,
    "tickets_list_comments": READS_THE_TICKET,
    "tickets_list_hand_offs": READS_THE_TICKET,
    "tickets_offer_hand_off": row(
        201, WORKERS_ON_THE_TICKET, refused=404, s403=f"auditor {ON_THE_TICKET} customer_manager"
    ),  # of IT's ticket, to Support
    "tickets_accept_hand_off": HOLDS_THE_LINK,
    "tickets_bounce_hand_off": HOLDS_THE_LINK,
    "tickets_withdraw_hand_off": row(
        201, WORKERS_ON_THE_TICKET, refused=404, s403=f"auditor {ON_THE_TICKET} customer_manager {SUPPORT}"
    ),
    "tickets_return_hand_off": HOLDS_THE_LINK,
    "tickets_ask_on_hand_off": HOLDS_THE_LINK,
    "tickets_answer_on_hand_off": row(
        201, WORKERS_ON_THE_TICKET, refused=404, s403=f"auditor {ON_THE_TICKET} customer_manager {SUPPORT}"
    ),  # what Support asked IT
    "tickets_answer_on_hand_off/of the requester": row(
        201, f"{ON_THE_TICKET} customer_manager {WORKERS_ON_THE_TICKET}", refused=404, s403=f"auditor {SUPPORT}"
    ),
    "tickets_get_ledger": READS_THE_TICKET,
    "tickets_list_clocks": READS_THE_TICKET,
    "tickets_explain_clock": READS_THE_TICKET,
    "tickets_move_ticket": row(
        201, WORKERS_ON_THE_TICKET, refused=404, s403="auditor", s409=f"{ON_THE_TICKET} customer_manager"
    ),  # 409: the step is the other side's to take
    "tickets_move_ticket/cancel": row(
        201, f"{ON_THE_TICKET} customer_manager admin connector", refused=404, s403="auditor", s409="agent manager"
    ),
    "tickets_comment_on_ticket": row(
        201, f"{ON_THE_TICKET} customer_manager {WORKERS_ON_THE_TICKET}", refused=404, s403="auditor"
    ),
    "tickets_comment_on_ticket/internal": row(
        201, WORKERS_ON_THE_TICKET, refused=404, s403=f"auditor {ON_THE_TICKET} customer_manager"
    ),
    "tickets_assign_ticket": row(
        201, WORKERS_ON_THE_TICKET, refused=404, s403=f"auditor {ON_THE_TICKET} customer_manager"
    ),
    "tickets_rule_on_ticket": row(
        201, f"{ON_THE_TICKET} customer_manager {WORKERS_ON_THE_TICKET}", refused=404, s403="auditor"
    ),
    "tickets_list_rulings": READS_THE_TICKET,
    "tickets_contest_interval": row(
        201, f"{ON_THE_TICKET} customer_manager deputy {WORKERS_ON_THE_TICKET}", refused=404, s403="auditor"
    ),
    "tickets_list_contests": row(200, f"{READERS_OF_THE_TICKET} deputy", refused=404),
    "tickets_decide_contest": row(
        201, "customer_manager admin", refused=404, s403=f"{ON_THE_TICKET} agent manager deputy connector auditor"
    ),
    "tickets_list_steps": READS_THE_TICKET,
    "tickets_note_step": row(201, WORKERS_ON_THE_TICKET, refused=404, s403=f"{ON_THE_TICKET} customer_manager auditor"),
    # an approval (here of IT's managers) is theirs or their deputy's to give, and no administrator's; these read it too
    "tickets_list_approvals": READS_THE_TICKET,
    "tickets_list_approvals/while it waits": row(200, f"deputy {READERS_OF_THE_TICKET}", refused=404),
    "tickets_get_ticket/while it awaits approval": row(200, f"deputy {READERS_OF_THE_TICKET}", refused=404),
    "tickets_list_tickets/that await an approval": EVERYBODY,
    "tickets_answer_approval": row(
        201, "manager deputy", refused=404, s403=f"{ON_THE_TICKET} agent customer_manager admin auditor connector"
    ),
    "tickets_take_back_event": row(
        201, WORKERS_ON_THE_TICKET, refused=404, s403="auditor", s409=f"{ON_THE_TICKET} customer_manager"
    ),  # of the provider's slip
    # requests: standing orders; of the asker's one, in the name of HR
    "standing_orders_set_up_order": row(201, MEMBERS_OF_HR),  # somebody who belongs to the department, to this day
    "standing_orders_list_orders": EVERYBODY,
    "standing_orders_get_order": row(200, "asker customer_manager admin auditor", refused=404),
    "standing_orders_change_order": row(200, "asker customer_manager", refused=404, s403="admin auditor"),
    "standing_orders_end_order": row(204, "asker customer_manager", refused=404, s403="admin auditor"),
    "standing_orders_list_runs": row(200, "asker customer_manager admin auditor", refused=404),
    "standing_orders_list_order_versions": row(200, "asker customer_manager admin auditor", refused=404),
    # requests: what people are told
    "messages_list_messages": EVERYBODY,
    "messages_get_message": row(200, "asker", refused=404),
    "messages_change_message": row(200, "asker", refused=404),
    "messages_list_items": row(200, "asker", refused=404),
    # requests: what is brought in, and figures
    "imports_list_imports": row(200, "admin connector"),
    "imports_get_import": row(200, "admin connector"),
    "imports_start_import": row(202, "admin connector"),
    "imports_cancel_import": row(201, "admin connector"),
    "reports_report_attainment": row(200, SEE_FIGURES),
    "reports_report_time_held": row(200, SEE_FIGURES),
    "reports_report_lead_time": row(200, SEE_FIGURES),
    "reports_report_flow": row(200, SEE_FIGURES),
    "reports_report_trend": row(200, SEE_FIGURES),
    "reports_report_backlog": row(200, SEE_FIGURES),
    "reports_report_scoreboard": row(  # of IT and People operations
        200, f"agent manager customer_agent customer_manager admin auditor viewer {PROGRAMS}"
    ),
    "reports_report_review_pack": row(  # of the same pair
        200, f"agent manager customer_agent customer_manager admin auditor viewer {PROGRAMS}"
    ),
    # feedback
    "interactions_list_interactions": EVERYBODY,
    "surveys_list_surveys": EVERYBODY,
    "invitations_list_invitations": EVERYBODY,
    "invitations_get_budget": EVERYBODY,
    "invitations_list_invitations/of somebody": row(200, f"asker {PROGRAMS}"),
    "invitations_get_invitation": row(200, f"asker {PROGRAMS}", refused=404),  # it holds the link
    "responses_show_answer_page": public(200),  # who has the link needs nothing else
    "responses_answer_by_page": public(200),
    "responses_give_response": row(201, "asker", refused=404),
    "responses_list_responses": EVERYBODY,
    "scores_list_scores": EVERYBODY,
    # the gateway's own pages
    "gateway_get_documentation": public(200),
    "gateway_check_liveness": public(200),
    "gateway_check_readiness": public(200),
    "gateway_get_contract": public(200),
}
"""Operation (or operation/variant) → caller → status. What is written after the operation is another case of it."""

LISTED: Mapping[str, frozenset[str]] = {
    "agreements_list_agreements": frozenset(READERS_OF_THE_AGREEMENT.split()),
    "breaches_list_breaches": frozenset(("agent", "manager", "customer_manager", "admin", "auditor", "connector")),
    "departments_list_absences": frozenset(f"agent manager {ADMINISTRATORS}".split()),
    "exclusions_list_exclusions": frozenset(READERS_OF_THE_AGREEMENT.split()),
    "freezes_list_freezes": frozenset(READERS_OF_THE_AGREEMENT.split()),
    "tickets_list_queue": frozenset(("agent", "manager")),
    "tickets_list_tickets": frozenset(READERS_OF_THE_TICKET.split()),
    "standing_orders_list_orders": frozenset({"asker", "customer_manager", "admin", "auditor"}),
    "tickets_list_tickets/that await an approval": frozenset({"manager", "deputy"}),
    # who serves or manages IT answers for it on both sides; its members see whom it asks, not who asks it
    "interactions_list_interactions": frozenset(f"agent manager {MEMBERS_OF_HR} admin {LOOKERS_ON} {PROGRAMS}".split()),
    "invitations_list_invitations": frozenset({"asker"}),
    "invitations_list_invitations/of somebody": frozenset(f"asker {PROGRAMS}".split()),
    # who said what: the provider's side, and those whom the page names; figures are others' to see
    "responses_list_responses": frozenset(f"asker agent manager admin listener {PROGRAMS}".split()),
    "scores_list_scores": frozenset(f"agent manager admin listener {PROGRAMS}".split()),
}
"""Who finds the thing concerned in a list that everybody may ask for."""
