"""What a demo tells its two helpers: the hospital's life and time, as text on their command line."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime

from app.clock import Pace
from collectors.simulator.life import Life, hospital
from collectors.simulator.scenarios import Script
from collectors.simulator.site import Ports


@dataclass(frozen=True, slots=True)
class Part:
    """What is to be played: which life, from which moment on, where its systems are, and how time passes."""

    life: Life
    since: datetime
    ports: Ports
    pace: Pace

    def text(self) -> str:
        """Give it as `read_part` takes it."""
        stays = self.life.hospital
        said = {
            "seed": stays.seed,
            "zone": stays.zone.key,
            "t0": stays.t0.isoformat(),
            "script": [(at.isoformat(), name) for at, name in stays.script.changes],
            "born": self.life.born.isoformat(),
            "since": self.since.isoformat(),
            "ports": asdict(self.ports),
            "pace": pace_text(self.pace),
        }
        return json.dumps(said)


def read_part(text: str) -> Part:
    """Give the part of a text."""
    said, moment = json.loads(text), datetime.fromisoformat
    script = Script(tuple((moment(at), name) for at, name in said["script"]))
    stays = hospital(said["seed"], t0=moment(said["t0"]), script=script, zone=said["zone"])
    life = Life(stays, moment(said["born"]))
    return Part(life, moment(said["since"]), Ports(**said["ports"]), read_pace(said["pace"]))


def pace_text(pace: Pace) -> str:
    """Give a pace as `read_pace` takes it."""
    return json.dumps([pace.base.isoformat(), pace.began_s, pace.rate])


def read_pace(text: str) -> Pace:
    """Give the pace of a text."""
    base, began_s, rate = json.loads(text)
    return Pace(datetime.fromisoformat(base), began_s, rate)
