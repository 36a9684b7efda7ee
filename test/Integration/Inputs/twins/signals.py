"""Windows of an accelerometer and a gyroscope worn on a body, as drawn by a model of motion: [N, 1, 64, 6] and six classes.

The classes are walking, walking upstairs, walking downstairs, sitting, standing and lying. People differ in pace, in strength and in how
they wear the device; readings have noise and drift.
"""
import numpy as np

STEPS, CHANNELS, CLASSES = 64, 6, 6


def draw(seed, count):
    """`count` windows and their classes."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, CLASSES, count)
    time = np.arange(STEPS) / 32
    # Of the classes: gravity, strength of the steps, steps per second, how much a step turns the device, vertical trend.
    gravity = np.array([[0, 0, 1], [0.15, 0, 1], [-0.15, 0, 1], [0.75, 0, 0.65], [0.1, 0.05, 1], [0.2, 1, 0.1]])
    strength = np.array([0.5, 0.42, 0.62, 0.02, 0.03, 0.015])
    pace = np.array([1.9, 1.55, 2.1, 0.3, 0.4, 0.25])
    turning = np.array([0.8, 1.2, 0.9, 0.05, 0.06, 0.04])
    windows = np.empty((count, 1, STEPS, CHANNELS), "f4")
    for i, label in enumerate(labels):
        rate = pace[label] * rng.normal(1, 0.06)
        phase = 2 * np.pi * (rate * time + rng.random())
        force = strength[label] * rng.lognormal(0, 0.2)
        impact = np.maximum(np.sin(phase), 0) ** rng.uniform(2, 5)
        down = gravity[label] + rng.normal(0, 0.12, 3)
        down /= np.linalg.norm(down)
        accelerations = down + force * (np.outer(impact, down) + np.outer(np.sin(phase / 2), rng.normal(0, 0.3, 3)))
        turns = turning[label] * rng.lognormal(0, 0.3) * np.outer(np.cos(phase + rng.normal(0, 0.3)), rng.normal(0, 1, 3))
        drift = np.cumsum(rng.normal(0, 0.01, (STEPS, CHANNELS)), axis=0)
        windows[i, 0] = np.hstack([accelerations, turns]) + drift + rng.normal(0, 0.05, (STEPS, CHANNELS))
    return windows, labels
