#!/bin/sh
# Make the namespace that Laurel uses. Closed journeys stay visible for a month: the record is SQL.
set -eu
temporal operator namespace describe --namespace default > /dev/null 2>&1 \
    || temporal operator namespace create --namespace default --retention 720h
