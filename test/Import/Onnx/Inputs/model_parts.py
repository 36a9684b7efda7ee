"""What test models are made with."""
from onnx import TensorProto, helper, numpy_helper

FLOAT = TensorProto.FLOAT


def value(name, shape, kind=FLOAT):
    return helper.make_tensor_value_info(name, kind, shape)


def model(nodes, inputs, outputs, constants=None, opset=13, domains=()):
    """`nodes` are (op, inputs, outputs, attributes); the result is not checked."""
    protos = [helper.make_node(op, i, o, name=f"n{k}", **attrs) for k, (op, i, o, attrs) in enumerate(nodes)]
    tensors = [array if isinstance(array, TensorProto) else numpy_helper.from_array(array, name)
               for name, array in (constants or {}).items()]
    graph = helper.make_graph(protos, "g", inputs, [value(name, None) for name in outputs], tensors)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)] + [
        helper.make_opsetid(domain, 1) for domain in domains])


def relu(**options):
    return model([("Relu", ["x"], ["y"], {})], [value("x", [1, 2])], ["y"], **options)
