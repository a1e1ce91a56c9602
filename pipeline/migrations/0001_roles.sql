-- Who may do what. These are groups: a login joins one by GRANT glyphwatch_writer TO its_name.
-- Roles belong to the whole server, so another database's migration may have made them.
-- Whoever runs this needs CREATEROLE, or an administrator makes the three beforehand.

DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['glyphwatch_owner', 'glyphwatch_writer', 'glyphwatch_reader'] LOOP
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = wanted) THEN
            BEGIN
                EXECUTE pg_catalog.format('CREATE ROLE %I NOLOGIN', wanted);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL; -- another database's migration was quicker
            END;
        END IF;
    END LOOP;
    IF NOT pg_catalog.pg_has_role(current_user, 'glyphwatch_owner', 'MEMBER') THEN
        EXECUTE pg_catalog.format('GRANT glyphwatch_owner TO %I', current_user);
    END IF;
    -- A schema's owner must have been able to make it, so for that one statement it is.
    EXECUTE pg_catalog.format('GRANT CREATE ON DATABASE %I TO glyphwatch_owner', current_database());
    ALTER SCHEMA glyphwatch OWNER TO glyphwatch_owner;
    EXECUTE pg_catalog.format(
        'REVOKE CREATE ON DATABASE %I FROM glyphwatch_owner', current_database()
    );
END
$$;

REVOKE ALL ON SCHEMA glyphwatch FROM PUBLIC;
GRANT USAGE ON SCHEMA glyphwatch TO glyphwatch_writer, glyphwatch_reader;

REVOKE ALL ON glyphwatch.migrations FROM PUBLIC;
ALTER TABLE glyphwatch.migrations OWNER TO glyphwatch_owner;
GRANT SELECT ON glyphwatch.migrations TO glyphwatch_writer;

-- Whatever the owner makes from here on is nobody else's until it is granted.
ALTER DEFAULT PRIVILEGES FOR ROLE glyphwatch_owner IN SCHEMA glyphwatch
    REVOKE ALL ON TABLES FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE glyphwatch_owner REVOKE ALL ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE glyphwatch_owner REVOKE ALL ON TYPES FROM PUBLIC;
