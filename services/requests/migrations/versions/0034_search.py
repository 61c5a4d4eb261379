"""The words of tickets, for searching: in Spanish and in English, with and without accents, kept beside the tickets."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

# Compatibility forms taken apart, without the marks: what `unaccent` does, by what PostgreSQL itself calls immutable.
PLAIN = r"""
CREATE FUNCTION search_plain(said text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT left(regexp_replace(normalize(said, NFKD), '[\u0300-\u036f]', '', 'g'), 60000) $$
"""
# Stems depend on accents, and not everybody types them: both spellings are kept, and either is found.
WORDS = """
CREATE FUNCTION search_words(said text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT to_tsvector('pg_catalog.spanish', said) || to_tsvector('pg_catalog.english', said)
        || CASE WHEN search_plain(said) = said THEN '' ELSE to_tsvector('pg_catalog.spanish', search_plain(said)) END
$$
"""
# A vector holds at most a megabyte: what is said last counts, as far as it goes into 40,000 characters.
TICKET_WORDS = """
CREATE FUNCTION ticket_words(key text, subject text, description text, said text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ('''' || lower(key) || ''':1A')::tsvector
        || setweight(search_words(subject), 'A')
        || setweight(search_words(left(description, 20000)), 'C')
        || setweight(search_words(left(said, 40000)), 'D')
$$
"""
QUERY = r"""
CREATE FUNCTION search_query(said text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT plainto_tsquery('pg_catalog.spanish', said) || plainto_tsquery('pg_catalog.english', said)
        || plainto_tsquery('pg_catalog.spanish', search_plain(said))
        || CASE WHEN said ~ '^\s*[A-Za-z0-9][A-Za-z0-9_-]*-[0-9]+\s*$'
            THEN ('''' || lower(btrim(said)) || '''')::tsquery ELSE ''::tsquery END
$$
"""
NAMES = ("search_query(text)", "ticket_words(text, text, text, text)", "search_words(text)", "search_plain(text)")

# Words that somebody took back are not found; of corrections that were taken back themselves the next act knows.
BACKFILL = """
INSERT INTO ticket_text (ticket_id, shown, whole)
SELECT t.id, ticket_words(t.key, t.subject, t.description, COALESCE(said.shown, '')),
    CASE WHEN said.internal IS NOT NULL THEN
        ticket_words(t.key, t.subject, t.description, said.internal || ' ' || COALESCE(said.shown, '')) END
FROM ticket t LEFT JOIN LATERAL (
    SELECT string_agg(w.body, ' ' ORDER BY w.sequence DESC) FILTER (WHERE NOT w.is_internal) AS shown,
        string_agg(w.body, ' ' ORDER BY w.sequence DESC) FILTER (WHERE w.is_internal) AS internal
    FROM (
        SELECT e.sequence, COALESCE(e.payload ->> 'body', e.payload ->> 'comment') AS body,
            COALESCE(e.payload ->> 'visibility', 'public') = 'internal' AS is_internal
        FROM ticket_event e
        WHERE e.ticket_id = t.id AND e.name IN ('commented', 'moved')
            AND NOT EXISTS (SELECT FROM ticket_event c WHERE c.ticket_id = t.id AND c.corrects = e.id)
    ) AS w WHERE w.body IS NOT NULL
) AS said ON true
"""


def upgrade() -> None:
    for function in (PLAIN, WORDS, TICKET_WORDS, QUERY):
        op.execute(function.replace(":1A", r"\:1A"))
    op.create_table(
        "ticket_text",
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("shown", postgresql.TSVECTOR(), nullable=False),
        sa.Column("whole", postgresql.TSVECTOR(), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_text_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_ticket_text")),
    )
    op.execute(BACKFILL)
    op.create_index("ix_ticket_text_shown", "ticket_text", ["shown"], postgresql_using="gin")
    op.create_index("ix_ticket_text_whole", "ticket_text", ["whole"], postgresql_using="gin")


def downgrade() -> None:
    op.drop_table("ticket_text")
    for name in NAMES:
        op.execute(f"DROP FUNCTION {name}")
