"""Write the JSON Schemas of all documents anew: ``python tools/make_schemas.py``."""

import json
from pathlib import Path
from typing import Final

from salesperf.io.serialize import KINDS, schema

FOLDER: Final = Path(__file__).resolve().parents[1] / "docs" / "reference" / "schemas"


def main() -> None:
    """Write one file for each kind, as ``tests/test_serialize.py`` expects it."""
    FOLDER.mkdir(exist_ok=True)
    for name, kind in KINDS.items():
        text = json.dumps(schema(kind), indent=2, ensure_ascii=False) + "\n"
        (FOLDER / f"{name}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
