"""Reading documents costs only those who read them."""

import subprocess
import sys

PROBE = """
import sys
import csmcore.wire
print("cattrs" in sys.modules, "dateutil" in sys.modules)
csmcore.wire.dump_policy
csmcore.wire.load_policy('format = 1\\nname = "a"\\nversion = "1"')
print("cattrs" in sys.modules)
"""


def test_cattrs_is_loaded_when_a_document_is_read() -> None:
    """The face of `csmcore.wire` loads neither cattrs nor dateutil; the first document loads cattrs."""
    run = subprocess.run([sys.executable, "-I", "-c", PROBE], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["False", "False", "True"]
