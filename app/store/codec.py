"""Frozen dataclasses of the domain as JSON text and back, driven by their own field types.

A field that a stored text does not know takes its default, one that the class no longer has is passed over: so that
what an older golive stored can still be read.
"""

import dataclasses
import json
import types
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")
_Decoder = Callable[[Any], Any]


def dumps(value: Any) -> str:
    """Give the JSON text of a domain value."""
    return json.dumps(value, separators=(",", ":"), allow_nan=False, default=_encoded)


def loads(kind: type[T], text: str) -> T:
    """Give the domain value of a JSON text."""
    decode: _Decoder = _decoder(cast(Any, kind))
    return cast(T, decode(json.loads(text)))


def is_same(stored: str, sent: str) -> bool:
    """Say whether two texts say the same; what only the newer one knows is empty where somebody had not sent it."""
    return stored == sent or _says_the_same(json.loads(stored), json.loads(sent))


def _says_the_same(stored: Any, sent: Any) -> bool:
    if not isinstance(stored, dict) or not isinstance(sent, dict):
        return bool(stored == sent)
    added = sent.keys() - stored.keys()
    return (
        stored.keys() <= sent.keys()
        and all(_says_the_same(said, sent[name]) for name, said in stored.items())
        and all(sent[name] in _EMPTY for name in added)
    )


_EMPTY: tuple[Any, ...] = (None, "", 0, [], {})


@cache
def _names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(kind))


def _encoded(value: Any) -> Any:
    """Give what JSON cannot write by itself in parts that it can: lists, tuples, texts and numbers it walks alone."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {name: getattr(value, name) for name in _names(type(value))}
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} cannot be stored")


@cache
def _decoder(kind: Any) -> _Decoder:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return _optional(_decoder(next(a for a in arguments if a is not type(None))))
    if origin is not None:
        return _container(origin, arguments)
    if dataclasses.is_dataclass(kind):
        return _dataclass(kind)
    if isinstance(kind, type) and issubclass(kind, datetime):
        return datetime.fromisoformat
    if isinstance(kind, type) and issubclass(kind, (Enum, float)):
        return kind
    return lambda value: value


def _optional(inner: _Decoder) -> _Decoder:
    return lambda value: None if value is None else inner(value)


def _container(origin: Any, arguments: tuple[Any, ...]) -> _Decoder:
    if origin is tuple and not (len(arguments) == 2 and arguments[1] is Ellipsis):
        inners = [_decoder(a) for a in arguments]
        return lambda value: tuple(inner(v) for inner, v in zip(inners, value, strict=True))
    if issubclass(origin, Mapping):
        of_key, of_value = _decoder(arguments[0]), _decoder(arguments[1])
        return lambda value: {of_key(k): of_value(v) for k, v in value.items()}
    inner = _decoder(arguments[0])
    make = origin if origin in (tuple, list, set, frozenset) else tuple
    return lambda value: make(inner(v) for v in value)


def _dataclass(kind: Any) -> _Decoder:
    hints = get_type_hints(kind)
    decoders = {f.name: _decoder(hints[f.name]) for f in dataclasses.fields(kind) if f.init}

    def decode(value: Any) -> Any:
        return kind(**{name: decode(value[name]) for name, decode in decoders.items() if name in value})

    return decode
