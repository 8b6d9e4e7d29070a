"""Many solves at once, through one `concurrent.futures.Executor`: here, or on a cluster.

`run` is the door: tasks in, results as they come. `Processes` solves on this machine, `Cluster` on
a Dask cluster; `Results` keeps what came, so that a broken run goes on where it ended.
"""

from scheduler.runs.cluster import Cluster, NoCluster
from scheduler.runs.jobs import Failure
from scheduler.runs.kept import Results
from scheduler.runs.processes import Processes
from scheduler.runs.running import TRIES, Ran, run
from scheduler.runs.tasks import Task
from scheduler.runs.workers import Workers

__all__ = [
    "TRIES",
    "Cluster",
    "Failure",
    "NoCluster",
    "Processes",
    "Ran",
    "Results",
    "Task",
    "Workers",
    "run",
]
