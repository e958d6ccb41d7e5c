"""The house rules, read from the code: who may know whom, and what stays out."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

from config import Settings
from tests.server import ROOT

LAYERS = {  # who may import whom, besides `batching`, which everything may; a package is one name
    'messenger_app': {'pages', 'api', 'storage', 'auth', 'chat', 'presence', 'config'},
    'pages': {'markdown', 'auth', 'chat', 'presence', 'config', 'models'},
    'api': {'markdown', 'auth', 'chat', 'presence', 'config', 'models'},
    'chat': {'storage', 'models'},
    'presence': {'config', 'models'},
    'auth': {'config', 'models'},
    'markdown': {'config', 'models'},
    'storage': {'models', 'config'},
    'models': set[str](),
    'batching': set[str](),
    'config': set[str](),
}
OWNERS = {
    'sqlmodel': {'storage', 'models'},
    'sqlalchemy': {'storage', 'models'},
    'alembic': {'storage'},
    'sqlite3': {'storage'},
    'pydantic_settings': {'config'},
    'markdown_it': {'markdown'},
    'nh3': {'markdown'},
    'pygments': {'markdown'},
    'emoji': {'markdown', 'chat'},
    'segno': {'pages'},
}
FILES = sorted([*ROOT.glob('*.py'), *(ROOT / 'messenger').rglob('*.py')])


def part_of(file: Path) -> str:
    """The name of a module, or of the package in ``messenger`` that it belongs to."""
    parts = file.relative_to(ROOT).with_suffix('').parts
    return parts[1] if parts[0] == 'messenger' else parts[0]


def our_imports(file: Path) -> set[str]:
    names = {name.removeprefix('messenger.').split('.')[0] for name in imports(file)}
    return names & LAYERS.keys() - {part_of(file), 'batching'}


def imports(file: Path) -> set[str]:
    """Every module that a file imports, with its full name, and ``nicegui.ui`` for ``from nicegui import ui``."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f'{node.module}.{alias.name}' for alias in node.names}
    return names


def calls(tree: ast.AST) -> set[str]:
    return {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}


def test_every_module_is_in_the_plan() -> None:
    assert {part_of(file) for file in FILES} == LAYERS.keys() | {'__init__'}


@pytest.mark.parametrize('file', FILES, ids=lambda file: '.'.join(file.relative_to(ROOT).with_suffix('').parts))
def test_imports_go_down_only(file: Path) -> None:
    assert our_imports(file) <= LAYERS.get(part_of(file), set())


@pytest.mark.parametrize('file', FILES, ids=lambda file: '.'.join(file.relative_to(ROOT).with_suffix('').parts))
def test_each_library_has_one_owner(file: Path) -> None:
    for library, owners in OWNERS.items():
        if library in {name.split('.')[0] for name in imports(file)}:
            assert part_of(file) in owners
    if 'nicegui.ui' in imports(file):
        assert part_of(file) in {'pages', 'messenger_app'}


def test_only_config_reads_settings_from_the_environment() -> None:
    for file in FILES:
        if part_of(file) != 'config':
            assert 'MESSENGER_' not in ''.join(re.findall(r'environ[^\n]*', file.read_text()))


def test_everything_that_runs_in_the_browser_is_in_one_place() -> None:
    for file in FILES:
        if file.parent.name != 'browser':
            assert not re.search(
                r'document\.\w|window\.\w|addEventListener|querySelector|sessionStorage', file.read_text()
            )


@pytest.mark.parametrize('file', FILES, ids=lambda file: file.stem)
def test_nothing_happens_at_import(file: Path) -> None:
    for node in ast.parse(file.read_text()).body:
        if isinstance(node, ast.If):
            assert ast.unparse(node.test) == "__name__ == '__main__'"
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            assert not {call for call in calls(node) if call.split('.')[0] in {'app', 'ui', 'print', 'open'}}
        for decorator in getattr(node, 'decorator_list', []):
            assert ast.unparse(decorator).split('.')[0] not in {'app', 'ui'}


def test_no_module_is_swollen() -> None:
    for file in [*FILES, *(ROOT / 'tests').rglob('*.py')]:
        assert len(file.read_text().splitlines()) <= 300, file


def test_it_is_purely_python() -> None:
    listed = subprocess.run(['git', 'ls-files'], cwd=ROOT, capture_output=True, text=True, check=False)
    files = listed.stdout.splitlines() or [str(file) for file in ROOT.rglob('*') if '.venv' not in file.parts]

    assert not [name for name in files if re.search(r'\.(js|mjs|ts|vue|html|jinja2?)$', name)]


def test_every_requirement_has_an_exact_version() -> None:
    lines = [line for line in (ROOT / 'requirements.txt').read_text().splitlines() if line and line[0] != '#']

    assert lines
    assert all(re.fullmatch(r'[\w.-]+(\[\w+\])?==[\w.]+', line) for line in lines)


def test_the_readme_lists_every_setting_with_its_default() -> None:
    readme = (ROOT / 'README.md').read_text()
    rows = dict(re.findall(r'^\| `(MESSENGER_\w+)` \| (.*) \|$', readme, re.MULTILINE))

    expected = {}
    for name, field in Settings.model_fields.items():
        default = field.default.get_secret_value() if name == 'password' else field.default
        shown = str(default).lower() if isinstance(default, bool) else str(default)
        expected[f'MESSENGER_{name.upper()}'] = f'`{shown}` | {field.description}'
    assert rows == expected


def test_the_readme_is_short_and_starts_with_a_command() -> None:
    lines = (ROOT / 'README.md').read_text().splitlines()

    assert len(lines) < 120
    assert any('docker compose up' in line for line in lines[:20])
    assert any('messenger_app.py' in line for line in lines[:20])
