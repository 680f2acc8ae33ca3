"""No two occupations of one schedule overlap: an exclusion constraint, or triggers that abort."""

from bookings.common.guards import Guard

_CLASH = """
    SELECT 1 FROM bookings_occupation o
    WHERE o.schedule_id = NEW.schedule_id AND o.id IS NOT NEW.id
      AND o.busy_from < NEW.busy_until AND o.busy_until > NEW.busy_from
"""

OCCUPATION = Guard(
    table="bookings_occupation",
    statements={
        "postgresql": [
            "CREATE EXTENSION IF NOT EXISTS btree_gist",
            """
            DO $$ BEGIN
                IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'occupation_never_overlaps') THEN
                    ALTER TABLE bookings_occupation ADD CONSTRAINT occupation_never_overlaps
                    EXCLUDE USING gist (schedule_id WITH =, tstzrange(busy_from, busy_until, '[)') WITH &&);
                END IF;
            END $$
            """,
        ],
        "sqlite": [
            f"""
            CREATE TRIGGER IF NOT EXISTS occupation_never_overlaps_insert BEFORE INSERT ON bookings_occupation
            WHEN EXISTS ({_CLASH}) BEGIN SELECT RAISE(ABORT, 'occupation_never_overlaps'); END
            """,
            f"""
            CREATE TRIGGER IF NOT EXISTS occupation_never_overlaps_update BEFORE UPDATE ON bookings_occupation
            WHEN EXISTS ({_CLASH}) BEGIN SELECT RAISE(ABORT, 'occupation_never_overlaps'); END
            """,
        ],
    },
    names={
        "postgresql": ["occupation_never_overlaps"],
        "sqlite": ["occupation_never_overlaps_insert", "occupation_never_overlaps_update"],
    },
)
