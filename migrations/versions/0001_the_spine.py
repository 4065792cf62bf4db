"""The spine: samples, exams, roll-ups, standings, journal, access."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "closed",
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("step_s", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("open", sa.Integer(), nullable=False),
        sa.Column("p50", sa.Float(), nullable=True),
        sa.Column("p90", sa.Float(), nullable=True),
        sa.Column("p95", sa.Float(), nullable=True),
        sa.CheckConstraint("n >= 0 and open >= 0 and step_s > 0", name="counts_fit"),
        sa.PrimaryKeyConstraint("site", "key", "step_s", "at"),
    )
    op.create_table(
        "configuration",
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("canonical", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "version"),
    )
    op.create_table(
        "exam",
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("available_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("preliminary_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("final_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "token"),
    )
    op.create_index("exam_by_closed", "exam", ["site", "closed", "last_at"], unique=False)
    op.create_index("exam_by_last_at", "exam", ["site", "last_at"], unique=False)
    op.create_table(
        "exam_event",
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("feed", sa.String(), nullable=False),
        sa.Column("exam", sa.String(), nullable=False),
        sa.Column("milestone", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at_field", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("message_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("modality", sa.String(), nullable=True),
        sa.Column("patient_class", sa.String(), nullable=True),
        sa.Column("priority", sa.String(), nullable=True),
        sa.Column("area", sa.String(), nullable=True),
        sa.Column("study", sa.String(), nullable=True),
        sa.Column("instances", sa.BigInteger(), nullable=True),
        sa.Column("station", sa.String(), nullable=True),
        sa.Column("left_out", sa.String(), nullable=True),
        sa.CheckConstraint(
            "milestone in ('ordered', 'listed', 'scheduled', 'arrived', 'begun', 'ended', 'available', "
            "'preliminary', 'final', 'addendum', 'delivered', 'cancelled', 'no_show')",
            name="milestone_known",
        ),
        sa.CheckConstraint("(instances is null or instances >= 0)", name="not_negative"),
        sa.PrimaryKeyConstraint("site", "id"),
    )
    op.create_index("exam_event_by_exam", "exam_event", ["site", "exam"], unique=False)
    op.create_index("exam_event_by_received_at", "exam_event", ["site", "received_at"], unique=False)
    op.create_index("exam_event_by_study", "exam_event", ["site", "study"], unique=False)
    op.create_table(
        "feed_message",
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("feed", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("message_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("shapes", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "id"),
    )
    op.create_index("feed_message_by_at", "feed_message", ["site", "feed", "at"], unique=False)
    op.create_table(
        "golive",
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("site", "number"),
    )
    op.create_table(
        "journal",
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.CheckConstraint("seq > 0", name="seq_from_one"),
        sa.PrimaryKeyConstraint("site", "seq"),
    )
    op.create_table(
        "journal_head",
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("site"),
    )
    op.create_table(
        "mark",
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "name"),
    )
    op.create_table(
        "quarantine",
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("feed", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("shape", sa.String(), nullable=False),
        sa.Column("control_hash", sa.String(), nullable=False),
        sa.Column("bytes_hash", sa.String(), nullable=False),
        sa.Column("message_type", sa.String(), nullable=False),
        sa.Column("length", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("(length is null or length >= 0)", name="not_negative"),
        sa.PrimaryKeyConstraint("site", "id"),
    )
    op.create_index("quarantine_by_at", "quarantine", ["site", "at"], unique=False)
    op.create_table(
        "rollup",
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("probe", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("total", sa.Float(), nullable=False),
        sa.Column("least", sa.Float(), nullable=True),
        sa.Column("most", sa.Float(), nullable=True),
        sa.Column("p50", sa.Float(), nullable=True),
        sa.Column("p90", sa.Float(), nullable=True),
        sa.Column("p95", sa.Float(), nullable=True),
        sa.Column("counts", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("n >= 0 and failed >= 0 and failed <= n", name="counts_fit"),
        sa.PrimaryKeyConstraint("site", "key", "hour", "probe"),
    )
    op.create_index("rollup_by_probe", "rollup", ["site", "probe", "hour"], unique=False)
    op.create_table(
        "rollup_due",
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("probe", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("site", "hour", "probe"),
    )
    op.create_table(
        "sample",
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("probe", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("system", sa.String(), nullable=False),
        sa.Column("area", sa.String(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("connect_s", sa.Float(), nullable=True),
        sa.Column("tls_s", sa.Float(), nullable=True),
        sa.Column("associate_s", sa.Float(), nullable=True),
        sa.Column("metadata_s", sa.Float(), nullable=True),
        sa.Column("first_s", sa.Float(), nullable=True),
        sa.Column("total_s", sa.Float(), nullable=True),
        sa.Column("matches", sa.BigInteger(), nullable=True),
        sa.Column("instances", sa.BigInteger(), nullable=True),
        sa.Column("instances_announced", sa.BigInteger(), nullable=True),
        sa.Column("bytes", sa.BigInteger(), nullable=True),
        sa.Column("stamp", sa.String(), nullable=True),
        sa.Column("quickack", sa.Boolean(), nullable=False),
        sa.Column("planned", sa.Boolean(), nullable=False),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind in ('echo', 'worklist', 'query', 'image-load', 'web')", name="kind_known"),
        sa.CheckConstraint(
            "outcome in ('ok', 'refused', 'unreachable', 'rejected', 'auth', 'timeout', 'aborted', "
            "'bad_status', 'wrong_answer')",
            name="outcome_known",
        ),
        sa.CheckConstraint(
            "(connect_s is null or connect_s >= 0) and (tls_s is null or tls_s >= 0) and (associate_s "
            "is null or associate_s >= 0) and (metadata_s is null or metadata_s >= 0) and (first_s is "
            "null or first_s >= 0) and (total_s is null or total_s >= 0) and (matches is null or "
            "matches >= 0) and (instances is null or instances >= 0) and (instances_announced is null "
            "or instances_announced >= 0) and (bytes is null or bytes >= 0)",
            name="not_negative",
        ),
        sa.PrimaryKeyConstraint("site", "at", "id"),
        postgresql_partition_by="RANGE (at)",
        sqlite_with_rowid=False,
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("create table sample_default partition of sample default")
    op.create_index("sample_by_id", "sample", ["site", "id"], unique=False)
    op.create_index("sample_by_known_at", "sample", ["site", "known_at"], unique=False)
    op.create_index("sample_by_probe", "sample", ["site", "probe", "at"], unique=False)
    op.create_table(
        "session",
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("token_id", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "role in ('display', 'floor', 'desk', 'authority', 'leadership', 'engineer', 'admin')", name="role_known"
        ),
        sa.PrimaryKeyConstraint("site", "hash"),
    )
    op.create_table(
        "standing",
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("series", sa.String(), nullable=False),
        sa.Column("window", sa.String(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=True),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "series", "window"),
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
        sa.CheckConstraint(
            "role in ('display', 'floor', 'desk', 'authority', 'leadership', 'engineer', 'admin')", name="role_known"
        ),
        sa.PrimaryKeyConstraint("site", "id"),
    )
    op.create_index("token_by_hash", "token", ["site", "hash"], unique=True)


def downgrade() -> None:
    op.drop_table("token")
    op.drop_table("standing")
    op.drop_table("session")
    op.drop_table("sample")
    op.drop_table("rollup_due")
    op.drop_table("rollup")
    op.drop_table("quarantine")
    op.drop_table("mark")
    op.drop_table("journal_head")
    op.drop_table("journal")
    op.drop_table("golive")
    op.drop_table("feed_message")
    op.drop_table("exam_event")
    op.drop_table("exam")
    op.drop_table("configuration")
    op.drop_table("closed")
