"""Runs ONNX models with ONNX Runtime's package for Node.js. QUANTC_NODE is the command of node,
with an emulator in front if need be."""
import json
import os
import pathlib
import subprocess

import numpy as np

SCRIPT = pathlib.Path(__file__).with_name("run_onnxruntime.js")


def run_all(model, samples, workdir, directory=None):
    """The outputs by name of each of `samples`, which are inputs by name. `directory` holds
    node_modules."""
    jobs = []
    for number, feeds in enumerate(samples):
        outputs = pathlib.Path(workdir) / "onnxruntime" / str(number)
        outputs.mkdir(parents=True, exist_ok=True)
        inputs = {}
        for index, (name, array) in enumerate(feeds.items()):
            file = outputs / f"input{index}.raw"
            file.write_bytes(np.ascontiguousarray(array).tobytes())
            inputs[name] = {"type": array.dtype.name, "dims": list(array.shape), "file": str(file)}
        jobs.append({"model": str(model), "inputs": inputs, "outputs": str(outputs)})
    done = subprocess.run([*os.environ.get("QUANTC_NODE", "node").split(), str(SCRIPT), directory or os.environ["QUANTC_ONNXRUNTIME_DIR"]],
                          input=json.dumps(jobs), capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr.strip())
    return [read(pathlib.Path(job["outputs"])) for job in jobs]


def run(model, feeds, workdir, directory=None):
    """The outputs of one sample."""
    return run_all(model, [feeds], workdir, directory)[0]


def read(outputs):
    results = {}
    for output in json.loads((outputs / "outputs.json").read_text()):
        raw = pathlib.Path(output["file"]).read_bytes()
        results[output["name"]] = np.frombuffer(raw, output["type"]).reshape(output["dims"])
    return results
