"""What the console refuses, beyond the errors of the other rooms.

::

    IvrError
    ├── Forbidden   403: who asks may not
    ├── NotFound    404: there is none, or none that who asks may know of
    └── Conflict    409: it has changed meanwhile, or its state does not allow it
"""

from __future__ import annotations

from ivr.core.errors import IvrError
from ivr.core.language import Text


class Forbidden(IvrError):
    """Who asks may not."""

    def __init__(self, what: str | Text | None = None) -> None:
        super().__init__(
            what or Text("you may not do this", "您没有此操作的权限"),
            cure=Text("ask an admin for the role that may", "请向管理员申请相应角色"),
        )


class NotFound(IvrError):
    """There is none, or none that who asks may know of."""

    def __init__(self, what: str | Text | None = None) -> None:
        super().__init__(
            what or Text("there is none", "未找到"),
            cure=Text("look it up in its list", "请在列表中查找"),
        )


class Conflict(IvrError):
    """It has changed meanwhile, or its state does not allow it."""


__all__ = ["Conflict", "Forbidden", "NotFound"]
