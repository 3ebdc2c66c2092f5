"""How coroutine tests run: on a clock that jumps below tests/device, else on a real one."""

import asyncio
import inspect

import pytest

from hw_sim import instant

pytest_plugins = ["tests.peers"]


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = pyfuncitem._fixtureinfo.argnames
    coroutine = pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names})
    if "/tests/device/" in str(pyfuncitem.path):
        instant.run(coroutine)
    else:
        asyncio.run(coroutine)
    return True
