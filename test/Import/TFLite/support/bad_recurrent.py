"""Operators with a state that are wrong in one place each, for bad_files.py."""
from integer_lstm import Layer
from integer_svdf import Svdf
from recurrent_cases import bidirectional_lstm, bidirectional_rnn, lstm_case, rnn_case, svdf_case


def broken(case, change):
    """`change` gets the network and the operator of the case."""
    def edit(network):
        case.add_to(network)
        change(network, network.operators[-1])
    return edit


def inputs(**places):
    """Input `iN` is another tensor: -1, or what another input of the operator is."""
    def change(network, op):
        old = list(op["inputs"])
        for place, other in places.items():
            op["inputs"][int(place[1:])] = other if other < 0 else old[other]
    return change


def tensor(place, **fields):
    return lambda network, op: network.tensors[op["inputs"][place]].update(fields)


def options(**fields):
    def change(network, op):
        op["options"] = {**op["options"], **fields}
    return change


def without_options(network, op):
    del op["options"], op["options_type"]


def one_output(network, op):
    network.outputs.remove(op["outputs"].pop())


def no_output(network, op):
    while op["outputs"]:
        one_output(network, op)


def more_inputs(network, op):
    op["inputs"].append(-1)


LSTM, STEP = lstm_case("sequence"), lstm_case("step", step=True)
BOTH, AUXILIARY = bidirectional_lstm("both"), bidirectional_lstm("second", auxiliary="second")
INTEGERS, FILTERS = Layer("integers"), Svdf("filters")
RNN, RNNS, SVDF = rnn_case("rnn"), bidirectional_rnn("rnns"), svdf_case("svdf")

EDITS = [(f"recurrent-{name}", broken(case, change), {}, message) for name, case, change, message in (
    ("gate", LSTM, inputs(i2=-1), "UNIDIRECTIONAL_SEQUENCE_LSTM has no weights of a gate (input 2)"),
    ("gate-rank", LSTM, inputs(i2=12), "has weights of a gate (input 2) of shape [4] instead of [4, 3]"),
    ("gate-size", LSTM, inputs(i2=6), "has weights of a gate (input 2) of shape [4, 4] instead of [4, 3]"),
    ("gate-type", LSTM, tensor(2, type="INT32"), "has weights of a gate (input 2) of type INT32"),
    ("output-gate", LSTM, inputs(i4=-1), "has no weights of the output gate (input 4)"),
    ("diagonal-gate", LSTM, inputs(i8=12), "has weights of the output gate (input 8) of 1 dimensions instead of 2, as diagonal ones are"),
    ("diagonal", LSTM, options(diagonal_recurrent_tensors=True), "has diagonal recurrent weights, which are not supported"),
    ("bias", LSTM, inputs(i13=-1), "has no bias of a gate (input 13)"),
    ("half-gate", LSTM, inputs(i1=-1), "has only one of the two weights of the input gate (inputs 1 and 5)"),
    ("peephole", LSTM, inputs(i10=12), "has no peephole weights of a gate (input 9)"),
    ("projection", LSTM, inputs(i16=2), "has projection (input 16) of shape [4, 3] instead of [4, 4]"),
    ("state", LSTM, inputs(i18=-1), "has no variable tensor for its activation state (input 18)"),
    ("fixed-state", LSTM, tensor(19, is_variable=False), "has no variable tensor for its cell state (input 19)"),
    ("state-shape", LSTM, tensor(18, shape=[1, 4]), "has activation state (input 18) of shape [1, 4] instead of [2, 4]"),
    ("inputs", LSTM, more_inputs, "has 21 inputs instead of 20, or 24 with layer normalization"),
    ("rank", LSTM, tensor(0, shape=[5, 6]), "has an input 0 of 2 dimensions instead of 3"),
    ("no-steps", LSTM, tensor(0, shape=[0, 2, 3]), "is a constant, or an input twice"),
    ("integers", LSTM, tensor(0, type="INT8"),
     "computes in integers with an activation state of type FLOAT32, which is supported in float only; give quantc the float network"),
    ("integers-step", STEP, tensor(0, type="INT8"), "of type INT8; quantc reads operators with this state in float only: give it the float"),
    ("integers-coupled", INTEGERS, inputs(i1=-1), "computes in integers with an input gate made of the forget gate"),
    ("integers-peepholes", INTEGERS, inputs(i10=12), "computes in integers with peephole weights"),
    ("integers-projection", INTEGERS, inputs(i16=5), "computes in integers with a projection"),
    ("integers-norm", INTEGERS, inputs(i21=12), "computes in integers with layer normalization"),
    ("integers-activation", INTEGERS, options(activation="RELU"), "computes in integers with another activation than TANH"),
    ("integers-state", INTEGERS, tensor(18, is_variable=False), "has no variable tensor for an activation state (input 18)"),
    ("integers-cell", INTEGERS, tensor(19, type="INT8"), "computes in integers with a cell state of type INT8"),
    ("integers-cell-scale", INTEGERS, tensor(19, quantization=dict(scale=[0.001], zero_point=[0])),
     "computes in integers with a cell state of scale 0.001000 instead of a power of two from 2^-15 to 2^-9"),
    ("integers-output", INTEGERS, tensor(18, quantization=dict(scale=[0.5], zero_point=[3])),
     "computes in integers with an output that has other integers than its activation state"),
    ("integers-gate", INTEGERS, inputs(i2=-1), "has no weights of a gate (input 2)"),
    ("integers-gate-shape", INTEGERS, inputs(i2=6), "has weights of a gate (input 2) that are no constants of type INT8 and shape [6, 5]"),
    ("integers-gate-zero", INTEGERS, tensor(7, quantization=dict(scale=[0.01], zero_point=[1])),
     "has recurrent weights of a gate (input 7) that are no constants of type INT8 and shape [6, 6] with one scale and the zero point 0"),
    ("integers-bias", INTEGERS, inputs(i13=-1), "has no biases of a gate (input 13)"),
    ("integers-scales", INTEGERS, tensor(0, quantization=dict(scale=[1e12], zero_point=[0])), "has no integer multiplier"),
    ("activation", LSTM, options(activation="SIGN_BIT"), "has the fused activation 5, which is not supported"),
    ("options", LSTM, without_options, "UNIDIRECTIONAL_SEQUENCE_LSTM has no options"),
    ("step-options", STEP, without_options, "LSTM has no options"),
    ("step-kernel", STEP, options(kernel=7), "LSTM has the unknown kernel 7"),
    ("step-basic", STEP, options(kernel="BASIC"), "LSTM has the basic kernel with 20 inputs and 1 outputs instead of 5 and 4"),
    ("both-options", BOTH, without_options, "BIDIRECTIONAL_SEQUENCE_LSTM has no options"),
    ("both-outputs", BOTH, one_output, "BIDIRECTIONAL_SEQUENCE_LSTM has 1 outputs instead of 2"),
    ("both-no-output", BOTH, no_output, "BIDIRECTIONAL_SEQUENCE_LSTM has 0 outputs instead of 2"),
    ("step-no-output", STEP, no_output, "LSTM has 0 outputs instead of 1"),
    ("rnns-no-output", RNNS, no_output, "BIDIRECTIONAL_SEQUENCE_RNN has 0 outputs instead of 2"),
    ("auxiliary", AUXILIARY, tensor(39, shape=[5, 1, 4]), "has an auxiliary input (input 39) of 5 steps of 1 sequences instead of 5 steps of 2"),
    ("rnn-weights", RNN, inputs(i1=3), "has weights (input 1) of shape [4] instead of [4, 3]"),
    ("rnn-state", RNN, tensor(4, is_variable=False), "has no variable tensor for its hidden state (input 4)"),
    ("rnn-options", RNN, without_options, "UNIDIRECTIONAL_SEQUENCE_RNN has no options"),
    ("rnns-options", RNNS, without_options, "BIDIRECTIONAL_SEQUENCE_RNN has no options"),
    ("rnns-outputs", RNNS, options(merge_outputs=True), "BIDIRECTIONAL_SEQUENCE_RNN has 2 outputs instead of 1"),
    ("svdf-rank", SVDF, options(rank=4), "SVDF has 6 features, which are not a multiple of its rank of 4"),
    ("svdf-no-rank", SVDF, options(rank=0), "SVDF has 6 features, which are not a multiple of its rank of 0"),
    ("svdf-weights", SVDF, inputs(i1=3), "SVDF has weights of 1 and 2 dimensions instead of 2"),
    ("svdf-state", SVDF, tensor(4, shape=[2, 23]), "SVDF has state (input 4) of shape [2, 23] instead of [2, 24]"),
    ("svdf-integers-activation", FILTERS, options(activation="NONE"), "SVDF computes in integers with another activation than RELU"),
    ("svdf-integers-time", FILTERS, tensor(2, type="INT8", shape=[6, 8]), "SVDF computes in integers with time weights of type INT8"),
    ("svdf-integers-state", FILTERS, tensor(4, type="INT8"), "SVDF computes in integers with a state of type INT8"),
    ("svdf-integers-fixed", FILTERS, tensor(4, is_variable=False), "SVDF has no variable tensor for its state (input 4)"),
    ("svdf-integers-zero", FILTERS, tensor(1, quantization=dict(scale=[0.1], zero_point=[3])),
     "SVDF computes in integers with feature weights that have several scales or a zero point"),
    ("svdf-integers-ratio", FILTERS, tensor(0, quantization=dict(scale=[1e12], zero_point=[3])),
     "has no integer multiplier and shift; convert the network with other calibration data"),
    ("svdf-integers-rows", FILTERS, options(rank=6), "SVDF has an input 3 of 3 elements instead of 1"),
    ("svdf-options", SVDF, without_options, "SVDF has no options"),
)]
