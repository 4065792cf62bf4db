"""Where a bug of ours is, in words that may be logged."""

import traceback


def place_of(bug: Exception) -> str:
    """Give kind and place of an error; its message may hold what a peer sent."""
    frames = traceback.extract_tb(bug.__traceback__)
    return f"{type(bug).__name__} at " + " < ".join(f"{f.name}:{f.lineno}" for f in reversed(frames[-3:]))
