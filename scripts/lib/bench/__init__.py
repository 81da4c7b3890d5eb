"""Measurements of the release program. One module per subject; each prints its figures and the facts of the machine."""
