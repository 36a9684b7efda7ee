# Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The data set: digits and capital letters as a careless camera sees them.

A glyph of one of the DejaVu fonts (Debian package fonts-dejavu-core) is drawn
large, then rotated, sheared, scaled and shifted onto a 24x24 grey image,
blurred, laid over a sloping background with random contrast (dark on light or
light on dark), struck out by a line now and then, and covered with noise. The
classes stay recognisable, but not all of them all of the time: `0` and `O`,
`1` and `I`, `5` and `S` are told apart by details that noise may hide.

Grey levels are multiples of 1/255, so the committed files compress well and a
C program could read the images from a camera's bytes.
"""

import math

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

SIZE = 24
CLASSES = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
FONT_DIR = "/usr/share/fonts/truetype/dejavu"
FONTS = (
    "DejaVuSans",
    "DejaVuSans-Bold",
    "DejaVuSansMono",
    "DejaVuSansMono-Bold",
    "DejaVuSerif",
    "DejaVuSerif-Bold",
)

# Glyphs are drawn this large before they are distorted.
CANVAS = 96
POINT_SIZE = 64


class GlyphSource:
    """An endless, seeded stream of labelled images."""

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)
        self.glyphs = [
            [self._draw(font, label) for label in CLASSES]
            for font in (
                ImageFont.truetype(f"{FONT_DIR}/{name}.ttf", POINT_SIZE)
                for name in FONTS
            )
        ]

    @staticmethod
    def _draw(font, label):
        image = Image.new("L", (CANVAS, CANVAS), 0)
        draw = ImageDraw.Draw(image)
        draw.text((CANVAS / 2, CANVAS / 2), label, 255, font, anchor="mm")
        return image

    def batch(self, count):
        """Returns float32 images [count, 24, 24, 1] in [0, 1] and int64 labels
        [count]; every class is equally likely."""
        labels = self.rng.integers(0, len(CLASSES), count)
        images = np.stack([self._sample(label) for label in labels])
        images = np.rint(np.clip(images, 0, 1) * 255) / 255
        return images[..., None].astype(np.float32), labels.astype(np.int64)

    def _sample(self, label):
        rng = self.rng
        glyph = self.glyphs[rng.integers(len(self.glyphs))][label]
        image = glyph.transform(
            (SIZE, SIZE), Image.AFFINE, self._affine(), Image.BILINEAR
        )
        if rng.random() < 0.3:
            self._strike(image)
        image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.2, 1.3)))
        ink = np.asarray(image, np.float64) / 255
        return self._expose(ink)

    def _affine(self):
        """The inverse map (output pixel -> canvas pixel) of a random rotation,
        shear, scale and shift about the centre."""
        rng = self.rng
        angle = rng.uniform(-0.40, 0.40)
        shear = rng.uniform(-0.35, 0.35)
        scale = np.exp(rng.uniform(-0.30, 0.22, 2)) * SIZE / CANVAS * 1.3
        rotate = np.array(
            [
                [math.cos(angle), -math.sin(angle)],
                [math.sin(angle), math.cos(angle)],
            ]
        )
        forward = rotate @ np.array([[1, shear], [0, 1]]) @ np.diag(scale)
        inverse = np.linalg.inv(forward)
        centre = SIZE / 2 + rng.uniform(-2.0, 2.0, 2)
        offset = CANVAS / 2 - inverse @ centre
        return (*inverse[0], offset[0], *inverse[1], offset[1])

    def _strike(self, image):
        ends = [tuple(self.rng.uniform(0, SIZE, 2)) for _ in range(2)]
        colour = int(self.rng.integers(0, 256))
        ImageDraw.Draw(image).line(ends, fill=colour, width=1)

    def _expose(self, ink):
        rng = self.rng
        slope = rng.uniform(-0.012, 0.012, 2)
        axis = np.arange(SIZE) - SIZE / 2
        background = (
            rng.uniform(0.15, 0.5)
            + slope[0] * axis[:, None]
            + slope[1] * axis[None, :]
        )
        contrast = rng.uniform(0.25, 0.6)
        noise = rng.normal(0, rng.uniform(0.03, 0.14), ink.shape)
        image = background + contrast * ink + noise
        return 1 - image if rng.random() < 0.5 else image
