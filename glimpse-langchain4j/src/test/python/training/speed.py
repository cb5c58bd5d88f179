"""A training step in Java against the same in Python, one thread each, in turn in one run.

    mvn -pl glimpse-langchain4j -am test-compile dependency:build-classpath -Dmdep.outputFile=CP
    python speed.py CP PYTHON [PYTHON ...]         each PYTHON has a torch of its own

Prints milliseconds per step, least and median of the rounds, by the clock and as processor time of the whole process, which
a busy machine blurs less, and the ratio of Java to each Python.
"""

import os
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
TARGET = HERE.parents[3] / "target"
ROUNDS, STEPS = 16, 4


def start(command):
    environment = os.environ | {"OMP_WAIT_POLICY": "PASSIVE", "OMP_NUM_THREADS": "1", "DJL_OFFLINE": "true"}
    worker = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              text=True, env=environment)
    return worker, worker.stdout.readline().strip()


def ask(worker, line):
    worker.stdin.write(line + "\n")
    worker.stdin.flush()
    return [float(x) for x in worker.stdout.readline().split()]


def main(class_path, *pythons):
    jars = Path(class_path).read_text(encoding="utf-8").strip()
    classes = os.environ.get("CLASSES", f"{TARGET / 'test-classes'}{os.pathsep}{TARGET / 'classes'}")
    java = ["java", "-Dorg.slf4j.simpleLogger.defaultLogLevel=off", "-cp", os.pathsep.join([classes, jars]),
            "io.github.glimpse.train.TrainingSpeed"]
    workers = {"java": start(java)[0]}
    for python in pythons:
        worker, greeting = start([python, str(HERE / "speed_worker.py")])
        workers["torch " + greeting.removeprefix("ready ")] = worker
    for half in "01":
        times = {name: [] for name in workers}
        for turn in range(ROUNDS + 3):
            for name, worker in workers.items():
                figures = ask(worker, f"{STEPS} {half}")
                if turn >= 3:
                    times[name].append(figures)
        print("bfloat16 products" if half == "1" else "float32")
        for column, clock in enumerate(("wall", "processor")):
            for name, rounds in times.items():
                values, java = [r[column] for r in rounds], [r[column] for r in times["java"]]
                print(f"  {clock:9} {name:18} least {min(values):6.1f} median {statistics.median(values):6.1f} ms"
                      f"   java/this: least {min(java) / min(values):.2f}"
                      f" median {statistics.median(java) / statistics.median(values):.2f}")
    for worker in workers.values():
        worker.stdin.close()
        worker.wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
