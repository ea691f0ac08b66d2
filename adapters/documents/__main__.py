"""One look into one file, in a process of its own: ``python -m adapters.documents PATH NAME``.

The limits are set before any reader is loaded; the answer is JSON on standard output.
"""

import resource
import sys
from pathlib import Path

from adapters.documents.limits import INSPECTION_CPU_SECONDS, INSPECTION_MEMORY_BYTES


def main(path: str, declared_name: str) -> None:
    """Inspect the file at ``path`` under the limits, and write what was found."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (INSPECTION_CPU_SECONDS, INSPECTION_CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (INSPECTION_MEMORY_BYTES, INSPECTION_MEMORY_BYTES))
    from adapters.documents.inspection import inspect_file  # the readers obey the limits too

    sys.stdout.write(inspect_file(Path(path), declared_name).model_dump_json())


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
