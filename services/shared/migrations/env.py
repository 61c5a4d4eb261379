"""Alembic's environment for every service; `services/shared/migrating.py` gives it the connection and the metadata."""

from alembic import context


def run() -> None:
    """Run the command's migrations on the connection given, each in a transaction of its own."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=context.config.attributes["metadata"],
        transaction_per_migration=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()


if __name__ == "env_py":  # as Alembic calls it; others (pytest, looking for doctests) only import it
    run()
