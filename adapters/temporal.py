"""The connection to Temporal: where it is, how values are written, what is indexed."""

from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from temporalio.client import Client
from temporalio.common import SearchAttributeKey
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.envconfig import ClientConfig, ClientConnectConfig
from temporalio.service import GrpcCompression

from settings import Settings, is_loopback

SEARCH_ATTRIBUTES: tuple[SearchAttributeKey[str], ...] = ()
"""Every search attribute that a workflow may set, and what the server is asked to register.

Empty on purpose: lists come from SQL, an index here would be written in the clear, and each
upsert rewrites a visibility row. One that is added may be written at start and at the end only.
"""

DEFAULT_ADDRESS = "127.0.0.1:7233"
"""A server on this machine, on Temporal's usual port."""


def embedded_address_file(data_dir: Path) -> Path:
    """Return the file in which an embedded server, while it runs, says where it listens."""
    return data_dir / "temporal" / "address"


async def connect(settings: Settings, *, is_lazy: bool = False) -> Client:
    """Connect to the Temporal that the environment names, else to the embedded one, else nearby.

    A lazy client connects at its first call; a worker needs one that is not lazy.
    """
    config = ClientConfig.load_client_connect_config()
    if "target_host" not in config:
        config["target_host"] = _address_without_configuration(settings)
    return await _connect(config, is_lazy=is_lazy)


async def connect_to(address: str, *, is_lazy: bool = False) -> Client:
    """Connect to the server at ``host:port``, whatever the environment says."""
    return await _connect({"target_host": address}, is_lazy=is_lazy)


def engine_page(ui_url: str, workflow_id: str) -> str:
    """Return the address of a workflow in the engine's own pages, which know its namespace."""
    namespace = ClientConfig.load_client_connect_config().get("namespace", "default")
    return f"{ui_url.rstrip('/')}/namespaces/{namespace}/workflows/{quote(workflow_id, safe='')}"


def compression_towards(address: str) -> GrpcCompression:
    """Choose gRPC compression: on this machine it costs time on both sides and saves nothing."""
    host = address.rpartition(":")[0]
    return GrpcCompression.NONE if is_loopback(host) else GrpcCompression.GZIP


async def _connect(config: ClientConnectConfig, *, is_lazy: bool) -> Client:
    """Connect with the one way that Laurel writes values."""
    return await Client.connect(
        **config,
        lazy=is_lazy,
        data_converter=pydantic_data_converter,
        grpc_compression=compression_towards(config["target_host"]),
    )


def _address_without_configuration(settings: Settings) -> str:
    """Find the embedded server of the same data directory, so that two terminals meet."""
    with suppress(FileNotFoundError):
        return embedded_address_file(settings.data_dir).read_text().strip()
    return DEFAULT_ADDRESS
