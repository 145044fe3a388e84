"""Role-play rooms: people in the seats of a run. See docs/reference/rooms.md."""

from sim.classroom.rooms.journal import UnusableFile
from sim.classroom.rooms.opening import RoomKeys
from sim.classroom.rooms.refusal import Refusal, UnknownRoom, UnknownToken
from sim.classroom.rooms.rooms import Receipt, Rooms
from sim.classroom.rooms.settings import DropOut, Settings

__all__ = [
    "DropOut",
    "Receipt",
    "Refusal",
    "RoomKeys",
    "Rooms",
    "Settings",
    "UnknownRoom",
    "UnknownToken",
    "UnusableFile",
]
