"""What of the deployment can be checked without a container engine."""

import re

from temporalio.envconfig import ClientConfig

from adapters.embedded.temporal_server import DYNAMIC_CONFIG
from settings import PREFIX, Settings
from tests.architecture.source import PACKAGES, ROOT, ROOT_MODULES
from workflows.names import ALL_QUEUES

DEPLOY = ROOT / "deploy"
FOR_REHEARSALS_ONLY = {
    "frontend.WorkflowTimeSkippingEnabled=true",
    'history.timerProcessorMaxTimeShift="10ms"',
}
"""A moved clock fires many timers in a row; real days need neither."""


def test_temporal_reads_every_profile() -> None:
    """Proves: Temporal's own loader, told to be strict, takes the file; no profile holds a key."""
    profiles = ClientConfig.load(
        config_source=DEPLOY / "temporal.toml", config_file_strict=True
    ).profiles
    assert set(profiles) == {"default", "cluster", "cloud"}
    assert [name for name, profile in profiles.items() if profile.api_key] == []
    cluster = profiles["cluster"].tls
    assert cluster is not None
    assert cluster.client_private_key is not None


def test_the_server_is_configured_as_the_embedded_one_except_for_its_clock() -> None:
    """Proves: what tests rely on holds in a deployment, and nobody can move a journey's clock."""
    text = (DEPLOY / "temporal-dynamic.yaml").read_text()
    written = re.findall(r"^([\w.]+):\n  - value: (\S+)$", text, re.MULTILINE)
    assert {f"{key}={value}" for key, value in written} == {*DYNAMIC_CONFIG} - FOR_REHEARSALS_ONLY


def test_the_environment_example_names_settings_that_exist() -> None:
    """Proves: nobody sets a variable that is never read."""
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    named = re.findall(r"^(LAUREL_\w+)=", (DEPLOY / "laurel.env.example").read_text(), re.MULTILINE)
    assert named
    assert set(named) <= known


def test_every_queue_has_a_worker() -> None:
    """Proves: no task waits for a worker that nobody starts."""
    compose = (DEPLOY / "compose.yaml").read_text()
    assert set(re.findall(r"LAUREL_WORKER_QUEUES: (\w+)", compose)) == set(ALL_QUEUES)


def test_the_image_holds_everything_that_runs() -> None:
    """Proves: no package of production code is left out of the build."""
    kept = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    packages = {name for name in PACKAGES if (ROOT / name).is_dir()}
    modules = {f"{name}.py" for name in ROOT_MODULES if (ROOT / f"{name}.py").exists()}
    assert {f"!{name}" for name in packages | modules} <= set(kept)
