"""One file per rule: its maths, its measure, its words. Adding a rule is adding a file."""
