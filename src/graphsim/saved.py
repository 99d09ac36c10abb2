"""A world kept in a file, so that a simulator that starts again goes on where it was.

What is kept: everything Instagram knows, which ids were given, and the webhooks that have not arrived. Not kept: faults,
settings, logs. The file is written a moment after something changed and at the end, whole or not at all.
"""

import asyncio
import os
from pathlib import Path
from typing import Literal

import msgspec

from graphsim.events import Event
from graphsim.sim import Sim
from graphsim.state import World

EVERY_S = 2.0
_GAP = 10_000  # ids skipped on return: what was given after the last write must not be given twice


class Unreadable(Exception):
    """The file is not one of ours."""


class Body(msgspec.Struct, kw_only=True):
    """A webhook body that was refused so far."""

    content: bytes
    signature: str
    updates: int


class Kept(msgspec.Struct, kw_only=True):
    """What the file holds."""

    version: Literal[1] = 1
    seed: int
    world: World
    drawn: dict[str, int]
    events: list[Event]
    bodies: list[Body]


def read(sim: Sim, path: Path) -> bool:
    """Go on from the file; False when there is none. Raises Unreadable."""
    try:
        kept = msgspec.msgpack.decode(path.read_bytes(), type=Kept)
    except FileNotFoundError:
        return False
    except (OSError, msgspec.DecodeError) as error:
        raise Unreadable(f"{path} cannot be used: {error}") from error
    if kept.seed != sim.options.seed:
        raise Unreadable(f"{path} was written with --seed {kept.seed}")
    _restore(sim, kept)
    return True


def write(sim: Sim, path: Path) -> None:
    """Put the present state into the file."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.write_bytes(msgspec.msgpack.encode(_of(sim)))
    partial.replace(path)


async def keep(sim: Sim, path: Path) -> None:
    """Write again whenever something may have changed; never returns."""
    written = None
    while True:
        present = _tick(sim)
        if present != written:
            write(sim, path)
            written = present
        await asyncio.sleep(EVERY_S)


def _tick(sim: Sim) -> tuple[object, ...]:
    return (sim.acts, sim.calls, sim.deliveries.count, *sim.dispatcher.pending().values())


def _of(sim: Sim) -> Kept:
    events, bodies = sim.dispatcher.undelivered()
    return Kept(
        seed=sim.options.seed,
        world=sim.world,
        drawn=sim.mint.drawn(),
        events=events,
        bodies=[Body(content=one.body, signature=one.signature, updates=one.updates) for one in bodies],
    )


def _restore(sim: Sim, kept: Kept) -> None:
    for name in World.__slots__:
        setattr(sim.world, name, getattr(kept.world, name))
    sim.mint.skip({kind: count + _GAP for kind, count in kept.drawn.items()})
    sim.dispatcher.put(kept.events, sim.faults)
    for one in kept.bodies:
        sim.dispatcher.put_body(one.content, signature=one.signature, secret=None, updates=one.updates)
