"""A booking's events are neither changed nor deleted, save under a purge permit of the same transaction.

So are its discounts: what was taken off stays as it was, and by whom; why is erased with the person.
"""

from bookings.common.guards import Guard, append_only

DISCOUNT = append_only(
    "bookings_discount",
    "discount",
    save="NEW.id = OLD.id AND NEW.booking_id = OLD.booking_id AND NEW.amount = OLD.amount "
    "AND NEW.created_at = OLD.created_at "
    "AND (NEW.given_by_id IS NULL OR (OLD.given_by_id IS NOT NULL AND NEW.given_by_id = OLD.given_by_id))",
)
"""The reason may be emptied, or encrypted anew, and an account that gave it may go."""

_PERMITTED = "EXISTS (SELECT 1 FROM slotwell_purge_permit)"

BOOKING_EVENT = Guard(
    table="bookings_bookingevent",
    statements={
        "postgresql": [
            """
            CREATE OR REPLACE FUNCTION slotwell_refuse_event_change() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF TG_OP <> 'UPDATE' AND current_setting('slotwell.purge', true) = 'on' THEN
                    RETURN OLD;
                END IF;
                RAISE EXCEPTION 'booking_event_is_append_only' USING ERRCODE = 'check_violation';
            END $$
            """,
            "DROP TRIGGER IF EXISTS booking_event_is_append_only ON bookings_bookingevent",
            """
            CREATE TRIGGER booking_event_is_append_only BEFORE UPDATE OR DELETE ON bookings_bookingevent
            FOR EACH ROW EXECUTE FUNCTION slotwell_refuse_event_change()
            """,
            "DROP TRIGGER IF EXISTS booking_event_is_not_truncated ON bookings_bookingevent",
            """
            CREATE TRIGGER booking_event_is_not_truncated BEFORE TRUNCATE ON bookings_bookingevent
            FOR EACH STATEMENT EXECUTE FUNCTION slotwell_refuse_event_change()
            """,
        ],
        "sqlite": [
            """
            CREATE TRIGGER IF NOT EXISTS booking_event_is_not_changed BEFORE UPDATE ON bookings_bookingevent
            BEGIN SELECT RAISE(ABORT, 'booking_event_is_append_only'); END
            """,
            f"""
            CREATE TRIGGER IF NOT EXISTS booking_event_is_not_deleted BEFORE DELETE ON bookings_bookingevent
            WHEN NOT {_PERMITTED} BEGIN SELECT RAISE(ABORT, 'booking_event_is_append_only'); END
            """,
            # SQLite deletes what INSERT OR REPLACE replaces without asking the triggers of deletion.
            """
            CREATE TRIGGER IF NOT EXISTS booking_event_is_not_replaced BEFORE INSERT ON bookings_bookingevent
            WHEN EXISTS (
                SELECT 1 FROM bookings_bookingevent
                WHERE id = NEW.id OR (booking_id = NEW.booking_id AND sequence = NEW.sequence)
            ) BEGIN SELECT RAISE(ABORT, 'booking_event_is_append_only'); END
            """,
        ],
    },
    names={
        "postgresql": ["booking_event_is_append_only", "booking_event_is_not_truncated"],
        "sqlite": [
            "booking_event_is_not_changed",
            "booking_event_is_not_deleted",
            "booking_event_is_not_replaced",
        ],
    },
)
