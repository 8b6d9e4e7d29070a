"""What is kept: tokens, scenarios, jobs with their events, solutions, audit lines."""
