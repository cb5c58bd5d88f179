"""A whole step of the glimpse training in Java against the same in torch: from the picture's bytes through the frozen model, the
predictor, loss, gradients and AdamW. The embedded model and module, one thread each, in turn in one run.

    mvn -pl glimpse-langchain4j -am test-compile dependency:build-classpath -Dmdep.outputFile=CP
    python glimpse_speed.py CP PYTHON [PYTHON ...]         each PYTHON has a torch and what ../reference needs

Prints milliseconds per step as in speed.py, and the losses of the last steps, which must agree: both start from the same weights.
"""

import os
import statistics
import sys
from pathlib import Path

from speed import HERE, TARGET, ask, start

ROUNDS, WARM, STEPS = 16, 4, 10
REPOSITORY = HERE.parents[4]
EMBEDDED = HERE.parents[2] / "main/resources/io/github/glimpse/hub/embedded"
FILES = [str(EMBEDDED / "model"), str(EMBEDDED / "module"),
         str(REPOSITORY / "examples/quickstart/src/main/resources/receipt.png")]


def main(class_path, *pythons):
    jars = Path(class_path).read_text(encoding="utf-8").strip()
    classes = os.environ.get("CLASSES", f"{TARGET / 'test-classes'}{os.pathsep}{TARGET / 'classes'}")
    java = ["java", "-Dorg.slf4j.simpleLogger.defaultLogLevel=off", "-cp", os.pathsep.join([classes, jars]),
            "io.github.glimpse.train.GlimpseSpeed"]
    workers = {"java": start(java + FILES)[0]}
    for python in pythons:
        worker, greeting = start([python, str(HERE / "glimpse_speed_worker.py")] + FILES)
        workers["torch " + greeting.removeprefix("ready ")] = worker
    times = {name: [] for name in workers}
    for turn in range(ROUNDS + WARM):
        for name, worker in workers.items():
            figures = ask(worker, str(STEPS))
            if turn >= WARM:
                times[name].append(figures)
    for column, clock in enumerate(("wall", "processor")):
        for name, rounds in times.items():
            values, java = [r[column] for r in rounds], [r[column] for r in times["java"]]
            print(f"{clock:9} {name:18} least {min(values):6.1f} median {statistics.median(values):6.1f} ms"
                  f"   java/this: least {min(java) / min(values):.2f}"
                  f" median {statistics.median(java) / statistics.median(values):.2f}")
    print("losses", {name: rounds[-1][2] for name, rounds in times.items()})
    for worker in workers.values():
        worker.stdin.close()
        worker.wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
