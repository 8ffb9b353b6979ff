"""Facts about this server and what it offers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from factory_jupyter import __version__
from factory_jupyter.model.wire import AdminInfo, ModelChoice

if TYPE_CHECKING:
    from factory_jupyter.factory import Factory


async def info(factory: Factory) -> AdminInfo:
    """Facts about this server; asking starts the MCP server whose address is among them."""
    config, database = factory.config, factory.database
    return AdminInfo(
        version=__version__,
        mcp_url=await factory.mcp.url(),
        demo=config.demo,
        demo_prompt=config.demo_prompt or None,
        allow_bypass_permissions=config.allow_bypass_permissions,
        is_root=config.is_root(),
        base_dir=str(config.expand(config.base_dir)),
        worktree_base_dir=str(config.worktree_base_path),
        database=database.display_url,
        schema_revision=database.revision,
        max_sessions_per_workspace=config.max_sessions_per_workspace,
    )


async def models(factory: Factory) -> list[ModelChoice]:
    """Models to choose from: what the CLI told when it last started, until then its aliases."""
    return await factory.sessions.models()
