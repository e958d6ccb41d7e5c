"""The checks before the server starts: the desktop window."""

import pytest

from messenger.startup import StartupError, check_window

SCREEN = {'DISPLAY': ':0'}


def check(installed: set[str], platform: str = 'linux', environment: dict[str, str] = SCREEN) -> None:
    def find_module(name: str) -> str | None:
        return name if name in installed else None

    check_window(platform=platform, find_module=find_module, environment=environment)


@pytest.mark.parametrize('installed', [set(), {'webview'}, {'PyQt6'}])
def test_without_a_backend_it_says_the_command_that_installs_one(installed: set[str]) -> None:
    with pytest.raises(StartupError, match=r'Install it with: pip install "pywebview\[qt\]"'):
        check(installed)


def test_without_a_screen_it_says_so() -> None:
    with pytest.raises(StartupError, match='There is no screen for a desktop window'):
        check({'webview', 'PyQt6'}, environment={})


@pytest.mark.parametrize('backend', ['PyQt6', 'PySide6', 'gi'])
@pytest.mark.parametrize('screen', ['DISPLAY', 'WAYLAND_DISPLAY'])
def test_with_a_backend_and_a_screen_it_may_start(backend: str, screen: str) -> None:
    check({'webview', backend}, environment={screen: ':0'})


@pytest.mark.parametrize('platform', ['win32', 'darwin'])
def test_windows_and_macos_need_pywebview_alone(platform: str) -> None:
    check({'webview'}, platform=platform, environment={})
