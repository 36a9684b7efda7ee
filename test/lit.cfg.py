# The lit suite: FileCheck tests that mirror lib/, the unit tests, and the
# end-to-end tests under Integration/ and Regression/.
import os
import platform
import shutil

import lit.formats
import lit.llvm

lit.llvm.initialize(lit_config, config)
from lit.llvm import llvm_config  # noqa: E402
from lit.llvm.subst import ToolSubst  # noqa: E402

config.name = "quantc"
config.test_format = lit.formats.ShTest(True)
config.suffixes = [".mlir", ".test"]
# Unit/ is a suite of its own: its tests are the binaries of unittests/.
config.excludes = ["CMakeLists.txt", "Inputs", "Unit"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.quantc_obj_root, "test")

config.substitutions.append(("%PATH%", config.environment["PATH"]))
config.substitutions.append(("%quantc_src", config.quantc_src_root))
config.substitutions.append(("%quantc_obj", config.quantc_obj_root))
config.substitutions.append(("%quantc_lib", config.quantc_lib_dir))
config.substitutions.append(("%quickstart", os.path.join(config.quantc_src_root, "examples", "quickstart")))
# The end-to-end suite: %run_cases GROUP WORKDIR.
config.substitutions.append(
    (
        "%run_cases",
        f"{config.python_executable} {config.test_source_root}/Integration/support/run_cases.py"
        f" --bin {config.quantc_tools_dir} --llvm {config.llvm_tools_dir} --cc {config.host_cc}",
    )
)
config.substitutions.append(
    (
        "%run_reference",
        f"{config.python_executable} {config.test_source_root}/Integration/support/run_reference.py"
        f" --bin {config.quantc_tools_dir} --llvm {config.llvm_tools_dir} --cc {config.host_cc}",
    )
)
config.substitutions.append(
    (
        "%run_recurrent",
        f"{config.python_executable} {config.test_source_root}/Integration/support/run_recurrent.py"
        f" --bin {config.quantc_tools_dir} --llvm {config.llvm_tools_dir} --cc {config.host_cc}",
    )
)
config.substitutions.append(
    (
        "%run_schemes",
        f"{config.python_executable} {config.test_source_root}/Integration/support/run_schemes.py"
        f" --bin {config.quantc_tools_dir} --llvm {config.llvm_tools_dir} --cc {config.host_cc}",
    )
)
tools = f"--bin={config.quantc_tools_dir} --llvm={config.llvm_tools_dir} --cc={config.host_cc}"
config.substitutions.append(
    ("%run_streaming", f"{config.python_executable} {config.test_source_root}/Integration/support/run_streaming.py {tools}")
)
config.substitutions.append(
    ("%run_drift", f"{config.python_executable} {config.test_source_root}/Integration/support/run_drift.py {tools}")
)
config.substitutions.append(
    ("%held_states", f"{config.python_executable} {config.test_source_root}/Import/TFLite/support/held_states.py {tools}")
)
config.substitutions.append(("%python", config.python_executable))
# Makes, prints and compares the data that tests run on.
config.substitutions.append(
    ("%npz", f"{config.python_executable} {config.quantc_src_root}/test/npz.py")
)
config.substitutions.append(("%host_cc", config.host_cc))
config.substitutions.append(("%host_cxx", config.host_cxx))
config.substitutions.append(("%llvm_include", config.llvm_include))
# Configures a project of examples/ as the tree under test was configured.
config.substitutions.append(
    (
        "%cmake_example",
        f"'{config.cmake}' -G Ninja -DCMAKE_C_COMPILER='{config.host_cc}'"
        f" -DCMAKE_CXX_COMPILER='{config.host_cxx}' -DCMAKE_CXX_FLAGS='{config.cxx_flags}'",
    )
)
config.substitutions.append(("%llvm_tools", config.llvm_tools_dir))
config.substitutions.append(("%cmake", config.cmake))
# The distribution's mlir-opt with quantc's plugin.
plugin = os.path.join(config.quantc_lib_dir, "QuantcPlugin.so")
config.substitutions.append(
    (
        "%mlir_opt_plugin",
        f"{config.llvm_tools_dir}/mlir-opt --load-dialect-plugin={plugin}"
        f" --load-pass-plugin={plugin}",
    )
)

tools_dirs = [config.quantc_tools_dir, config.llvm_tools_dir]
for path in reversed(tools_dirs):
    llvm_config.with_environment("PATH", path, append_path=True)
llvm_config.with_system_environment(["HOME", "TMP", "TEMP", "TMPDIR", "QUANTC_MODELS_DIR"])

# QUANTC_VERIFY_ROUNDTRIP=1 replays the suite with every module that quant-opt reads
# and writes printed, parsed and compared.
quant_opt_options = []
if os.environ.get("QUANTC_VERIFY_ROUNDTRIP", "0") not in ("", "0"):
    quant_opt_options.append("--verify-roundtrip")

llvm_config.add_tool_substitutions(
    [
        ToolSubst("quant-opt", extra_args=quant_opt_options),
        # Not followed by a slash: that is an include path.
        ToolSubst("quantc", post=".-/", unresolved="ignore"),
        "mlir-opt",
        "mlir-runner",
        "mlir-tblgen",
        "llvm-nm",
        "llvm-readelf",
        "FileCheck",
        "not",
        "count",
        "split-file",
    ],
    tools_dirs,
)

# Tools that a test may require. quantc runs on emulated CPUs, unless sanitizers want the memory that the emulator uses.
if shutil.which("qemu-x86_64") and platform.machine() == "x86_64" and "-fsanitize" not in config.cxx_flags:
    config.available_features.add("qemu-x86_64")
if shutil.which("clang-format-22"):
    config.available_features.add("clang-format")
# The browser that opens reports: names as in test/Tools/Inputs/browser.py.
if any(map(shutil.which, ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"))):
    config.available_features.add("chromium")
# Programs of libFuzzer, which not every compiler has.
if os.path.exists(os.path.join(config.quantc_obj_root, "unittests", "TFLiteFuzzer")):
    config.available_features.add("fuzzer")
# Trained networks and data, which are not part of quantc.
models = os.environ.get("QUANTC_MODELS_DIR")
if models and os.path.isdir(models):
    config.available_features.add("models")
    config.substitutions.append(("%models", models))
# ONNX Runtime's package for Node.js, the judge of imported operations.
onnxruntime = os.environ.get("QUANTC_ONNXRUNTIME_DIR", os.path.join(config.quantc_obj_root, "onnxruntime"))
if shutil.which("node") and os.path.isdir(os.path.join(onnxruntime, "node_modules", "onnxruntime-node")):
    config.available_features.add("onnxruntime")
    config.environment["QUANTC_ONNXRUNTIME_DIR"] = onnxruntime
    config.substitutions.append(("%node", shutil.which("node")))
    llvm_config.with_environment("PATH", os.path.dirname(shutil.which("node")), append_path=True)
# LiteRT's package, the judge of imported .tflite operators.
litert = os.environ.get("QUANTC_LITERT_DIR", os.path.join(config.quantc_obj_root, "litert"))
if shutil.which("node") and os.path.isdir(os.path.join(litert, "node_modules", "@litertjs", "core")):
    config.available_features.add("litert")
    config.environment["QUANTC_LITERT_DIR"] = litert
    llvm_config.with_environment("PATH", os.path.dirname(shutil.which("node")), append_path=True)
try:
    for descriptor in os.openpty():
        os.close(descriptor)
    config.available_features.add("terminal")
except OSError:
    pass  # a sandbox without pseudo-terminals
