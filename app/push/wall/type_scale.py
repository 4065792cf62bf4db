"""The wall's type scale from distance and diagonal: what tells state keeps 16 arcminutes, the rest makes room."""

from dataclasses import dataclass

DISTANCE_M, DIAGONAL_IN = 2.5, 65.0
# 16 arcminutes of cap height; a capital of Inter is 0.727 of its font size
_ARC16 = 1 / 215
_CAP = 0.727
_HEIGHT_OF_DIAGONAL = 9 / (9**2 + 16**2) ** 0.5
SMALLEST_VH, LARGEST_VH = 1.9, 4.6
# what leaves, in this order, once the state's size (vh) passes the figure beside it
LEAVES = (("provenance", 2.2), ("spark", 2.6), ("percentiles", 2.9), ("owner", 2.9), ("systems", 2.9), ("areas", 2.9))


@dataclass(frozen=True, slots=True)
class Scale:
    """Font sizes in vh; `gone` are the secondary facts without room; `readable_m` is how far away state can be read."""

    state_vh: float
    second_vh: float
    name_vh: float
    number_vh: float
    clock_vh: float
    layout: str
    gone: tuple[str, ...]
    wanted_vh: float
    readable_m: float


def scale(distance_m: float = DISTANCE_M, diagonal_in: float = DIAGONAL_IN) -> Scale:
    """Give the type scale for people `distance_m` away from a 16:9 screen of this diagonal."""
    height_m = diagonal_in * 0.0254 * _HEIGHT_OF_DIAGONAL
    wanted = 100 * distance_m * _ARC16 / _CAP / height_m
    state = min(max(wanted, SMALLEST_VH), LARGEST_VH)
    gone = tuple(name for name, above in LEAVES if state > above)
    return Scale(
        state_vh=round(state, 3),
        second_vh=round(max(1.8, 0.7 * state), 3),
        name_vh=round(max(state, 2.3), 3),
        number_vh=round(9.0 + 2.4 * max(0.0, state - 2.05), 3),
        clock_vh=round(5.4 + 1.6 * max(0.0, state - 2.05), 3),
        layout="far" if "percentiles" in gone else "mid" if gone else "near",
        gone=gone,
        wanted_vh=round(wanted, 3),
        readable_m=round(state / 100 * height_m * _CAP / _ARC16, 1),
    )


def stylesheet(of: Scale) -> str:
    """Give the scale as the stylesheet that the page links: variables, and which facts leave."""
    sizes = {
        "state": of.state_vh,
        "second": of.second_vh,
        "name": of.name_vh,
        "number": of.number_vh,
        "clock": of.clock_vh,
    }
    lines = [":root{" + "".join(f"--{name}:{size}vh;" for name, size in sizes.items()) + "}"]
    lines += [f":where(.wall) .{_SELECTORS[name]}{{display:none}}" for name in of.gone if name in _SELECTORS]
    return "\n".join(lines) + "\n"


_SELECTORS = {
    "provenance": "fact.count,:where(.wall) .tile .expected",
    "spark": "tile .line",
    "percentiles": "tile .facts",
    "owner": "tile .place",
    "systems": "panel.systems",
    "areas": "panel.areas",
}
