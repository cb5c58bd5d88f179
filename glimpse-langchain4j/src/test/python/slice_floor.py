"""Golden values of the floor per slice: random choices over slices and pictures, and what a floor adds to them.

    python3 slice_floor.py ../resources/io/github/glimpse/prune/slice-floor.json

An implementation of its own, by the rule alone: of each slice with fewer than min(floor, tokens there) kept tokens the best dropped
ones are kept besides, of equal scores the one with the lower number; pictures are left as they are.
"""

import json
import random
import sys


def case(rng):
    units = [[rng.choice(["video", "video", "image"]), rng.randint(1, 3), rng.randint(1, 4)] for _ in range(rng.randint(1, 5))]
    owner = [number for number, (_, rows, columns) in enumerate(units) for _ in range(rows * columns)]
    alive = [token for token in range(len(owner)) if rng.random() < 0.8]
    scores = [rng.choice([0.0, 0.25, 0.5, rng.random()]) for _ in alive]
    scores = [round(score * 1024) / 1024 for score in scores]
    kept = {place for place in range(len(alive)) if rng.random() < 0.2}
    floor = rng.randint(0, 5)
    result = set(kept)
    for number, (kind, _, _) in enumerate(units):
        members = [place for place, token in enumerate(alive) if owner[token] == number]
        if kind == "video":
            while len(result & set(members)) < min(floor, len(members)):
                result.add(min(set(members) - result, key=lambda place: (-scores[place], place)))
    return {
        "units": units,
        "alive": alive,
        "scores": scores,
        "kept": sorted(kept),
        "floor": floor,
        "expected": sorted(result),
    }


if __name__ == "__main__":
    rng = random.Random(11)
    with open(sys.argv[1], "w") as file:
        json.dump([case(rng) for _ in range(60)], file)
        file.write("\n")
