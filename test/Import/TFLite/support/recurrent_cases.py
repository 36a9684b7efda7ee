"""Operators with a state against numpy: every layout and option, in float and with integer weights."""
import functools

import numpy as np

from cases import C, W, X, Case, Operand
from network import Params
from run_time import symmetric_vectors, vectors

STEPS, BATCH, SIZE, CELL = 5, 2, 3, 4
ACTIVATIONS = {
    "NONE": lambda x: x, "RELU": lambda x: np.maximum(x, 0), "RELU6": lambda x: np.clip(x, 0, 6),
    "RELU_N1_TO_1": lambda x: np.clip(x, -1, 1), "TANH": np.tanh,
}


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def State(*shape):
    """A variable tensor, which is 0 before the first run."""
    return Operand(np.zeros(shape, np.float32), variable=True)


def lstm(x, weights, recurrence, peepholes, biases, projection, projection_bias, hidden, cell, norms, options, reverse=False,
         quantize=None):
    """One direction over x [T, N, I], with lists of a gate's tensors in the order i, f, g, o: the sequence, and both states.
    `quantize` is what becomes of rows that integer weights are multiplied with."""
    quantize = quantize or (lambda rows: rows)
    function = ACTIVATIONS[options.get("activation", "NONE")]

    def gate(index, step, hidden, cell, peephole):
        total = quantize(step) @ weights[index].T + quantize(hidden) @ recurrence[index].T
        if peephole is not None and peepholes[2] is not None:
            total = total + cell * peepholes[peephole]
        if norms[1] is not None:
            total = (total - total.mean(-1, keepdims=True)) / np.sqrt(total.var(-1, keepdims=True) + 1e-8) * norms[index]
        return total + biases[index]

    sequence = [None] * len(x)
    for t in (reversed(range(len(x))) if reverse else range(len(x))):
        f = sigmoid(gate(1, x[t], hidden, cell, 1))
        i = 1 - f if weights[0] is None else sigmoid(gate(0, x[t], hidden, cell, 0))
        cell = f * cell + i * function(gate(2, x[t], hidden, cell, None))
        if options.get("cell_clip", 0) > 0:
            cell = np.clip(cell, -options["cell_clip"], options["cell_clip"])
        hidden = sigmoid(gate(3, x[t], hidden, cell, 2)) * function(cell)
        if projection is not None:
            hidden = quantize(hidden) @ projection.T + (0 if projection_bias is None else projection_bias)
            if options.get("proj_clip", 0) > 0:
                hidden = np.clip(hidden, -options["proj_clip"], options["proj_clip"])
        sequence[t] = hidden
    return np.stack(sequence), hidden, cell


def rnn(x, weights, recurrence, bias, hidden, activation, reverse=False, quantize=None):
    quantize = quantize or (lambda rows: rows)
    sequence = [None] * len(x)
    for t in (reversed(range(len(x))) if reverse else range(len(x))):
        hidden = ACTIVATIONS[activation](quantize(x[t]) @ weights.T + quantize(hidden) @ recurrence.T + bias)
        sequence[t] = hidden
    return np.stack(sequence), hidden


def svdf(x, features, time, bias, state, rank, activation):
    """The output of one step, and the state behind it."""
    count, memory = time.shape
    state = np.concatenate([state.reshape(-1, count, memory)[:, :, 1:], (x @ features.T)[:, :, None]], 2)
    sums = (state * time).sum(2).reshape(len(x), -1, rank).sum(2)
    return ACTIVATIONS[activation](sums if bias is None else sums + bias), state.reshape(len(x), -1)


class Bytes(Operand):
    """Weights of uint8, whose bytes the kernels take for int8 without a zero point."""

    @property
    def reals(self):
        return Params(self.params.scales).dequantize(self.array.view(np.int8))


def make_weights(hybrid, *shape, seed):
    """Reals, or integers of the type `hybrid`."""
    if not hybrid:
        return C(*shape, low=-0.9, high=0.9, seed=seed)
    signed = W(*shape, scale=0.01, seed=seed)
    return signed if hybrid == np.int8 else Bytes(signed.array.view(np.uint8), Params(0.01, 7), constant=True)


def choose_quantizer(hybrid, options):
    """What an operator does to the rows that it multiplies; None: nothing."""
    if not hybrid:
        return None
    return vectors if options.get("asymmetric_quantize_inputs") else symmetric_vectors


def turn(x, time_major):
    """To the layout of the file and back."""
    return x if time_major else x.transpose(1, 0, 2)


def gates(make, *shape, seed=0, coupled=False, **more):
    return [None if coupled and gate == 0 else make(*shape, seed=seed + gate, **more) for gate in range(4)]


def direction(seed, hybrid=None, size=SIZE, projection=0, projection_bias=False, peepholes=False, coupled=False, norm=False):
    """The operands of one direction: 17 in front of the states, and those of the layer normalization."""
    hidden = projection or CELL
    weights = functools.partial(make_weights, hybrid)
    peephole_weights = [(weights if hybrid else C)(CELL, seed=seed + 20 + i) if peepholes and not (coupled and i == 0) else None for i in range(3)]
    own = [*gates(weights, CELL, size, seed=seed, coupled=coupled),
           *gates(weights, CELL, hidden, seed=seed + 10, coupled=coupled), *peephole_weights,
           *gates(C, CELL, seed=seed + 30, coupled=coupled),
           weights(projection, CELL, seed=seed + 40) if projection else None,
           C(projection, seed=seed + 41) if projection_bias else None]
    return own, gates(C, CELL, seed=seed + 50, coupled=coupled) if norm else []


def apply(x, own, hidden, cell, norms, options, reverse=False, quantize=None):
    """`lstm` of the reals of the operands of one direction."""
    return lstm(x, own[0:4], own[4:8], own[8:11], own[11:15], own[15], own[16], hidden, cell, norms or [None] * 4, options, reverse,
                quantize)


def lstm_case(name, time_major=True, options=None, step=False, **more):
    """UNIDIRECTIONAL_SEQUENCE_LSTM, or LSTM if `step` is set."""
    options = {"activation": "TANH", **(options or {})}
    own, norms = direction(100, **more)
    hidden = more.get("projection") or CELL
    shape = (BATCH, SIZE) if step else (STEPS, BATCH, SIZE) if time_major else (BATCH, STEPS, SIZE)
    quantize = choose_quantizer(more.get("hybrid"), options)
    # Beyond [-1, 1], so that limits matter.
    operands = [X(*shape, low=-3, high=3), *own, State(BATCH, hidden), State(BATCH, CELL), *norms]

    def expect(x, *rest):
        steps = x[None] if step else turn(x, time_major)
        sequence = apply(steps, rest[:17], rest[17], rest[18], list(rest[19:]), options, quantize=quantize)[0]
        return sequence[0] if step else turn(sequence, time_major)
    if step:
        return Case(name, "LSTM", operands, expect, ("LSTM", options), tolerance=5e-6)
    return Case(name, "UNIDIRECTIONAL_SEQUENCE_LSTM", operands, expect,
                ("UnidirectionalSequenceLSTM", dict(time_major=time_major, **options)), tolerance=5e-6)


def bidirectional_lstm(name, merge=False, time_major=True, auxiliary=None, extra=SIZE, options=None, **more):
    """`auxiliary`: an input of size `extra`: "own", with weights of its own, or "second", what the second direction reads."""
    options = {"activation": "TANH", **(options or {})}
    shape = (STEPS, BATCH, SIZE) if time_major else (BATCH, STEPS, SIZE)
    hidden = more.get("projection") or CELL
    sides = [direction(seed, size=extra if auxiliary == "second" and seed == 300 else SIZE, **more)[0] for seed in (200, 300)]
    states = [State(BATCH, hidden), State(BATCH, CELL)] * 2
    quantize = None if auxiliary == "own" else choose_quantizer(more.get("hybrid"), options)
    aux = X(*shape[:2], extra, seed=9) if auxiliary else None
    aux_weights = [gates(C, CELL, extra, seed=seed, coupled=more.get("coupled", False), low=-0.9, high=0.9)
                   if auxiliary == "own" else [None] * 4 for seed in (400, 410)]

    def expect(x, *rest):
        x, second = turn(x, time_major), None if rest[38] is None else turn(rest[38], time_major)
        results = []
        for side in range(2):
            own, steps = list(rest[17 * side:17 * side + 17]), x
            if auxiliary == "own":
                steps = np.concatenate([x, second], 2)
                own[:4] = [None if w is None else np.concatenate([w, v], 1)
                           for w, v in zip(own[:4], rest[39 + 4 * side:43 + 4 * side])]
            elif auxiliary == "second" and side == 1:
                steps = second
            results.append(turn(apply(steps, own, rest[34 + 2 * side], rest[35 + 2 * side], None, options, side == 1, quantize)[0],
                                time_major))
        return np.concatenate(results, 2) if merge else results
    return Case(name, "BIDIRECTIONAL_SEQUENCE_LSTM",
                [X(*shape, low=-3, high=3), *sides[0], *sides[1], *states, aux, *aux_weights[0], *aux_weights[1]], expect,
                ("BidirectionalSequenceLSTM", dict(merge_outputs=merge, time_major=time_major, **options)), tolerance=5e-6)


def rnn_operands(seed, hybrid=None, size=SIZE):
    weights = functools.partial(make_weights, hybrid)
    return [weights(CELL, size, seed=seed), weights(CELL, CELL, seed=seed + 1), C(CELL, seed=seed + 2)]


def rnn_case(name, time_major=True, activation="TANH", step=False, hybrid=None, **options):
    quantize = choose_quantizer(hybrid, options)
    shape = (BATCH, SIZE) if step else (STEPS, BATCH, SIZE) if time_major else (BATCH, STEPS, SIZE)

    def expect(x, w, r, b, h):
        sequence = rnn(x[None] if step else turn(x, time_major), w, r, b, h, activation, quantize=quantize)[0]
        return sequence[0] if step else turn(sequence, time_major)
    options["activation"] = activation
    if not step:
        options["time_major"] = time_major
    return Case(name, "RNN" if step else "UNIDIRECTIONAL_SEQUENCE_RNN", [X(*shape), *rnn_operands(500, hybrid), State(BATCH, CELL)],
                expect, ("RNN" if step else "SequenceRNN", options), tolerance=5e-6)


def bidirectional_rnn(name, merge=False, time_major=True, auxiliary=None, extra=SIZE, hybrid=None, **options):
    quantize = None if auxiliary == "own" else choose_quantizer(hybrid, options)
    shape = (STEPS, BATCH, SIZE) if time_major else (BATCH, STEPS, SIZE)
    aux = X(*shape[:2], extra, seed=9) if auxiliary else None
    aux_weights = [C(CELL, extra, seed=seed) if auxiliary == "own" else None for seed in (620, 621)]

    def expect(x, w, r, b, h, w2, r2, b2, h2, aux, a, a2):
        x = second = turn(x, time_major)
        if auxiliary == "own":
            x = second = np.concatenate([x, turn(aux, time_major)], 2)
            w, w2 = np.concatenate([w, a], 1), np.concatenate([w2, a2], 1)
        elif auxiliary:
            second = turn(aux, time_major)
        results = [turn(rnn(x, w, r, b, h, "TANH", quantize=quantize)[0], time_major),
                   turn(rnn(second, w2, r2, b2, h2, "TANH", True, quantize)[0], time_major)]
        return np.concatenate(results, 2) if merge else results
    return Case(name, "BIDIRECTIONAL_SEQUENCE_RNN",
                [X(*shape), *rnn_operands(600, hybrid), State(BATCH, CELL),
                 *rnn_operands(610, hybrid, size=extra if auxiliary == "second" else SIZE), State(BATCH, CELL), aux, *aux_weights], expect,
                ("BidirectionalSequenceRNN", dict(activation="TANH", time_major=time_major, merge_outputs=merge, **options)), tolerance=5e-6)


def svdf_case(name, rank=2, units=3, memory=4, bias=True, activation="NONE", quantize=None, **options):
    """`quantize` is what becomes of the input in front of integer weights."""
    weights = W if quantize else C
    return Case(name, "SVDF", [X(BATCH, SIZE), weights(rank * units, SIZE, seed=700), weights(rank * units, memory, seed=701),
                               C(units, seed=702) if bias else None, State(BATCH, rank * units * memory)],
                lambda x, w, t, b, s: svdf(quantize(x) if quantize else x, w, t, b, s, rank, activation)[0],
                ("SVDF", dict(rank=rank, activation=activation, **options)), tolerance=5e-6)


ALL = dict(projection=3, projection_bias=True, peepholes=True)
RECURRENT = [
    lstm_case("lstm"), lstm_case("lstm_batch", time_major=False), lstm_case("lstm_coupled", coupled=True),
    lstm_case("lstm_peepholes", peepholes=True), lstm_case("lstm_coupled_peepholes", peepholes=True, coupled=True),
    lstm_case("lstm_cell_clip", options=dict(cell_clip=0.4), peepholes=True),
    lstm_case("lstm_projection", projection=3), lstm_case("lstm_wide_projection", projection=6),
    lstm_case("lstm_projection_bias", projection=3, projection_bias=True),
    lstm_case("lstm_projection_clip", options=dict(proj_clip=0.2), projection=3),
    lstm_case("lstm_norm", norm=True), lstm_case("lstm_norm_coupled", norm=True, coupled=True),
    lstm_case("lstm_all", time_major=False, options=dict(cell_clip=0.9, proj_clip=0.7), norm=True, **ALL),
    *[lstm_case(f"lstm_{name.lower()}", options=dict(activation=name, cell_clip=2.0)) for name in ACTIVATIONS if name != "TANH"],
    lstm_case("lstm_step", step=True), lstm_case("lstm_step_all", step=True, options=dict(cell_clip=0.4, proj_clip=0.3), norm=True, **ALL),
    bidirectional_lstm("bilstm"), bidirectional_lstm("bilstm_merged", merge=True),
    bidirectional_lstm("bilstm_batch", merge=True, time_major=False), bidirectional_lstm("bilstm_coupled", time_major=False, coupled=True),
    bidirectional_lstm("bilstm_coupled_merged", merge=True, coupled=True),
    bidirectional_lstm("bilstm_all", options=dict(cell_clip=0.9, proj_clip=0.7), **ALL),
    bidirectional_lstm("bilstm_auxiliary", auxiliary="own"), bidirectional_lstm("bilstm_second", auxiliary="second"),
    bidirectional_lstm("bilstm_auxiliary_coupled", auxiliary="own", coupled=True, time_major=False),
    bidirectional_lstm("bilstm_auxiliary_size", auxiliary="own", extra=2), bidirectional_lstm("bilstm_second_size", auxiliary="second", extra=2),
    rnn_case("rnn"), rnn_case("rnn_batch", time_major=False), rnn_case("rnn_step", step=True),
    *[rnn_case(f"rnn_{name.lower()}", activation=name) for name in ACTIVATIONS if name != "TANH"],
    bidirectional_rnn("birnn"), bidirectional_rnn("birnn_merged", merge=True, time_major=False),
    bidirectional_rnn("birnn_auxiliary", auxiliary="own"), bidirectional_rnn("birnn_second", auxiliary="second"),
    bidirectional_rnn("birnn_auxiliary_size", auxiliary="own", extra=2), bidirectional_rnn("birnn_second_size", auxiliary="second", extra=2),
    svdf_case("svdf"), svdf_case("svdf_relu", activation="RELU"), svdf_case("svdf_one", rank=1, bias=False), svdf_case("svdf_memory", memory=1),
]
ASYMMETRIC = dict(asymmetric_quantize_inputs=True)
# Integer weights next to floats: every row that is multiplied with them is quantized.
HYBRID = [
    lstm_case("hybrid_lstm", hybrid=np.int8), lstm_case("hybrid_lstm_asymmetric", hybrid=np.int8, options=ASYMMETRIC),
    lstm_case("hybrid_lstm_batch", hybrid=np.int8, time_major=False), lstm_case("hybrid_lstm_coupled", hybrid=np.int8, coupled=True),
    lstm_case("hybrid_lstm_unsigned", hybrid=np.uint8),
    lstm_case("hybrid_lstm_unsigned_asymmetric", hybrid=np.uint8, options=ASYMMETRIC),
    lstm_case("hybrid_lstm_norm", hybrid=np.int8, norm=True), lstm_case("hybrid_lstm_peepholes", hybrid=np.int8, peepholes=True),
    lstm_case("hybrid_lstm_relu", hybrid=np.int8, options=dict(activation="RELU", cell_clip=2.0)),
    lstm_case("hybrid_step", hybrid=np.int8, step=True), lstm_case("hybrid_step_asymmetric", hybrid=np.int8, step=True, options=ASYMMETRIC),
    bidirectional_lstm("hybrid_bilstm", hybrid=np.int8), bidirectional_lstm("hybrid_second", hybrid=np.int8, auxiliary="second"),
    bidirectional_lstm("hybrid_bilstm_asymmetric", hybrid=np.int8, merge=True, options=ASYMMETRIC),
    rnn_case("hybrid_rnn", hybrid=np.int8), rnn_case("hybrid_rnn_asymmetric", hybrid=np.int8, **ASYMMETRIC),
    rnn_case("hybrid_rnn_unsigned", hybrid=np.uint8, time_major=False), rnn_case("hybrid_rnn_step", hybrid=np.int8, step=True),
    rnn_case("hybrid_rnn_step_asymmetric", hybrid=np.int8, step=True, **ASYMMETRIC),
    bidirectional_rnn("hybrid_birnn", hybrid=np.int8), bidirectional_rnn("hybrid_birnn_batch", hybrid=np.int8, time_major=False),
    bidirectional_rnn("hybrid_birnn_asymmetric", hybrid=np.int8, merge=True, time_major=False, **ASYMMETRIC),
    lstm_case("hybrid_lstm_projection", hybrid=np.int8, projection=3),
    lstm_case("hybrid_lstm_projection_bias", hybrid=np.int8, projection=3, projection_bias=True, options=dict(proj_clip=0.2)),
    lstm_case("hybrid_lstm_projection_asymmetric", hybrid=np.int8, projection=6, options=ASYMMETRIC),
    # The products of these are those of floats.
    bidirectional_lstm("hybrid_auxiliary", hybrid=np.int8, auxiliary="own"),
]
GROUPS = {"recurrent": RECURRENT, "recurrent_hybrid": HYBRID}
