"""Where the parts of each family of cells stand, once for a picture that lies and once for one that stands upright.

x runs along time, y away from the line of the carried state. A picture that lies has that line on top, so that labels
need room along y for their height; upright it runs down the left side, and labels need room along y for their width.
"""

from __future__ import annotations

from typing import NamedTuple

LYING, UPRIGHT = False, True


class Frame(NamedTuple):
    start: float  # x where the lines begin
    tap: float  # how far from the middle of a box the old h and x enter it


FRAMES = {LYING: Frame(start=10, tap=10), UPRIGHT: Frame(start=26, tap=7)}


class LstmMeasures(NamedTuple):
    length: float
    depth: float
    f: float  # x of the gates
    i: float
    g: float
    o: float
    rail: float  # y of the carried state
    squash: float
    product: float
    out: float
    coupled: float  # y of an f that is made from i
    gates: float
    buses: dict[str, float]  # y of what gates read
    drop: float = 0  # x where the old c comes down to its bus
    side: float = 0  # x where the new c comes down to a gate


_LYING = LstmMeasures(
    length=376, depth=324, f=88, i=158, g=228, o=302,
    rail=48, squash=88, product=122, out=138, coupled=148, gates=200, buses={"h_prev": 254, "x": 300},
)  # fmt: skip
_UPRIGHT = LstmMeasures(
    length=298, depth=316, f=78, i=132, g=186, o=244,
    rail=22, squash=69, product=119, out=119, coupled=139, gates=238, buses={"h_prev": 290, "x": 306},
)  # fmt: skip

LSTM = {LYING: _LYING, UPRIGHT: _UPRIGHT}
PEEPHOLES = {
    LYING: _LYING._replace(
        length=460, depth=352, f=102, i=172, g=242, o=316,
        buses={"c_prev": 236, "h_prev": 282, "x": 328}, drop=76, side=378,
    ),
    UPRIGHT: _UPRIGHT._replace(
        length=338, f=98, i=152, g=206, o=264, buses={"c_prev": 276, "h_prev": 291, "x": 306}, drop=64, side=294,
    ),
}  # fmt: skip


class GruMeasures(NamedTuple):
    length: float
    depth: float
    z: float  # x of the gates
    r: float
    n: float
    complement: float
    reset: float  # how far before n the reset's product stands
    rail: float  # y of the carried state
    near: float  # y of a complement that acts on the old state
    product: float
    candidate: float
    gates: float
    weighed: float  # y of the sum that the reset acts on
    beyond: float  # how much deeper all is that lies below such a sum
    buses: dict[str, float]
    drop: float  # x where the old h comes down to its bus


GRU = {
    LYING: GruMeasures(
        length=386, depth=350, z=108, r=182, n=294, complement=200, reset=11,
        rail=48, near=86, product=116, candidate=178, gates=240, weighed=284, beyond=32,
        buses={"h_prev": 290, "x": 326}, drop=78,
    ),
    UPRIGHT: GruMeasures(
        length=278, depth=316, z=100, r=158, n=222, complement=161, reset=10,
        rail=22, near=55, product=87, candidate=201, gates=241, weighed=272, beyond=0,
        buses={"h_prev": 292, "x": 306}, drop=66,
    ),
}  # fmt: skip


class RnnMeasures(NamedTuple):
    length: float
    depth: float
    sum: float  # x of the weighted sum, and of what squashes it
    squash: float
    rail: float  # y of the carried state
    inputs: float


RNN = {
    LYING: RnnMeasures(length=376, depth=150, sum=140, squash=248, rail=60, inputs=128),
    UPRIGHT: RnnMeasures(length=238, depth=316, sum=84, squash=164, rail=22, inputs=306),
}
