"""Synthetic schools: invented, reproducible by a seed, of any size."""

from scheduler.generate.school import generate
from scheduler.generate.sizes import PRESETS, Sizes

__all__ = ["PRESETS", "Sizes", "generate"]
