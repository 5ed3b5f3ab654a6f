"""Percale's speed, as ratios within one run: `python -m bench [NAME ...] [--quick]`.

Machines differ and so do days: no number here is compared with one from another run. What it is measured against
is measured beside it, in turns, by the CPU time that it took.
"""
