"""The floors of mondeq: what may depend on what."""

# From the ground up. Rooms on one floor do not see each other.
FLOORS = [
    ["core"],
    ["device"],
    ["operators", "nonlinearities", "data", "collective"],
    ["splitting"],
    ["model"],
    ["training"],
    ["benchmarks", "certificates", "report"],
    ["inference"],
    ["cli"],
    ["capi"],
]

# Beside the floors are tests of all of them.
BESIDE = ["testing", "parity", "fuzz"]

def mondeq_floors():
    """Declares above_ROOM for every room: who sees what is in mondeq/ROOM and not public.

    These are the room itself, those on the floors above, those beside, and the whole program.
    """
    above = BESIDE
    for floor in FLOORS[::-1]:
        for room in floor:
            native.package_group(
                name = "above_" + room,
                packages = ["//mondeq"] + ["//mondeq/%s/..." % user for user in [room] + above],
            )
        above = floor + above
