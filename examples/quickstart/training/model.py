# Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The network: a small residual net of depthwise-separable blocks.

    stem    3x3 conv           24x24x32   ReLU
    down    3x3 conv, stride 2 12x12x48   ReLU6
    block1  dw 3x3 + pw 1x1    12x12x64   ReLU6
    block2  dw 3x3 s2 + pw       6x6x96   ReLU6
    block3  dw 3x3 + pw          6x6x96   residual add, ReLU
    block4  dw 3x3 + pw         6x6x128   ReLU6
    head    pw 1x1              6x6x256   ReLU
    pool    average 6x6         1x1x256
    fc      fully connected          36   softmax

Every convolution is followed by a batch norm. `layers()` lists the steps in
order; training runs them and the exporter writes them, so the two cannot
differ.
"""

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F

FEATURES = 256
POOL = 6


@dataclass(frozen=True)
class Conv:
    """One convolution with batch norm and activation."""

    name: str
    kernel: int
    inputs: int
    outputs: int
    activation: str  # "relu", "relu6" or "none"
    stride: int = 1
    depthwise: bool = False
    # Adds the activation that stood before this many layers, ahead of the
    # activation function.
    residual: int = 0


def separable(name, inputs, outputs, activation, stride=1, residual=0):
    return [
        Conv(f"{name}/dw", 3, inputs, inputs, "relu6", stride, depthwise=True),
        Conv(f"{name}/pw", 1, inputs, outputs, activation, residual=residual),
    ]


LAYERS = [
    Conv("stem", 3, 1, 32, "relu"),
    Conv("down", 3, 32, 48, "relu6", stride=2),
    *separable("block1", 48, 64, "relu6"),
    *separable("block2", 64, 96, "relu6", stride=2),
    *separable("block3", 96, 96, "relu", residual=2),
    *separable("block4", 96, 128, "relu6"),
    Conv("head", 1, 128, FEATURES, "relu"),
]

ACTIVATIONS = {"relu": F.relu, "relu6": F.relu6, "none": lambda x: x}


class GlyphNet(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.convs = nn.ModuleList(
            nn.Conv2d(
                layer.inputs,
                layer.outputs,
                layer.kernel,
                layer.stride,
                padding=layer.kernel // 2,
                groups=layer.inputs if layer.depthwise else 1,
                bias=False,
            )
            for layer in LAYERS
        )
        self.norms = nn.ModuleList(nn.BatchNorm2d(l.outputs) for l in LAYERS)
        self.fc = nn.Linear(FEATURES, classes)

    def forward(self, x):
        """x: [N, 1, 24, 24]; returns logits [N, classes]."""
        values = [x]
        for layer, conv, norm in zip(LAYERS, self.convs, self.norms):
            y = norm(conv(values[-1]))
            if layer.residual:
                y = y + values[-layer.residual]
            values.append(ACTIVATIONS[layer.activation](y))
        return self.fc(F.avg_pool2d(values[-1], POOL).flatten(1))


def train(net, source, epochs, samples_per_epoch, batch_size, log):
    """Trains on images drawn anew for every epoch: nothing can be learned by
    heart."""
    steps = epochs * (samples_per_epoch // batch_size)
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 8e-3, steps)
    net.train()
    for epoch in range(epochs):
        images, labels = source.batch(samples_per_epoch)
        x = torch.from_numpy(images).permute(0, 3, 1, 2)
        y = torch.from_numpy(labels)
        total = 0.0
        for begin in range(0, samples_per_epoch, batch_size):
            batch = slice(begin, begin + batch_size)
            loss = F.cross_entropy(net(x[batch]), y[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item()
        log(f"epoch {epoch + 1}/{epochs}: loss "
            f"{total * batch_size / samples_per_epoch:.4f}")
    net.eval()


@torch.no_grad()
def probabilities(net, images):
    """Softmax outputs [N, classes] for images [N, 24, 24, 1] (NumPy)."""
    x = torch.from_numpy(images).permute(0, 3, 1, 2)
    return torch.cat(
        [F.softmax(net(part), 1) for part in x.split(256)]
    ).numpy()
