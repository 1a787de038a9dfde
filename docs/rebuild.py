"""Write into every page what its blocks print now.

``python docs/rebuild.py`` rewrites the pages that differ; with ``--check`` it only names them and ends with status 1.
"""

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from pages import pages, rebuilt
from published import texts

__all__ = ["main", "rebuild"]


def rebuild(paths: Iterable[Path], *, write: bool) -> list[Path]:
    """Run pages, write those that differ if told to, and return them."""
    asked = set(paths)
    now = dict(texts(asked))
    now |= {path: rebuilt(path) for path in asked - now.keys()}
    changed = sorted(path for path, text in now.items() if not path.exists() or text != path.read_text(encoding="utf-8"))
    if write:
        for path in changed:
            path.write_text(now[path], encoding="utf-8")
    return changed


def main(arguments: Sequence[str] | None = None) -> int:
    """Rebuild the pages of the project."""
    parser = argparse.ArgumentParser(prog="rebuild.py", description="Write into every page what its blocks print now.")
    parser.add_argument("--check", action="store_true", help="change nothing; status 1 if a page would change")
    parser.add_argument("page", nargs="*", type=Path, help="the pages; all of them if none is named")
    chosen = parser.parse_args(arguments)
    chosen_pages = [path.resolve() for path in chosen.page] or [*pages(), *(path for path, _ in texts())]
    changed = rebuild(chosen_pages, write=not chosen.check)
    for path in changed:
        print(f"{path}: {'would change' if chosen.check else 'rebuilt'}")
    return int(chosen.check and bool(changed))


if __name__ == "__main__":
    sys.exit(main())
