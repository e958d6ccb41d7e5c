"""What the documents must say, read from them."""

import re
from pathlib import Path

import pytest
from pydantic import SecretStr

from config import Settings
from tests.support import protocol_docs
from tests.support.server import ROOT

DECISIONS = sorted((ROOT / 'docs' / 'decisions').glob('[0-9]*.md'))
STATUS = r'(accepted|superseded by (\[\d{4}\]\(\d{4}-[\w-]+\.md\)(, )?)+)'


def test_readme_lists_every_setting_with_its_default() -> None:
    readme = (ROOT / 'README.md').read_text()
    rows = dict(re.findall(r'^\| `(MESSENGER_\w+)` \| (.*) \|$', readme, re.MULTILINE))

    expected = {}
    for name, field in Settings.model_fields.items():
        default = field.default.get_secret_value() if isinstance(field.default, SecretStr) else field.default
        shown = str(default).lower() if isinstance(default, bool) else str(default)
        expected[f'MESSENGER_{name.upper()}'] = f'`{shown}` | {field.description}'
    assert rows == expected


def test_readme_is_short_and_starts_with_a_command() -> None:
    lines = (ROOT / 'README.md').read_text().splitlines()

    assert len(lines) < 120
    assert any('docker compose up' in line for line in lines[:20])
    assert any('messenger_app.py' in line for line in lines[:20])


@pytest.mark.parametrize('file', DECISIONS, ids=lambda file: file.stem)
def test_decision_has_title_status_and_three_parts(file: Path) -> None:
    headings = [r'# \d{4} .+', rf'Status: {STATUS}, \d{{4}}-\d\d-\d\d', '## Context', '## Decision', '## Consequences']

    text = file.read_text()

    lines = [line for line in text.splitlines() if line.startswith(('#', 'Status:'))]
    assert re.fullmatch('\n'.join(headings), '\n'.join(lines))
    assert lines[0].startswith(f'# {file.stem[:4]} ')
    assert all((file.parent / link).exists() for link in re.findall(r'\]\((.+?)\)', text))


def test_decisions_are_numbered_and_in_the_index() -> None:
    index = (ROOT / 'docs' / 'decisions' / 'README.md').read_text()

    assert [int(file.stem[:4]) for file in DECISIONS] == list(range(1, len(DECISIONS) + 1))
    assert re.findall(r'\((\d{4}-.+?)\)', index) == [file.name for file in DECISIONS]


def test_protocol_is_described_as_it_is() -> None:
    assert protocol_docs.FILE.read_text() == protocol_docs.generate(), 'Run `make docs`.'


def test_every_test_that_a_promise_names_exists() -> None:
    file = ''
    for line in (ROOT / 'docs' / 'promises.md').read_text().splitlines():
        if found := re.match(r'- `(tests/.+?\.py)`', line):
            file = (ROOT / found[1]).read_text()
        elif found := re.match(r'    - `(test_\w+)`', line):
            assert f'def {found[1]}(' in file, found[1]
