"""All benchmarks: ``make bench``. Some take minutes; each can be run by itself."""

import os
import subprocess
import sys

MODULES = ["benchmarks.weeks", "benchmarks.exact_engine"]
if os.environ.get("FLEXWEAVE_DATA"):
    MODULES.insert(0, "benchmarks.datasets.wpi_iqp")

for module in MODULES:
    print(f"\n{module}", flush=True)
    subprocess.run([sys.executable, "-m", module], check=True)
