"""The scopes: what a token may be good for."""

from enum import StrEnum


class Scope(StrEnum):
    """Every scope that there is; a service account has those it was given, a person those of their roles."""

    DEPARTMENTS_READ = "departments:read"
    DEPARTMENTS_WRITE = "departments:write"
    ABSENCES_READ = "absences:read"
    ABSENCES_WRITE = "absences:write"
    PEOPLE_READ = "people:read"
    PEOPLE_WRITE = "people:write"
    CLIENTS_READ = "clients:read"
    CLIENTS_WRITE = "clients:write"
    ACCESS_TOKENS_WRITE = "access-tokens:write"
    AUDIT_EVENTS_READ = "audit-events:read"
    CALENDARS_READ = "calendars:read"
    CALENDARS_WRITE = "calendars:write"
    OFFERINGS_READ = "offerings:read"
    OFFERINGS_WRITE = "offerings:write"
    AGREEMENTS_READ = "agreements:read"
    AGREEMENTS_WRITE = "agreements:write"
    TICKETS_READ = "tickets:read"
    TICKETS_WRITE = "tickets:write"
    TICKETS_IMPORT = "tickets:import"
    REPORTS_READ = "reports:read"
    INTERACTIONS_READ = "interactions:read"
    SURVEYS_READ = "surveys:read"
    INVITATIONS_DELIVER = "invitations:deliver"
    """To read links by which anybody may answer, and mail them: of service accounts alone."""
    RESPONSES_READ = "responses:read"
    RESPONSES_WRITE = "responses:write"
