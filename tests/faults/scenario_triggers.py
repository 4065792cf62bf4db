"""Each fault of the simulated hospital, lived by the rules of docs/triggers.md: which of them breach, and how soon."""

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from collectors.simulator.scenarios import ALWAYS, Script
from tests.faults.calm_week import T0, lived, site

CALM_H, SEED = 3, 1
# scenario → hours it is lived for, rule → minutes within which it breaches
EXPECTED: dict[str, tuple[float, dict[str, float]]] = {
    "slow-worklist": (1, {"worklist-unusable": 10}),
    "frozen-pacs": (1, {"pacs-down": 3, "images-not-loading": 8, "viewer-unusable": 10, "studies-not-arriving": 50}),
    "images-crawl": (1, {"images-not-loading": 15}),
    "silent-hl7": (1, {"interface-silent": 41}),
    "full-associations": (1, {"pacs-down": 35}),
    "stray-modality": (2, {}),  # its rule stays in shadow
    "reading-jam": (2, {}),  # reports come, slowly: nothing that a rollback would mend
}


def check() -> str:
    """Live every scenario; give the times from fault to breach, or raise with what breached beside or too late."""
    wrong, told = [], []
    with TemporaryDirectory() as folder:
        config = site(Path(folder))
        for name, (hours, expected) in EXPECTED.items():
            begin = T0 + timedelta(hours=CALM_H)
            script = Script(((ALWAYS, "calm"), (begin, name)))
            pasts = lived(SEED, config, timedelta(hours=CALM_H + hours), script)
            first: dict[str, float] = {}
            for past in (p for p in pasts if p.breaches):
                rule, after_min = past.id.partition(":")[0], (past.breaches[0].at - begin).total_seconds() / 60
                first[rule] = min(after_min, first.get(rule, after_min))
            late = [rule for rule, most in expected.items() if not 0 <= first.get(rule, -1) <= most]
            wrong += [f"{name}: {rule} {first.get(rule)}" for rule in (*late, *(first.keys() - expected.keys()))]
            told.append(f"{name} " + (", ".join(f"{r} {m:.0f} min" for r, m in first.items()) or "none"))
    if wrong:
        raise AssertionError("; ".join(wrong))
    return "; ".join(told)
