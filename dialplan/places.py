"""Where a part of the site was written: from its path in the data to ``file:line:column``."""

from __future__ import annotations

from dialplan.codes import problem
from dialplan.files import OPTIONAL, REQUIRED, SiteFiles
from dialplan.tree import Loc, Node, Place
from ivr.core.problems import Problem

PARTS = tuple(part for part in (*REQUIRED, *OPTIONAL) if part != "site")


class Places:
    """The places of a site's parts; without a tree, the dotted path stands for the place."""

    def __init__(self, root: Node | None = None) -> None:
        self.root = root

    def of(self, *path: str | int) -> str:
        """The place of a value, or of the nearest part around it that was written."""
        return self._find(path, key=False)

    def of_key(self, *path: str | int) -> str:
        """The place of a key of a mapping, or of the nearest part around it that was written."""
        return self._find(path, key=True)

    def _find(self, path: Loc, *, key: bool) -> str:
        if self.root is None:
            return ".".join(str(part) for part in path)
        node, place = self.root, self.root.place
        for index, part in enumerate(path):
            last = index == len(path) - 1
            if node.items is not None and isinstance(part, str) and part in node.items:
                place = node.keys[part] if key and last else node.items[part].place
                if not last and node.items[part].place.file == node.keys[part].file:
                    place = node.keys[part]  # a setting missing inside is shown at the name of the part
                node = node.items[part]
            elif node.entries is not None and isinstance(part, int) and part < len(node.entries):
                node = node.entries[part]
                place = node.place
            else:
                break
        return str(place)


def assemble(files: SiteFiles) -> tuple[Node, list[Problem]]:
    """One tree of all the files, as the schema sees a site; and settings that stand in the wrong file."""
    found: list[Problem] = []
    root = Node(Place("site.yaml"), items={})
    items: dict[str, Node] = {}
    site = files.parts.get("site")
    if site is not None and site.items is None:
        found.append(problem("DP117", site.place, what="site.yaml"))
    if site is not None and site.items is not None:
        for key, node in site.items.items():
            if key in PARTS or key == "flows":
                found.append(problem("DP116", site.keys[key], what=key, file=_home(key)))
            else:
                items[key], root.keys[key] = node, site.keys[key]
    for part in PARTS:
        if part in files.parts:
            items[part] = files.parts[part]
            root.keys[part] = items[part].place
    flows = Node(Place("flows"), items=dict(files.flows))
    flows.keys = {stem: Place(node.place.file) for stem, node in files.flows.items()}
    items["flows"], root.keys["flows"] = flows, flows.place
    root.items = items
    return root, found


def _home(key: str) -> str:
    return "flows/*.yaml" if key == "flows" else f"{key}.yaml"


__all__ = ["PARTS", "Places", "assemble"]
