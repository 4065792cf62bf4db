"""What tablets told, in each database: kept in place of what was before, and compared with what is stored."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from app.commands import issues, tablets
from app.domain.floor.issues import Action, Event, Report
from app.domain.floor.tablets import Tablet
from app.domain.rollback.decisions import Person
from app.store import retention
from app.store import tablets as store
from app.store.db import Database
from tests.integration.store.conftest import SITE
from tests.integration.store.making import NOON
from tests.unit.made import WORKLIST, plan
from tests.unit.test_issues import FLOOR

ANN = Person("Ann", "floor", "token-ann")
PLAN = plan(WORKLIST)


def test_a_tablet_that_was_not_heard_of_for_seven_days_is_forgotten(database: Database) -> None:
    week, minute = timedelta(days=7), timedelta(minutes=1)
    for site, device, at in (
        (SITE, "made-up", NOON - week - minute),
        (SITE, "holds", NOON - week + minute),
        (SITE, "here", NOON),
        ("south", "theirs", NOON - week - minute),
    ):
        tablet = Tablet(device, at, 2, at)
        database.write_now(lambda s, site=site, tablet=tablet: store.keep(s, site, tablet))
    assert database.write_now(lambda s: retention.drop_old(s, SITE, NOON)) == 0
    assert [t.device for t in database.read_now(lambda s: store.every(s, SITE))] == ["here", "holds"]
    assert [t.device for t in database.read_now(lambda s: store.every(s, "south"))] == ["theirs"]


def test_only_what_the_server_lacks_counts_as_held(database: Database) -> None:
    of = replace(PLAN, site=SITE, floor=FLOOR)
    one, event, other = (str(uuid4()) for _ in range(3))
    database.write_now(issues.reporting(of, one, Report("ct", "worklist", 2), ANN, NOON))
    told = Event(event, Action.ME_TOO, ANN, NOON, 0)
    database.write_now(issues.acting(of, one, told, NOON))

    def tell(*held: str) -> list[str]:
        oldest = NOON - timedelta(hours=3)
        act = tablets.telling(
            SITE, "tablet-7", held, oldest, NOON - timedelta(hours=2), ANN, NOON, version="v1", on_duty=True, area="ct"
        )
        return database.write_now(act)

    def kept() -> list[Tablet]:
        return database.read_now(lambda s: store.every(s, SITE))

    assert tell(one, other, event) == [other]
    assert kept() == [Tablet("tablet-7", NOON, 1, NOON - timedelta(hours=1), "v1", True, "ct", "Ann")]
    assert tell(one) == []
    assert kept() == [Tablet("tablet-7", NOON, 0, None, "v1", True, "ct", "Ann")]
