"""Work that takes a while: done by worker processes, under leases, watched.

`tasks` is what a worker can do, `worker` its side of the line, `slot` ours. `runner` takes jobs
from the database, `desk` does at once what a request waits for.
"""
