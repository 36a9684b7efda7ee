"""Writes .tflite files: a network as JSON, made binary by flatc with the reader's schema."""
import json
import pathlib
import subprocess

import numpy as np

SCHEMA = pathlib.Path(__file__).parents[4] / "lib" / "Import" / "TFLite" / "schema.fbs"
TYPES = {
    "float32": "FLOAT32", "float16": "FLOAT16", "int8": "INT8", "uint8": "UINT8", "int16": "INT16",
    "int32": "INT32", "int64": "INT64", "bool": "BOOL",
}


class Params:
    """Scales and zero points of a tensor; `axis` matters if there are several scales."""

    def __init__(self, scale, zero=0, axis=0):
        self.scales = np.atleast_1d(np.float32(scale))
        self.zeros = np.broadcast_to(np.int64(zero), self.scales.shape)
        self.axis = axis

    def json(self):
        return dict(scale=[float(s) for s in self.scales], zero_point=[int(z) for z in self.zeros],
                    quantized_dimension=self.axis)

    def _along(self, values, rank):
        return values if len(values) == 1 else values.reshape([-1 if d == self.axis else 1 for d in range(rank)])

    def dequantize(self, codes):
        zeros = self._along(self.zeros, codes.ndim)
        return ((codes.astype(np.int64) - zeros) * self._along(self.scales, codes.ndim)).astype(np.float32)

    def quantize(self, reals, dtype):
        info = np.iinfo(dtype)
        codes = np.rint(reals / self._along(self.scales, reals.ndim)) + self._along(self.zeros, reals.ndim)
        return np.clip(codes, info.min, info.max).astype(dtype)


class Network:
    """A subgraph: the first one of a file, or another one of the file of `first`. Tensors are numbered as they are added."""

    def __init__(self, first=None):
        self.buffers, self.codes = (first.buffers, first.codes) if first else ([{}], [])
        self.subgraphs = first.subgraphs if first else []
        self.number = len(self.subgraphs)
        self.subgraphs.append(self)
        self.tensors, self.operators, self.signatures = [], [], []
        self.inputs, self.outputs = [], []

    def tensor(self, name, shape, dtype="float32", params=None, **fields):
        kind = dtype if dtype == "RESOURCE" else TYPES[str(np.dtype(dtype))]
        tensor = dict(name=name, shape=list(shape), type=kind, **fields)
        if params:
            tensor["quantization"] = params.json()
        self.tensors.append(tensor)
        return len(self.tensors) - 1

    def constant(self, name, array, params=None):
        array = np.asarray(array)
        index = self.tensor(name, array.shape, array.dtype, params, buffer=len(self.buffers))
        little = array.astype(array.dtype.newbyteorder("<"))
        self.buffers.append(dict(data=list(little.tobytes())))
        return index

    def int4_constant(self, name, array, params=None, block=None, block_zeros=None):
        """Of integers from -8 to 7. `block`: float16 scales for this many elements of the last dimension, `params`."""
        index = self.constant(name, array.astype(np.int8), None if block else params)
        codes = np.append(array.ravel(), np.zeros(array.size % 2, array.dtype)).astype(np.uint8) & 15
        self.buffers[-1] = dict(data=(codes[::2] | codes[1::2] << 4).tolist())
        self.tensors[index]["type"] = "INT4"
        if block:
            scales = self.constant(f"{name}.scales", params)
            zeros = -1 if block_zeros is None else self.constant(f"{name}.zeros", block_zeros)
            details = dict(scales=scales, zero_points=zeros, block_size=block)
            self.tensors[index]["quantization"] = dict(details_type="BlockwiseQuantization", details=details)
        return index

    def sparse_constant(self, name, array, sparse, params=None):
        """Of `array` the elements that `sparse`, a sparse.Sparse, stores."""
        metadata, values = sparse.encode(array)
        index = self.constant(name, values, params)
        self.tensors[index].update(shape=list(array.shape), sparsity=metadata)
        return index

    def op(self, code, inputs, outputs, options_type=None, options=None, version=1):
        """`options` belong to member `options_type` of one of the schema's unions."""
        operator = dict(opcode_index=len(self.codes), inputs=list(inputs), outputs=list(outputs))
        self.codes.append(dict(code=code, version=version))
        if options_type:
            field = "options2" if options_type == "Composite" else "options"
            operator.update({f"{field}_type": options_type, field: options or {}})
        self.operators.append(operator)

    def signature(self, key, inputs, outputs, number=0):
        """An entry point: names of the tensors of subgraph `number`."""
        def names(tensors):
            return [dict(name=name, tensor=tensor) for name, tensor in tensors.items()]
        self.signatures.append(dict(key=key, inputs=names(inputs), outputs=names(outputs), subgraph=number))

    def json(self):
        graphs = [dict(tensors=g.tensors, inputs=g.inputs, outputs=g.outputs, operators=g.operators) for g in self.subgraphs]
        return dict(version=3, operator_codes=self.codes, subgraphs=graphs, buffers=self.buffers, signature_defs=self.signatures)

    def write(self, path):
        """Writes `path`, which ends in .tflite."""
        path = pathlib.Path(path)
        text = path.with_suffix(".json")
        text.write_text(json.dumps(self.json()))
        subprocess.run(["flatc", "--binary", "-o", path.parent, SCHEMA, text], check=True)
        return path
