"""A text of consent stays as it was published, or nobody could say to what a client agreed."""

from bookings.common.guards import Guard

_PERMITTED = "EXISTS (SELECT 1 FROM slotwell_purge_permit)"

CONSENT_TEXT = Guard(
    table="bookings_consenttext",
    statements={
        "postgresql": [
            """
            CREATE OR REPLACE FUNCTION slotwell_refuse_consent_change() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF TG_OP <> 'UPDATE' AND current_setting('slotwell.purge', true) = 'on' THEN
                    RETURN OLD;
                END IF;
                RAISE EXCEPTION 'consent_text_is_published' USING ERRCODE = 'check_violation';
            END $$
            """,
            "DROP TRIGGER IF EXISTS consent_text_is_published ON bookings_consenttext",
            """
            CREATE TRIGGER consent_text_is_published BEFORE UPDATE OR DELETE ON bookings_consenttext
            FOR EACH ROW EXECUTE FUNCTION slotwell_refuse_consent_change()
            """,
        ],
        "sqlite": [
            """
            CREATE TRIGGER IF NOT EXISTS consent_text_is_not_changed BEFORE UPDATE ON bookings_consenttext
            BEGIN SELECT RAISE(ABORT, 'consent_text_is_published'); END
            """,
            f"""
            CREATE TRIGGER IF NOT EXISTS consent_text_is_not_deleted BEFORE DELETE ON bookings_consenttext
            WHEN NOT {_PERMITTED} BEGIN SELECT RAISE(ABORT, 'consent_text_is_published'); END
            """,
        ],
    },
    names={
        "postgresql": ["consent_text_is_published"],
        "sqlite": ["consent_text_is_not_changed", "consent_text_is_not_deleted"],
    },
)
