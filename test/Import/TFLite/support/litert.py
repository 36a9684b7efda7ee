"""Runs .tflite models with LiteRT's package for Node.js."""
import json
import os
import pathlib
import subprocess

import numpy as np

SCRIPT = pathlib.Path(__file__).with_name("run_litert.js")


def run_all(jobs, workdir):
    """For each (model, inputs) the outputs, both by position with samples along the first axis, or the
    message with which LiteRT refuses the model."""
    texts = []
    for number, (model, inputs) in enumerate(jobs):
        outputs = pathlib.Path(workdir) / "litert" / str(number)
        outputs.mkdir(parents=True, exist_ok=True)
        samples = []
        for sample, arrays in enumerate(zip(*inputs)):
            samples.append([])
            for index, array in enumerate(arrays):
                file = outputs / f"{sample}.{index}.in"
                file.write_bytes(np.ascontiguousarray(array).tobytes())
                samples[-1].append(str(file))
        texts.append({"model": str(model), "samples": samples, "outputs": str(outputs)})
    done = subprocess.run(["node", str(SCRIPT), os.environ["QUANTC_LITERT_DIR"]], input=json.dumps(texts),
                          capture_output=True, text=True, timeout=600)
    if done.returncode:
        raise RuntimeError(done.stderr.strip())
    return [result.get("error") or read(pathlib.Path(job["outputs"]), result, len(job["samples"]))
            for job, result in zip(texts, json.loads(done.stdout))]


def read(outputs, result, samples):
    arrays = []
    for index, (dtype, shape) in enumerate(zip(result["types"], result["shapes"])):
        raw = b"".join((outputs / f"{sample}.{index}.raw").read_bytes() for sample in range(samples))
        arrays.append(np.frombuffer(raw, dtype).reshape([samples, *shape]))
    return arrays
