"""Builds and tries the packages of a release; called by scripts/package."""
