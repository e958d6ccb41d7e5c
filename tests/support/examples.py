"""Examples that Hypothesis makes up."""

from hypothesis import HealthCheck, Phase, settings


def at_random(count: int) -> settings:
    """Try so many examples, each once: what happens depends on the moment, so that shrinking one leads nowhere."""
    return settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
