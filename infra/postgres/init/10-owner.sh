#!/bin/sh
# Runs once, when the cluster is new: the database, and the role that owns and migrates it. The roles of the programs
# are made by the migrations and get their passwords from the program migrate.
set -eu
password=$(cat /run/pochtar/owner-password)
psql --no-psqlrc --set ON_ERROR_STOP=1 --set password="$password" --username postgres --dbname postgres <<'SQL'
create role pochtar_owner login createrole password :'password';
create database pochtar owner pochtar_owner;
SQL
