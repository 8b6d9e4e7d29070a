"""All benchmarks: ``make bench``. Together they take hours; each can be run by itself.

What is given goes to `benchmarks.engine`: ``make bench ARGS="week-300 --seeds 1"``.
"""

import os
import subprocess
import sys

COMMANDS = [["benchmarks.engine", *sys.argv[1:]], ["benchmarks.exact_engine"]]
if os.environ.get("FLEXWEAVE_DATA"):
    COMMANDS.insert(0, ["benchmarks.datasets.wpi_iqp"])

for command in COMMANDS:
    print(f"\n{' '.join(command)}", flush=True)
    subprocess.run([sys.executable, "-m", *command], check=True)
