"""Nests wrappers: one call through several policies, and decorators.

Every policy turns ``run(fn, args, kwargs)`` into another such function, ``_wrap`` for plain calls
and ``_awrap`` for awaited ones.  Nesting them once gives one closure a layer and no decision that
is made twice; the innermost, ``direct``, makes the call.
"""

from .port import direct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

try:
    from _functools import partial as _partial  # type: ignore[import-not-found]  # builtin, without a stub
except ImportError:
    _partial = ()

# Flags of a code object: https://docs.python.org/3/library/inspect.html#code-objects-bit-flags
_GENERATOR = 0x20
_COROUTINE = 0x80
_ITERABLE_COROUTINE = 0x100
_ASYNC_GENERATOR = 0x200


def nest(policies: "Any", inner: "Any" = direct) -> "Any":
    """Return ``run(fn, args, kwargs)`` through ``policies``, outermost first, to ``inner``."""
    run = inner
    for policy in reversed(policies):
        run = policy._wrap(run)
    return run


def anest(policies: "Any", inner: "Any" = direct) -> "Any":
    """Return the awaitable form of ``nest``."""
    run = inner
    for policy in reversed(policies):
        run = policy._awrap(run)
    return run


async def _coroutine_function() -> None:
    pass


def _function() -> None:
    pass


_COROUTINE_FUNCTION = type(_coroutine_function)
# MicroPython gives ``async def`` and generator functions a type of their own, CPython does not.
_TYPE_TELLS = len({_COROUTINE_FUNCTION, type(_function)}) == 2


def kind_of(fn: "Any") -> str:
    """Return ``"sync"``, ``"async"``, ``"generator"`` or ``"async_generator"``.

    MicroPython cannot tell a generator function from an ``async def`` one and says ``"async"``.
    """
    while _partial and isinstance(fn, _partial):
        fn = fn.func
    if _TYPE_TELLS:
        # A closure and a bound method have types of their own; their text names the function inside.
        inside = type(fn).__name__ in ("closure", "bound_method") and "<generator" in repr(fn)
        return "async" if inside or type(fn) is _COROUTINE_FUNCTION else "sync"
    code = getattr(fn, "__code__", None)
    if code is None:  # an instance: what its class calls decides
        code = getattr(getattr(type(fn), "__call__", None), "__code__", None)  # noqa: B004
    flags = getattr(code, "co_flags", 0)
    if flags & (_COROUTINE | _ITERABLE_COROUTINE):
        return "async"
    if flags & _ASYNC_GENERATOR:
        return "async_generator"
    return "generator" if flags & _GENERATOR else "sync"


def decorate(policy: "Any", fn: "Any") -> "Any":
    """Return ``fn`` guarded by ``policy``; sync and ``async def`` each get their own wrapper."""
    if isinstance(fn, (classmethod, staticmethod)):
        raise TypeError("put the policy below @%s: it guards the function itself" % type(fn).__name__)
    if not callable(fn):
        raise TypeError("fn is %r; accepted: a function; to make a call write policy.call(fn, ...)" % (fn,))
    kind = kind_of(fn)
    if kind in ("generator", "async_generator"):
        raise TypeError(
            "%s is %s function: it fails while it is iterated, when %s has already seen it return; "
            "guard the code that produces one item"
            % (name_of(fn), "a generator" if kind == "generator" else "an async generator", type(policy).__name__)
        )
    make = policy._decorate_async if kind == "async" else policy._decorate_sync
    return like(make(fn), fn)


def decorate_asynchronous(policy: "Any", fn: "Any") -> "Any":
    """Return ``fn``, which returns an awaitable, guarded by ``policy``."""
    if not callable(fn):
        raise TypeError("fn is %r; accepted: a function that returns an awaitable" % (fn,))
    return like(policy._decorate_async(fn), fn)


if hasattr(_function, "__dict__"):

    def like(wrapper: "Any", fn: "Any") -> "Any":
        """Give ``wrapper`` the name, text and signature of ``fn``."""
        for attribute in ("__module__", "__name__", "__qualname__", "__doc__", "__annotations__"):
            if hasattr(fn, attribute):
                setattr(wrapper, attribute, getattr(fn, attribute))
        wrapper.__dict__.update(getattr(fn, "__dict__", {}))
        wrapper.__wrapped__ = fn
        return wrapper

else:

    def like(wrapper: "Any", fn: "Any") -> "Any":
        """Functions carry nothing on MicroPython."""
        return wrapper


def name_of(fn: "Any") -> "Any":
    """Return the best name there is for a callable."""
    return getattr(fn, "__qualname__", None) or getattr(fn, "__name__", None) or repr(fn)
