"""Every table, a file for each room of the domain; the only `table=True` there are.

Each key starts with `site`, so that many hospitals can live in one database. Rows are made from domain values only, and
what a row must hold is guarded by CHECK constraints. Moments are aware UTC (SQLModel's own column type).
"""

from sqlmodel import SQLModel

from app.store.tables import exams, floor, house, measuring, rollback, telling

metadata = SQLModel.metadata  # whole once the rooms above are read

__all__ = ["exams", "floor", "house", "measuring", "metadata", "rollback", "telling"]
