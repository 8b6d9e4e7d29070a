"""Explains a solution: facts about it that were checked, in the school's words, by audience."""
