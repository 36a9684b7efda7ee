"""Random small networks: what single operations do not show, such as operands that
outlive their neighbours in the arena, fan-out, residual additions and concatenation.

A network is grown from its seed: layers are chosen at random among those that fit the
current shape; some earlier values are kept and come back later.
"""
import numpy as np

from cases import case

NETWORKS = 6
LAYERS = 7


def grow(net, seed):
    """Adds one random network to `net`."""
    random = np.random.default_rng(seed)
    size, depth = int(random.integers(4, 9)), int(random.integers(1, 9))
    x = net.input(1, size, size, depth)
    kept = []
    for _ in range(LAYERS):
        layers = [layer for layer in LAYERS_BY_NAME.values() if layer.fits(x, kept)]
        x = layers[random.integers(len(layers))](net, random, x, kept)
        if random.random() < 0.4:
            kept.append(x)
    for value in kept[-1:]:
        net.output(value)
    net.output(net.softmax(net.reshape(net.mean(x, (1, 2)), 1, x.shape[3]), 1) if random.random() < 0.5 else x)


LAYERS_BY_NAME = {}


def layer(fits=lambda x, kept: True):
    def register(function):
        function.fits = fits
        LAYERS_BY_NAME[function.__name__] = function
        return function

    return register


def _small(x, kept):
    return np.prod(x.shape) < 4000


@layer()
def conv(net, random, x, kept):
    y = net.conv2d(x, int(random.integers(1, 20)))
    return [lambda v: v, net.relu, net.relu6][random.integers(3)](y)


@layer()
def pointwise(net, random, x, kept):
    return net.relu(net.conv2d(x, int(random.integers(1, 40)), kernel=(1, 1), pad=(0, 0, 0, 0)))


@layer()
def depthwise(net, random, x, kept):
    return net.relu6(net.depthwise(x))


@layer(lambda x, kept: x.shape[1] % 2 == 0 and x.shape[1] > 2)
def downsample(net, random, x, kept):
    return net.conv2d(x, x.shape[3] + 1, stride=(2, 2), pad=(0, 1, 0, 1))


@layer(lambda x, kept: x.shape[1] % 2 == 0 and x.shape[1] > 2)
def max_pool(net, random, x, kept):
    return net.max_pool2d(x, (2, 2), (2, 2))


@layer(lambda x, kept: x.shape[1] > 2)
def avg_pool(net, random, x, kept):
    return net.avg_pool2d(x, (3, 3), (1, 1), (1, 1, 1, 1))


@layer(_small)
def upsample(net, random, x, kept):
    return net.resize(x, (2 * x.shape[1], 2 * x.shape[2]), "NEAREST_NEIGHBOR", (4, 2, 4, 2), (-1, -1), (1, 1))


@layer()
def residual(net, random, x, kept):
    y = net.conv2d(x, x.shape[3])
    return net.relu(net.add(x, y))


@layer(lambda x, kept: any(value.shape == x.shape for value in kept))
def rejoin(net, random, x, kept):
    return net.add(x, next(value for value in kept if value.shape == x.shape))


@layer(lambda x, kept: any(value.shape[:3] == x.shape[:3] for value in kept) and x.shape[3] < 40)
def join_channels(net, random, x, kept):
    return net.concat([x, next(value for value in kept if value.shape[:3] == x.shape[:3])], 3)


@layer()
def activation(net, random, x, kept):
    kind = ("sigmoid", "tanh")[random.integers(2)]
    return net.mul(x, net.unary("sigmoid", x)) if random.random() < 0.4 else net.unary(kind, x)


@layer()
def squeeze(net, random, x, kept):
    """Channels weighted by a gate computed from their mean."""
    gate = net.unary("sigmoid", net.conv2d(net.mean(x, (1, 2)), x.shape[3], kernel=(1, 1), pad=(0, 0, 0, 0)))
    return net.mul(x, gate)


@layer(lambda x, kept: x.shape[3] > 2)
def split(net, random, x, kept):
    """One half of the channels through a convolution, then both together."""
    half = x.shape[3] // 2
    first = net.slice(x, (0, 0, 0, 0), (*x.shape[:3], half))
    second = net.slice(x, (0, 0, 0, half), (*x.shape[:3], x.shape[3] - half))
    return net.concat([net.conv2d(first, half), second], 3)


# Two groups, which the test runner can run at the same time.
for seed in range(NETWORKS):
    case(f"random{seed % 2}", f"seed{seed}", f"network grown from seed {seed}", lambda net, seed=seed: grow(net, seed))
