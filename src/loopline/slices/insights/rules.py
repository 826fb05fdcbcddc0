"""Permissions: numbers are for everybody, persons for those who work with customers, SQL for the product team."""

from loopline.platform.identity.actor import Role

PERMISSIONS = {
    "insight.read": Role.VIEWER,
    "insight.change": Role.PRODUCT,
    "person.read": Role.MEMBER,
    "person.erase": Role.ADMIN,
    "sql.read": Role.PRODUCT,
    "warehouse.change": Role.ADMIN,
}
