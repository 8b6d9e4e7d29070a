"""One file per version of the schema, the first first."""
