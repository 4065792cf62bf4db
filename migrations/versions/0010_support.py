"""Requests for support with their append-only events, and tokens of the role that the support button has."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

BEFORE = "role in ('display', 'floor', 'desk', 'authority', 'leadership', 'engineer', 'admin')"
AFTER = "role in ('display', 'floor', 'desk', 'authority', 'leadership', 'engineer', 'admin', 'support')"


def upgrade() -> None:
    _roles(AFTER)
    op.create_table(
        "support_head",
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site"),
    )
    op.create_table(
        "support",
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("uuid", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("last_sequence", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "uuid"),
    )
    op.create_index("support_by_number", "support", ["site", "number"], unique=True)
    op.create_index("support_by_received_at", "support", ["site", "received_at"])
    op.create_index("support_by_open", "support", ["site", "open"])
    op.create_table(
        "support_event",
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("uuid", sa.String(), nullable=False),
        sa.Column("support", sa.String(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "uuid"),
    )
    op.create_index("support_event_by_support", "support_event", ["site", "support", "sequence"], unique=True)


def downgrade() -> None:
    for table in ("support_event", "support", "support_head"):
        op.drop_table(table)
    for table in ("session", "token"):
        op.execute(f"delete from {table} where role = 'support'")
    _roles(BEFORE)


def _roles(known: str) -> None:
    """Let tokens and sessions have these roles; SQLite changes no constraint, so that its tables are written anew."""
    if op.get_bind().dialect.name != "sqlite":
        for table in ("session", "token"):
            op.drop_constraint("role_known", table, type_="check")
            op.create_check_constraint("role_known", table, known)
        return
    op.drop_index("token_by_hash", "token")
    for table in ("session", "token"):
        op.rename_table(table, f"{table}_before")
    op.create_table(
        "session",
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("token_id", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(known, name="role_known"),
        sa.PrimaryKeyConstraint("site", "hash"),
    )
    op.create_table(
        "token",
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(known, name="role_known"),
        sa.PrimaryKeyConstraint("site", "id"),
    )
    op.execute(
        "insert into session (site, hash, token_id, role, name, opened_at, until) "
        "select site, hash, token_id, role, name, opened_at, until from session_before"
    )
    op.execute(
        "insert into token (site, id, role, name, hash, created_at, revoked_at) "
        "select site, id, role, name, hash, created_at, revoked_at from token_before"
    )
    for table in ("session", "token"):
        op.drop_table(f"{table}_before")
    op.create_index("token_by_hash", "token", ["site", "hash"], unique=True)
