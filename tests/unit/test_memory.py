"""The command loads no solver of its own, and gives memory back."""

import subprocess
import sys

from scheduler.solver.memory import give_back


def test_the_c_library_takes_the_thresholds():
    assert give_back() is (sys.platform == "linux")


def test_the_command_itself_loads_neither_solvers_nor_pandas():
    loaded = "import sys, scheduler.cli.app; print(*sys.modules)"
    found = subprocess.run([sys.executable, "-c", loaded], capture_output=True, check=True)
    heavy = {"ortools", "pandas", "matplotlib.pyplot"}
    assert not heavy & set(found.stdout.decode().split())
