"""Acts of golive's own machine: through the running server where there is one, else on the database itself."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from app.clock import utc_now
from app.commands import access, backup, evidence, golive
from app.domain.access import TokenRecord
from app.domain.evidence import slices
from app.domain.exams.exams import ExamEvent
from app.domain.journal import Verification
from app.domain.measuring.feed_messages import FeedMessage
from app.domain.privacy.identity import exam_token, normalised
from app.domain.rollback.decisions import Person
from app.domain.rollback.golive import Act
from app.errors import Missing, Unavailable
from app.plan import go_live_of, plan_of
from app.running.reaching import either, on_database, reading
from app.settings import Config, load_secrets
from app.store import engines, exams, feed_messages, journal, tokens, trigger_replay
from app.store import restore as store_restore
from app.store.db import Database, Session
from app.store.sets import rfc3339

BACKUP_S = 3600.0
BY = "this machine"


def create_token(config: Config, environ: Mapping[str, str], role: str, name: str) -> dict[str, str]:
    """Make a token; its clear text is in the answer and nowhere else."""
    site = config.settings.site.id
    made: dict[str, str] = either(
        config,
        environ,
        ("POST", "/api/internal/tokens", {"role": role, "name": name}),
        lambda db: db.write_now(access.creating_a_token(site, role, name, utc_now(), BY)),
    )
    return made


def revoke_token(config: Config, environ: Mapping[str, str], known: str) -> None:
    """Take a token away, at once and with its sessions."""
    site = config.settings.site.id
    if not any(t.id == known and t.revoked_at is None for t in list_tokens(config)):
        raise Missing(f'no token in force has the id "{known}" (golive token list)')
    either(
        config,
        environ,
        ("DELETE", f"/api/internal/tokens/{known}", None),
        lambda db: db.write_now(access.revoking_a_token(site, known, utc_now(), BY)),
    )


def list_tokens(config: Config) -> list[TokenRecord]:
    """Give all tokens without their clear text."""
    return list(reading(config, lambda s: tokens.list(s, config.settings.site.id)))


def back_up(config: Config, environ: Mapping[str, str], file: Path) -> dict[str, Any]:
    """Copy the database into a new file, also while golive runs."""

    def here(db: Database) -> dict[str, Any]:
        made = backup.back_up_now(db, config.settings.site.id, file, at=utc_now(), by=BY)
        return {"file": str(made.file), "bytes": made.size, "sha256": made.sha256}

    file = file.resolve()
    done: dict[str, Any] = either(
        config, environ, ("POST", "/api/internal/backup", {"file": str(file)}), here, BACKUP_S
    )
    return done


def act_on_go_live(
    config: Config, environ: Mapping[str, str], act: Act, at: datetime | None, reason: str, name: str
) -> dict[str, Any]:
    """Declare, delay or call off the go-live, also while golive does not run."""
    site, uuid, now = config.settings.site.id, str(uuid4()), utc_now()
    body = {"uuid": uuid, "action": act.value, "at": at and at.isoformat(), "reason": reason, "name": name}

    def here(db: Database) -> dict[str, Any]:
        by = Person(access.name_of("name", name), "admin", BY)
        made = db.write_now(golive.acting(site, go_live_of(config), uuid, act, at, reason, by, now))
        return {"action": made.act.value, "at": rfc3339(made.at), "by": made.by, "reason": made.reason}

    done: dict[str, Any] = either(config, environ, ("POST", "/api/internal/go-live", body), here)
    return done


def restore(config: Config, copy: Path, of_site: str = "") -> dict[str, Any]:
    """Put a backup in the place of the database, where no golive runs on it; what was there is kept beside.

    `of_site` names the site of the backup where it is meant to be another one's.
    """
    server, site, copy = config.settings.server, config.settings.site.id, copy.resolve()
    url = engines.parse(server.database)
    if url.get_backend_name() != "sqlite":
        raise Unavailable(
            "PostgreSQL restores its own: make an empty database, then "
            f"pg_restore --exit-on-error --no-owner --dbname=postgresql://… {copy}, and name it in [server] database"
        )
    file = engines.sqlite_file(url, config.folder)
    kept = store_restore.restore(file, copy, of_site or site)
    body = {"file": str(copy), "kept": str(kept or ""), "of_site": of_site or site}
    on_database(
        config,
        lambda db: db.write_now(lambda s: journal.append(s, site, utc_now(), BY, "backup.restore", copy.name, body)),
    )
    return {"file": str(file), "from": str(copy), "kept": str(kept) if kept else None}


def write_evidence(
    config: Config, version: str, issue: int | None, from_at: datetime | None, to_at: datetime | None, to: Path
) -> dict[str, Any]:
    """Write an archive of evidence from the database, also while golive runs; nothing in it is changed."""
    plan, now = plan_of(config), utc_now()

    def ask(session: Session) -> dict[str, Any]:
        asked, around = evidence.asking(plan, issue, from_at, to_at, now)(session)
        archive, size = evidence.Archive(asked, around, config, plan, version, now), 0
        try:
            with to.open("wb") as out:
                for since, until in slices(asked):
                    if not archive.full:
                        size += out.write(archive.add(evidence.piece(plan, since, until)(session)))
                size += out.write(archive.end())
        except OSError as error:
            raise Unavailable(f"{to} cannot be written: {error.strerror}") from error
        return {"file": str(to), "bytes": size, "from": rfc3339(asked.from_at), "to": rfc3339(asked.to_at)}

    return reading(config, ask)


def verify_journal(config: Config) -> Verification:
    """Walk the journal's chain and replay its triggers, also while golive runs; nothing is written."""
    site = config.settings.site.id

    def ask(session: Session) -> Verification:
        found = journal.verify(session, site)
        return replace(found, problem=trigger_replay.disagreement(session, site)) if found.ok else found

    found = reading(config, ask)
    return replace(found, ok=not found.problem)


def exam_events(config: Config, environ: Mapping[str, str], accession: str, issuer: str) -> tuple[str, list[ExamEvent]]:
    """Give an exam's token and what was told of it; the number is tried as each feed's rule writes it."""
    key = load_secrets(config, environ, make=False).site_key.get_secret_value()
    rules = [f.accession for f in config.settings.feeds]
    numbers = dict.fromkeys(
        [accession.strip()]
        + [normalised(accession, strip=r.strip, drop_prefix=r.drop_prefix, upper=r.upper) for r in rules]
    )
    found = [exam_token(key, number, issuer) for number in numbers if number]
    for token in found:
        if events := reading(config, lambda s, t=token: exams.events_of(s, config.settings.site.id, t)):  # type: ignore[misc]  # mypy cannot type a lambda's default
            return token, events
    raise Missing("no feed has told anything of this accession number")


def received(config: Config, feed: str, limit: int) -> list[FeedMessage]:
    """Give what a feed received last, newest first."""
    return reading(config, lambda s: feed_messages.newest(s, config.settings.site.id, feed, limit))
