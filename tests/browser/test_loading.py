"""What a browser loads before anything is seen."""

from tests.conftest import Arrive

PAINTED = '() => performance.getEntriesByName("first-contentful-paint").length'
LOADED = """() => {
    const painted = performance.getEntriesByName("first-contentful-paint")[0].startTime;
    const entries = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
    return entries.filter(entry => entry.startTime < painted).map(
        entry => [new URL(entry.name).pathname, entry.encodedBodySize, entry.renderBlockingStatus]);
}"""
MAX_REQUESTS = 14
MAX_BYTES = 290_000
MAX_BLOCKING = 4  # NiceGUI's style sheets


async def test_little_is_loaded_before_the_first_paint(arrive: Arrive) -> None:
    ann = await arrive()
    await ann.sees_login()

    await ann.page.wait_for_function(PAINTED)  # what is there can be seen before the browser says that it is painted
    loaded = await ann.page.evaluate(LOADED)

    assert len(loaded) <= MAX_REQUESTS
    assert sum(size for _, size, _ in loaded) <= MAX_BYTES
    assert len([path for path, _, blocking in loaded if blocking == 'blocking']) <= MAX_BLOCKING
