"""Flexweave decides who goes where in a school's flexible time, and proves how good that is."""
