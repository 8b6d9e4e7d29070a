"""Why, why not, and what it would take: typed answers, each verified, and their sentences."""
