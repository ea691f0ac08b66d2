"""Write the lock files: exact versions and the hashes of every published file of each.

``make lock`` runs this. Versions come from the public index alone: a machine's own pip
configuration must not decide what everybody installs, nor leave its addresses in a file.
"""

import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PIP_TOOLS = "pip-tools==7.6.2"
LOCKS = {
    "requirements.lock": [],
    # What is tested is what runs: the second file repeats the versions of the first.
    "requirements-dev.lock": ["--extra=dev", "--constraint=requirements.lock"],
}
"""Each lock file, and what it adds to the plain requirements of ``pyproject.toml``."""
OPTIONS = (
    "--quiet",
    "--generate-hashes",
    "--strip-extras",
    "--no-header",
    "--no-annotate",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--no-emit-trusted-host",
    "--no-emit-options",
)


def public_environment() -> dict[str, str]:
    """Return this environment without what points pip at other sources; its trust stays."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("PIP_")}
    certificates = os.environ.get("PIP_CERT")
    trust = {"PIP_CERT": certificates} if certificates else {}
    return {**kept, **trust, "PIP_CONFIG_FILE": os.devnull}


def compile_lock(python: Path, lock: str, extras: list[str], *, upgrade: bool) -> None:
    """Write one lock file; versions that still fit are kept unless ``upgrade``."""
    arguments = [*OPTIONS, *extras, *(["--upgrade"] if upgrade else []), "--output-file", lock]
    subprocess.run(  # noqa: S603  nothing here comes from outside
        [str(python), "-m", "piptools", "compile", *arguments, "pyproject.toml"],
        check=True,
        cwd=ROOT,
        env=public_environment(),
    )


def main() -> None:
    """Write every lock file with pip-tools in an environment of its own."""
    with tempfile.TemporaryDirectory() as directory:
        venv.create(directory, with_pip=True)
        python = Path(directory, "bin", "python")
        subprocess.run(  # noqa: S603  nothing here comes from outside
            [str(python), "-m", "pip", "install", "--quiet", PIP_TOOLS],
            check=True,
            env=public_environment(),
        )
        for lock, extras in LOCKS.items():
            compile_lock(python, lock, extras, upgrade="--upgrade" in sys.argv[1:])


if __name__ == "__main__":
    main()
