"""The version of a site: a name for its content, the same wherever and however it was written."""

from __future__ import annotations

import hashlib
import json

from dialplan.model import Site

LENGTH = 12


def site_version(site: Site) -> str:
    """The first 12 hexadecimal digits of SHA-256 over the site as canonical JSON (sorted keys, UTF-8)."""
    canonical = json.dumps(site.model_dump(mode="json"), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8")).hexdigest()[:LENGTH]


__all__ = ["site_version"]
