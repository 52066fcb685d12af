"""How `make test` shares the tests out among its processes: by file, the longest ones first."""

from collections.abc import Iterable

import pytest
from xdist.scheduler import LoadFileScheduling, Scheduling

# Each goes to one process as a whole, which makes once what its files share: a shop, an index.
WHOLE = ("tests/browser", "tests/search_index", "tests/topology")
# What takes long must not come last, when the other process has nothing left to do; and not at
# the same time what starts a whole shop: it would wait for itself.
LONG = (
    "tests/browser",
    "tests/postgres",
    "tests/search_index",
    "tests/stories",
    "tests/worker",
    "tests/topology",
)


class ByFolderOrFile(LoadFileScheduling):
    def _split_scope(self, nodeid: str) -> str:
        return _folder_of(nodeid, WHOLE) or super()._split_scope(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Scheduling:
    return ByFolderOrFile(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: _place(_folder_of(item.nodeid, LONG)))


def _folder_of(nodeid: str, folders: Iterable[str]) -> str:
    return next((folder for folder in folders if nodeid.startswith(f"{folder}/")), "")


def _place(folder: str) -> int:
    return LONG.index(folder) if folder else len(LONG)
