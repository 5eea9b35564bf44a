"""Brings Superset to what is declared, whatever it was: python bi/provision.py PLAN (run in Superset's environment).

PLAN is a file that `aim bi` writes: {"assets": {path: YAML text, ...}, "accounts": [...], "schemas": {role: [...]}}.
In this order: Superset's own tables, its roles and rights, accounts, then database, datasets, charts and dashboards.
Ours that are declared no longer are removed; what people made for themselves in Superset stays. Safe to repeat.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import yaml
from flask import g
from flask_migrate import upgrade
from superset.app import create_app


def main(plan_file: Path) -> None:
    """Provision from the plan in `plan_file`."""
    plan = json.loads(plan_file.read_text("utf-8"))
    app = create_app()
    with app.app_context():
        migrate()
        from superset import appbuilder, db, security_manager

        appbuilder.add_permissions(update_perms=True)
        security_manager.sync_role_definitions()
        for role in plan["schemas"]:
            security_manager.add_role(role)
        for account in plan["accounts"]:
            ensure_account(account)
        administrator = next(account for account in plan["accounts"] if account["roles"] == ["Admin"])
        g.user = security_manager.find_user(administrator["username"])
        import_assets(plan["assets"])
        remove_undeclared(plan["assets"])
        for role, schemas in plan["schemas"].items():
            grant_schemas(role, plan["database"], schemas)
        db.session.commit()


def migrate() -> None:
    """Superset's own tables, as its version wants them."""
    import superset

    upgrade(directory=str(Path(superset.__file__).parent / "migrations"))


def ensure_account(account: dict[str, Any]) -> None:
    """An account of that name with that password and exactly those roles; what else it has stays."""
    from superset import security_manager
    from werkzeug.security import check_password_hash

    roles = [security_manager.find_role(name) for name in account["roles"]]
    user = security_manager.find_user(account["username"])
    if user is None:
        security_manager.add_user(
            username=account["username"],
            first_name=account["name"],
            last_name="",
            email=f"{account['username']}@invalid",
            role=roles,
            password=account["password"],
        )
        return
    if not check_password_hash(user.password, account["password"]):
        security_manager.reset_password(user.id, account["password"])
    if {role.id for role in user.roles} != {role.id for role in roles}:
        user.roles = roles
        security_manager.update_user(user)


def import_assets(assets: dict[str, str]) -> None:
    """Database, datasets, charts and dashboards by their UUIDs, over what was there."""
    from superset.commands.importers.v1.assets import ImportAssetsCommand

    ImportAssetsCommand(dict(assets)).run()


def remove_undeclared(assets: dict[str, str]) -> None:
    """Delete dashboards, charts and datasets that bear our mark (managed externally) and are not declared."""
    from superset import db
    from superset.connectors.sqla.models import SqlaTable
    from superset.models.dashboard import Dashboard
    from superset.models.slice import Slice

    declared = {str(yaml.safe_load(text).get("uuid")) for text in assets.values()}
    for model in (Dashboard, Slice, SqlaTable):
        for one in db.session.query(model).filter(model.is_managed_externally.is_(True)):
            if str(one.uuid) not in declared:
                db.session.delete(one)
        db.session.flush()


def grant_schemas(role_name: str, database_name: str, schemas: list[str]) -> None:
    """The role reads these schemas of the database as far as Superset decides it, and has no other right of its own."""
    from superset import db, security_manager
    from superset.models.core import Database

    database = db.session.query(Database).filter_by(database_name=database_name).one()
    role = security_manager.find_role(role_name)
    role.permissions = [
        security_manager.add_permission_view_menu(
            "schema_access",
            security_manager.get_schema_perm(database_name, database.get_default_catalog(), schema),
        )
        for schema in schemas
    ]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
