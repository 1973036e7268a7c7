"""Measurements behind docs/decisions; each file runs by itself: `python -m bench.decisions.imports`."""
