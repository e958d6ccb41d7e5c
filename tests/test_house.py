"""The house rules, read from the code: who may know whom, and what stays out."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

from config import Settings
from tests.server import ROOT

ROOMS = {'api', 'auth', 'chat', 'config', 'markup', 'messenger_app', 'models', 'pages', 'presence', 'store'}
MAY_KNOW = {
    'messenger_app': ROOMS - {'messenger_app'},
    'pages': {'auth', 'chat', 'presence', 'markup', 'config', 'models'},
    'api': {'auth', 'chat', 'presence', 'markup', 'config', 'models'},
    'chat': {'store', 'models'},
    'presence': {'config', 'models'},
    'auth': {'config', 'models'},
    'markup': {'config', 'models'},
    'store': {'models', 'config'},
    'models': set[str](),
    'config': set[str](),
}
OWNERS = {
    'sqlmodel': {'store', 'models'},
    'sqlalchemy': {'store', 'models'},
    'sqlite3': {'store'},
    'pydantic_settings': {'config'},
    'markdown_it': {'markup'},
    'nh3': {'markup'},
    'pygments': {'markup'},
    'emoji': {'markup', 'chat'},
    'segno': {'pages'},
}
FILES = sorted([*ROOT.glob('*.py'), *(ROOT / 'pages').rglob('*.py')])


def room(file: Path) -> str:
    return 'pages' if 'pages' in file.relative_to(ROOT).parts else file.stem


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


def test_every_room_is_in_the_plan() -> None:
    assert {room(file) for file in FILES} == ROOMS


@pytest.mark.parametrize('file', FILES, ids=lambda file: file.stem)
def test_imports_go_downward_only(file: Path) -> None:
    known = {name.split('.')[0] for name in imports(file)} & ROOMS - {room(file)}

    assert known <= MAY_KNOW[room(file)]


@pytest.mark.parametrize('file', FILES, ids=lambda file: file.stem)
def test_each_library_has_one_owner(file: Path) -> None:
    for library, owners in OWNERS.items():
        if library in {name.split('.')[0] for name in imports(file)}:
            assert room(file) in owners
    if 'nicegui.ui' in imports(file):
        assert room(file) in {'pages', 'messenger_app'}


def test_only_config_reads_settings_from_the_environment() -> None:
    for file in FILES:
        if room(file) != 'config':
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
    for file in [*FILES, *(ROOT / 'tests').glob('*.py')]:
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
