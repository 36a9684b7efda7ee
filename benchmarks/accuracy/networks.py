"""The networks of the accuracy benchmark: files, data and how one feeds the other.

The files are not part of quantc. They stand in one folder: trained networks of MLPerf Tiny (mlcommons/tiny) and a
ResNet20 (akamaster/pytorch_resnet_cifar10), each with an int8 version, and samples for calibration and measuring:

    resnet8/float.tflite int8.tflite     vww/float.tflite int8.tflite     kws/float.onnx qdq.onnx
    resnet20/float.onnx qdq.onnx         ad01/float.tflite int8.tflite
    mobilenet_v1_025/float.tflite qat_uint8.tflite    (tensorflow/tflite-support)
    kwt1/float.tflite    (ARM-software/keyword-transformer)
    deepconvlstm/float.onnx
    mnist_lstm/float.tflite int8.tflite    (tensorflow/tflite-micro)
    data/imagenet224_calib.npz imagenet224_test.npz speech_calib.npz speech_test.npz
    data/har_calib.npz har_test.npz mnist_calib.npz mnist_test.npz
    data/cifar10_calib.npz cifar10_test.npz kws_calib.npz kws_test.npz    (x: samples, y: labels)
    golden/vww-float.npz ad01-float.npz                                   (input: samples without labels)
"""
import dataclasses

import numpy as np


@dataclasses.dataclass
class Network:
    name: str
    folder: str
    reference: str  # file of the float network
    official: list  # files of its int8 versions
    data: callable  # (models, workdir) -> (calibration, test, preprocessing options)
    bars: dict = dataclasses.field(default_factory=dict)
    classifies: bool = True


def labelled(name, *options):
    """Data of a folder's NAME_calib.npz and NAME_test.npz, preprocessed by these options."""
    def paths(models, _):
        return models / f"data/{name}_calib.npz", models / f"data/{name}_test.npz", list(options)

    return paths


def keywords(models, _):
    """int8 features whose scale and zero point the file gives."""
    test = models / "data/kws_test.npz"
    with np.load(test) as file:
        scale, zero = float(file["input_scale"]), float(file["input_zero_point"])
    return models / "data/kws_calib.npz", test, [f"--mean={zero!r}", f"--std=1/{scale!r}", "--layout=NHWC"]


def split_golden(models, workdir):
    """Every other sample calibrates, the rest measures."""
    with np.load(models / "golden/ad01-float.npz") as file:
        samples = file["input"]
    np.savez(workdir / "ad01_calib.npz", x=samples[::2])
    np.savez(workdir / "ad01_test.npz", x=samples[1::2])
    return workdir / "ad01_calib.npz", workdir / "ad01_test.npz", ["--scale=1"]


def random_images(models, workdir):
    """Measured on the golden inputs, random pixels in [0, 1]; calibrated on 32 others of that kind."""
    with np.load(models / "golden/vww-float.npz") as file:
        np.savez(workdir / "vww_test.npz", x=file["input"])
    rng = np.random.default_rng(1)
    np.savez(workdir / "vww_calib.npz", x=rng.random((32, 96, 96, 3), dtype=np.float32))
    return workdir / "vww_calib.npz", workdir / "vww_test.npz", ["--scale=1"]


IMAGENET = ("--scale=1/255", "--mean=0.485,0.456,0.406", "--std=0.229,0.224,0.225", "--layout=NHWC")

# The bars: decisions like float in int8 ("agreeing") and by default, where some tensors may be int16; points of
# accuracy below float at most; dB above the official file; decisions that the estimator auto may be behind the best
# one.
NETWORKS = [
    Network("ResNet8", "resnet8", "float.tflite", ["int8.tflite"], labelled("cifar10", "--scale=1"),
            {"agreeing": 970, "default": 988, "loss": 0.5}),
    Network("ResNet20", "resnet20", "float.onnx", ["qdq.onnx"], labelled("cifar10", *IMAGENET),
            {"agreeing": 987, "default": 989, "loss": 0.5}),
    Network("keywords", "kws", "float.onnx", ["qdq.onnx"], keywords,
            {"agreeing": 892, "default": 895, "loss": 0.5}),
    # The int8 version is another training. With one image per class, scores are close: of 200 decisions, 5 more or
    # less are one standard deviation of the difference between two estimators.
    Network("MobileNetV1-0.25", "mobilenet_v1_025", "float.tflite", ["qat_uint8.tflite"],
            labelled("imagenet224", "--scale=1/127.5", "--mean=1"),
            {"agreeing": 178, "default": 188, "loss": 1.0, "behind": 6}),
    Network("person", "vww", "float.tflite", ["int8.tflite"], random_images, {"gain": 1.0}),
    Network("anomaly", "ad01", "float.tflite", ["int8.tflite"], split_golden, {"gain": 1.0},
            classifies=False),
    Network("DeepConvLSTM", "deepconvlstm", "float.onnx", [], labelled("har"),
            {"agreeing": 992, "default": 992, "loss": 0.3}),
    Network("MNIST LSTM", "mnist_lstm", "float.tflite", ["int8.tflite"], labelled("mnist", "--scale=1/255"),
            {"agreeing": 1996, "default": 1996, "loss": 0.05}),
    # int8 alone loses this network whatever the estimator: how far estimators are apart says nothing.
    Network("keyword transformer", "kwt1", "float.tflite", [], labelled("speech", "--scale=1/32768"),
            {"default": 312, "behind": 320}),
]
