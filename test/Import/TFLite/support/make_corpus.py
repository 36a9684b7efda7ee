"""Writes the corpus of the fuzzer: every case as a network of its own, and the files that are wrong.

usage: make_corpus.py WORKDIR      flatc is in PATH
"""
import json
import pathlib
import subprocess
import sys

from bad_files import EDITS, edited, good, misaligned
from integer_lstm import Layer
from integer_svdf import Svdf
from network import SCHEMA, Network
from run_cases import GROUPS


def main():
    workdir = pathlib.Path(sys.argv[1])
    workdir.mkdir(parents=True, exist_ok=True)
    texts = []
    networks = {"good": good()}
    for group, cases in GROUPS.items():
        for case in cases:
            networks[f"{group}-{case.name}"] = network = Network()
            case.add_to(network)
    for layer in (Layer("integer-lstm"), Svdf("integer-svdf")):
        networks[layer.name] = Network()
        layer.add_to(networks[layer.name])
    for name, edit, model, _ in EDITS:
        networks[f"bad-{name}"] = edited(edit, model)
    for name, network in networks.items():
        texts.append(workdir / f"{name}.json")
        texts[-1].write_text(json.dumps(network.json()))
    subprocess.run(["flatc", "--binary", "-o", workdir, SCHEMA, *texts], check=True)
    for text in texts:
        text.unlink()
    (workdir / "misaligned.tflite").write_bytes(misaligned())


if __name__ == "__main__":
    main()
