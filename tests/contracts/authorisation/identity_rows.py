"""The rows of the authorisation table that are identity's; see `table`."""

from collections.abc import Mapping

from tests.contracts.authorisation.callers import ADMINISTRATORS, EVERYBODY, PROGRAMS, SIGNED_IN, Row, public, row

IDENTITY_ROWS: Mapping[str, Row] = {
    # identity: the OAuth server and signing in
    "oauth2_get_metadata": public(200),
    "oauth2_list_keys": public(200),
    "oauth2_show_password_form": public(404),  # the link of the case is none
    "oauth2_set_password_by_form": public(404),
    "oauth2_issue_token": public(401),  # the credentials of the case are none
    "sessions_begin_session": public(401),
    "sessions_set_password": public(404),
    "sessions_end_session": row(204, SIGNED_IN, refused=404, scopeless=404),  # a program has never signed in
    "me_get_me": row(200, f"{SIGNED_IN} {PROGRAMS}", scopeless=200),
    # identity: everybody looks up departments and people; who changes them answers for it
    "departments_list_departments": EVERYBODY,
    "departments_get_department": EVERYBODY,
    "departments_list_members": EVERYBODY,
    "departments_get_member": EVERYBODY,
    "departments_add_department": row(201, ADMINISTRATORS),
    "departments_change_department": row(200, ADMINISTRATORS),
    "departments_set_member": row(200, f"manager {ADMINISTRATORS}"),
    "departments_end_membership": row(204, f"manager {ADMINISTRATORS}"),
    "departments_list_deputies": EVERYBODY,
    "departments_get_deputy": EVERYBODY,
    "departments_name_deputy": row(201, f"manager {ADMINISTRATORS}"),
    "departments_end_deputy": row(204, f"manager {ADMINISTRATORS}"),
    # who is away is known to those who give out the department's work or do it; the case's absence is the agent's
    "departments_list_absences": EVERYBODY,
    "departments_get_absence": row(200, f"agent manager {ADMINISTRATORS}", refused=404),
    "departments_record_absence": row(201, f"agent manager {ADMINISTRATORS}"),
    "departments_end_absence": row(204, f"agent manager {ADMINISTRATORS}", refused=404),
    "people_list_people": EVERYBODY,
    "people_get_person": EVERYBODY,
    "people_add_person": row(201, ADMINISTRATORS),
    "people_add_people": row(207, ADMINISTRATORS),
    "people_change_person": row(200, ADMINISTRATORS),
    "people_change_person/disable an administrator": row(200, "admin"),
    "people_change_person/give a role": row(200, "admin"),
    "people_add_person/with a role": row(201, "admin"),
    "people_make_password_link": row(201, "admin"),  # whoever holds it can sign in as that person
    # identity: service accounts
    "clients_list_clients": row(200, f"auditor {ADMINISTRATORS}"),
    "clients_get_client": row(200, f"auditor {ADMINISTRATORS}"),
    "clients_add_client": row(201, ADMINISTRATORS),
    "clients_add_client/with every scope": row(201, "admin connector"),
    "clients_add_client/with a department": row(201, "admin"),
    "clients_remove_client": row(204, ADMINISTRATORS),
    "clients_add_secret": row(201, ADMINISTRATORS),
    "clients_add_secret/of a mightier one": row(201, "admin connector"),
    "clients_remove_secret": row(204, ADMINISTRATORS),
}
