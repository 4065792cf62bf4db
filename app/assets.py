"""Where golive's own files lie, installed as a wheel or run from a checkout."""

from pathlib import Path

_HERE = Path(__file__).resolve().parent


def folder(name: str) -> Path:
    """Give the folder `name` (templates, static, migrations): inside the wheel, else beside `app/` in the checkout."""
    packed = _HERE / "house" / name
    return packed if packed.is_dir() else _HERE.parent / name
