"""What is shared stays small: counted in lines of code, since explanations are welcome (docs/adr/0018)."""

import ast
import io
import tokenize
from pathlib import Path

SHARED = Path(__file__).resolve().parents[2] / "services" / "shared"
MOST_CODE = 2_000
LONGEST_FILE = 250
NO_CODE = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
}


def lines_of_code(source: str) -> int:
    docstrings: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            docstrings.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return len({token.start[0] for token in tokens if token.type not in NO_CODE} - docstrings)


def test_shared_is_small() -> None:
    counted = {path.name: lines_of_code(path.read_text()) for path in SHARED.rglob("*.py")}
    assert sum(counted.values()) <= MOST_CODE, counted


def test_no_shared_file_is_long() -> None:
    lengths = {path.name: len(path.read_text().splitlines()) for path in SHARED.rglob("*.py")}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}
