#!/bin/sh
# Run once by the postgres image, on an empty volume: Laurel's own account and database.
set -eu
psql --set ON_ERROR_STOP=1 --set password="$LAUREL_DATABASE_PASSWORD" \
    --username "$POSTGRES_USER" --dbname postgres <<'SQL'
CREATE ROLE laurel LOGIN PASSWORD :'password';
CREATE DATABASE laurel OWNER laurel;
SQL
