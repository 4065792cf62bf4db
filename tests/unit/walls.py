"""A wall at a fixed moment, without a browser."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from app.domain.floor.issue_board import IssueBoard
from app.domain.measuring.overall import overall
from app.domain.measuring.standings import Pulse, Standing
from app.domain.rollback.golive import GoLive, moment_of
from app.push.scene import Scene
from tests.browser.scenes import NOON, SCENES, T0, plan


def scene_of(standings: Sequence[Standing], now: datetime = NOON, **changed: object) -> Scene:
    """Give the scene of these standings, an hour and more after T0."""
    its_plan = plan()
    pulses = {("main", feed): Pulse("listening", "", now) for feed in its_plan.feeds}
    whole = overall(standings, its_plan, pulses, now)
    moment = moment_of(its_plan.go_live, GoLive(T0, T0), now, zone_now=now.astimezone(its_plan.zone))
    made = Scene(
        now,
        now + timedelta(milliseconds=3),
        its_plan,
        moment,
        tuple(standings),
        whole.state,
        tuple(whole.reasons),
        3,
        "",
        "b",
        issues=IssueBoard(blind=""),
    )
    return replace(made, **changed)  # type: ignore[arg-type]  # fields by name


def named(name: str, **changed: object) -> Scene:
    """Give one of the scenes that the browser tests show."""
    return scene_of(SCENES[name](NOON), **changed)
