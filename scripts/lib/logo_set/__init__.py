"""Makes labelled picture sets: photographs of real scenes, some with an invented company logo composited in.

Entry point: `python -m logo_set`, called by scripts/make-logo-set.
"""
