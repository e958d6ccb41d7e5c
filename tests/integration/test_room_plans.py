"""On SQLite, no statement of rooms looks at other rooms, or at more of one than it is asked for."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine

from messenger.storage import Store, statements
from tests.support.databases import create

FEW, MANY = 2, 3
FILL = """
INSERT INTO room VALUES (2, 'few', 'few', 'few', '', 0), (3, 'many', 'many', 'many', '', 0);
INSERT INTO message (
    id, seq, author, author_id, client_message_id, text, sent_at, edited, deleted, continuation, room_id
)
WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 20000)
SELECT n, n, 'Ann', 'ann', n, 'Tea', '2026-01-02 12:00:00.000000', 0, 0, 0, CASE WHEN n % 5000 = 0 THEN 2 ELSE 3 END
FROM numbers;
"""


@pytest.fixture
async def filled(database_url: str, tmp_path: Path) -> str:
    await Store(database_url).close()
    create(tmp_path / 'main.db', FILL)
    return database_url


@pytest.mark.parametrize('analyzed', [False, True])
@pytest.mark.parametrize(
    ('statement', 'condition'),
    [
        ('NEWEST', '(room_id=?)'),
        ('BEFORE', '(room_id=? AND id<?)'),
        ('FROM', '(room_id=? AND id>?)'),
        ('UNREAD', '(room_id=? AND id>?)'),
        ('CHANGES_IN_ROOM_AFTER', '(room_id=? AND seq>?)'),
        ('LAST_IN_ROOM', '(room_id=?)'),
    ],
)
def test_statement_uses_the_index_of_rooms_in_its_order(
    statement: str, condition: str, analyzed: bool, filled: str, tmp_path: Path
) -> None:
    if analyzed:
        create(tmp_path / 'main.db', 'ANALYZE')
    with create_engine(filled).connect() as connection:
        compiled: Any = getattr(statements, statement).compile(connection.engine)
        values = compiled.construct_params({'room_id': MANY, 'message_id': 1, 'seq': 1, 'limit': 50, 'user_id': 'ben'})
        parameters = tuple(values[name] for name in compiled.positiontup)
        plan = [row[-1] for row in connection.exec_driver_sql(f'EXPLAIN QUERY PLAN {compiled}', parameters)]

    assert plan[0].startswith('SEARCH message USING INDEX ix_message_room_id_')
    assert condition in plan[0]
    assert not [step for step in plan if 'TEMP B-TREE' in step or step.startswith('SCAN')]
