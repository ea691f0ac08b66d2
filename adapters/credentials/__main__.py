"""One look for a credential in one PDF: ``python -m adapters.credentials``, the PDF on its input.

The limits are set before any reader is loaded; the answer is JSON on standard output.
"""

import resource
import sys
from typing import Final

_CPU_SECONDS: Final = 10
_MEMORY_BYTES: Final = 1024 * 1024 * 1024


def main() -> None:
    """Look into the PDF under the limits, and write what was found."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    from adapters.credentials.pdf_attachments import look  # the reader obeys the limits too

    sys.stdout.write(look(sys.stdin.buffer.read()).model_dump_json())


if __name__ == "__main__":
    main()
