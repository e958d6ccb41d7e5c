"""The model of growth: what waits for what."""

import pytest

from benchmarks.simulation import Cost, Costs, Installation, Simulation

COSTS = Costs(
    commit=Cost(0.002, 0.001),
    follow=0.004,
    render=0.003,
    write=Cost(0.0001, 0),
    database_commit=Cost(0.005, 0.001),
    database_read=Cost(0.002, 0.001),
    flush=0.01,
)
NOTHING = Cost(0, 0)
SLOW_DISK = Costs(NOTHING, 0, 0, NOTHING, NOTHING, NOTHING, flush=0.1)


def test_a_message_alone_waits_for_every_step_once() -> None:
    result = Simulation(COSTS, Installation(1, visitors=10, network=0.1)).post_at_random(0.1, 1000)
    assert result.median == pytest.approx(
        0.003 + 0.05 + 0.006 + 0.01 + 0.05 + 0.003 + 0.001 / 2
    )  # half of the visitors


def test_another_replica_reads_and_renders_besides() -> None:
    result = Simulation(COSTS, Installation(2, visitors=10, network=0.1)).post_at_random(0.01, 10_000)
    committed, told = 0.003 + 0.05 + 0.006 + 0.01, 0.003 + 0.001
    assert result.p99 == pytest.approx(committed + 0.05 + 0.05 + 0.003 + 0.05 + 0.004 + told)
    assert committed + 0.05 + told / 2 <= result.median < result.p99


def test_the_lock_of_the_order_is_held_by_one_at_a_time() -> None:
    result = Simulation(SLOW_DISK, Installation(4, visitors=1, network=0)).post_in_closed_loop(4, 10)
    assert result.per_second == pytest.approx(10, rel=0.05)
    assert result.busy['the lock'] == pytest.approx(1, rel=0.05)


def test_what_gathers_is_committed_together() -> None:
    result = Simulation(SLOW_DISK, Installation(4, visitors=1, network=0)).post_in_closed_loop(400, 10)
    assert result.per_second == pytest.approx(500, rel=0.05)  # the first of a hundred by itself, then the others


@pytest.mark.parametrize('shared_cores', [1, 2])
def test_replicas_that_share_cores_share_their_speed(shared_cores: int) -> None:
    busy = Costs(Cost(0, 0.01), 0, 0, NOTHING, NOTHING, NOTHING, flush=0)
    shared = Installation(2, visitors=1, network=0, shared_cores=shared_cores)
    assert Simulation(busy, shared).post_in_closed_loop(20, 10).per_second == pytest.approx(100 * shared_cores, rel=0.1)
