"""A training step in Java against the same in Python, one thread each, in turn in one run.

    mvn -pl glimpse-langchain4j -am test-compile dependency:build-classpath -Dmdep.outputFile=CP
    python speed.py CP PYTHON [PYTHON ...]         each PYTHON has a torch of its own

Prints milliseconds per step: the least and the median of the rounds, and the ratio of Java to the last Python.
"""

import os
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
TARGET = HERE.parents[3] / "target"
ROUNDS, STEPS = 10, 5


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
        for turn in range(ROUNDS + 2):
            for name, worker in workers.items():
                milliseconds, loss = ask(worker, f"{STEPS} {half}")
                if turn >= 2:
                    times[name].append(milliseconds)
        print("bfloat16 products" if half == "1" else "float32")
        for name, values in times.items():
            ratio = [a / b for a, b in zip(times["java"], values)]
            print(f"  {name:18} least {min(values):7.1f} median {statistics.median(values):7.1f} ms"
                  f"   java/this: least {min(times['java']) / min(values):.2f} median {statistics.median(ratio):.2f}")
    for worker in workers.values():
        worker.stdin.close()
        worker.wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
