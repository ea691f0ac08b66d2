#!/bin/sh
# Bring the engine's two databases to the schema of this release; safe to repeat.
set -eu

tool() {
    database=$1
    shift
    temporal-sql-tool --plugin postgres12 --ep postgres --port 5432 \
        --user "$POSTGRES_USER" --database "$database" "$@"
}

prepare() {
    database=$1
    versions=/etc/temporal/schema/postgresql/v12/$2/versioned
    # Both fail harmlessly when there is something already; the update after them must not.
    tool "$database" create-database || echo "$database is there"
    tool "$database" setup-schema --version 0.0 || echo "$database has a schema"
    tool "$database" update-schema --schema-dir "$versions"
}

prepare temporal temporal
prepare temporal_visibility visibility
