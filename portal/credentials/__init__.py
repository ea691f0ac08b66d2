"""Credentials before everybody: their pages, checks and files, and what verifiers read."""
