"""What the console refuses, beyond the errors of the other rooms.

::

    IvrError
    ├── NotLoggedIn 401: nobody knows who asks
    ├── Forbidden   403: who asks may not
    ├── NotFound    404: there is none, or none that who asks may know of
    ├── Conflict    409: it has changed meanwhile, or its state does not allow it
    └── TooMany     429: too many tries; later again
"""

from __future__ import annotations

from ivr.core.errors import IvrError
from ivr.core.language import Text


class NotLoggedIn(IvrError):
    """Nobody knows who asks."""

    def __init__(self, what: str | Text | None = None, *, cure: str | Text = "") -> None:
        super().__init__(
            what or Text("you are not logged in", "您尚未登录"),
            cure=cure or Text("log in, or show a valid token", "请登录，或出示有效令牌"),
        )


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


class TooMany(IvrError):
    """Too many tries.

    Args:
        seconds: after which it may be tried again.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = max(1, round(seconds))
        super().__init__(
            Text("too many tries", "尝试次数过多"),
            cure=Text(f"try again in {self.seconds} s", f"请在 {self.seconds} 秒后重试"),
        )


__all__ = ["Conflict", "Forbidden", "NotFound", "NotLoggedIn", "TooMany"]
