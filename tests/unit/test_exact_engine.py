"""The comparison of engines can be asked for help."""

import sys
from unittest.mock import patch

import pytest

from benchmarks import exact_engine


def test_help(capsys):
    with patch.object(sys, "argv", ["exact_engine", "--help"]), pytest.raises(SystemExit) as end:
        exact_engine.main()
    assert end.value.code == 0
    assert "--limit" in capsys.readouterr().out
