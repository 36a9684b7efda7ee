//===- Header.cpp - The C header of a model -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The header is C89 but for <stdint.h>, and says everything a caller must know.
//
//===----------------------------------------------------------------------===//

#include "quantc/Emit/Emit.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"

#include <cmath>

using namespace quantc;
using llvm::raw_ostream;
using llvm::StringRef;

static StringRef cType(ElementType type) {
  switch (type) {
  case ElementType::Bool:
  case ElementType::UInt8:
    return "uint8_t";
  case ElementType::Int8:
    return "int8_t";
  case ElementType::Int16:
    return "int16_t";
  case ElementType::UInt16:
  case ElementType::Float16: // bits; C has no portable half
    return "uint16_t";
  case ElementType::Int32:
    return "int32_t";
  case ElementType::UInt32:
    return "uint32_t";
  case ElementType::Int64:
    return "int64_t";
  case ElementType::UInt64:
    return "uint64_t";
  case ElementType::Float32:
    return "float";
  case ElementType::Float64:
    return "double";
  }
  llvm_unreachable("covered switch");
}

/// A tensor's name inside a comment must not end the comment.
static std::string commentText(StringRef name) {
  std::string text;
  for (char c : name)
    text += llvm::isPrint(c) && c != '*' ? c : '_';
  return text;
}

/// Prints a C string literal. Bytes outside of ASCII are octal escapes, because
/// a hexadecimal escape would include the digits that follow it.
static void printString(raw_ostream &os, StringRef text) {
  os << '"';
  for (unsigned char c : text) {
    if (c == '"' || c == '\\' || c == '?')
      os << '\\' << c;
    else if (llvm::isPrint(c))
      os << c;
    else
      os << llvm::format("\\%03o", c);
  }
  os << '"';
}

static std::string shapeText(const TensorInfo &tensor, StringRef open,
                             StringRef close) {
  std::string text = open.str();
  for (size_t i = 0; i < tensor.shape.size(); ++i)
    text += (i ? ", " : "") + std::to_string(tensor.shape[i]);
  return text + close.str();
}

/// An element of `type` as C writes it. A float has a decimal point, without
/// which C does not take the suffix.
static void printElement(raw_ostream &os, ElementType type, double value) {
  StringRef suffix = type == ElementType::Float32 ? "f" : "";
  if (std::isnan(value))
    os << "(0.0" << suffix << " / 0.0" << suffix << ")";
  else if (std::isinf(value))
    os << (value < 0 ? "(-1.0" : "(1.0") << suffix << " / 0.0" << suffix << ")";
  else if (type == ElementType::Float32)
    os << llvm::format("%#.9gf", value);
  else if (type == ElementType::Float64)
    os << llvm::format("%#.17g", value);
  else
    os << static_cast<int64_t>(value);
}

/// Prints the macros for an input that is state: its initial value, and the
/// output that belongs to it.
static void printState(raw_ostream &os, StringRef macro,
                       const TensorInfo &tensor,
                       const std::vector<TensorInfo> &outputs) {
  auto output = llvm::find_if(outputs, [&](const TensorInfo &other) {
    return other.name == tensor.state;
  });
  if (output == outputs.end())
    return;
  os << "/* A state: in the first run it takes the initial value, in each "
        "later "
        "one what the\n * output below held after the run before. */\n#define "
     << macro << "_STATE_OUTPUT " << output - outputs.begin() << "\n";
  if (tensor.initial.empty())
    return;
  TensorInfo one = tensor;
  if (tensor.initial.size() == 1)
    one.shape = {1};
  std::vector<double> values = toDoubles(makeInitial(one));
  os << "#define " << macro
     << (tensor.initial.size() == 1 ? "_INITIAL_VALUE " : "_INITIAL_VALUES {");
  for (auto [i, value] : llvm::enumerate(values)) {
    os << (i ? ", " : tensor.initial.size() == 1 ? "(" : "");
    printElement(os, tensor.type, value);
  }
  os << (tensor.initial.size() == 1 ? ")" : "}") << "\n";
}

static void printTensor(raw_ostream &os, StringRef prefix, StringRef what,
                        size_t index, const TensorInfo &tensor) {
  std::string macro =
      (prefix + "_" + what.upper() + "_" + llvm::Twine(index)).str();
  int64_t elements = 1;
  for (int64_t dimension : tensor.shape)
    elements *= dimension;
  os << "\n/* " << what << "s[" << index << "]: " << commentText(tensor.name)
     << ", " << stringify(tensor.type) << shapeText(tensor, "[", "]")
     << ", row-major";
  if (tensor.type == ElementType::Float16)
    os << "; IEEE 754 binary16 as bits";
  if (tensor.type == ElementType::Bool)
    os << "; each byte is 0 or 1";
  if (tensor.scale)
    os << "; real = (value - ZERO_POINT) * SCALE";
  os << " */\n#define " << macro << "_NAME ";
  printString(os, tensor.name);
  if (!tensor.alias.empty()) {
    os << "\n#define " << macro << "_ALIAS ";
    printString(os, tensor.alias);
  }
  os << "\n#define " << macro << "_TYPE " << cType(tensor.type);
  os << "\n#define " << macro << "_RANK " << tensor.shape.size();
  if (!tensor.shape.empty())
    os << "\n#define " << macro << "_SHAPE " << shapeText(tensor, "{", "}");
  os << "\n#define " << macro << "_ELEMENTS " << elements;
  os << "\n#define " << macro << "_BYTES " << elements * byteSize(tensor.type)
     << "\n";
  if (tensor.scale) {
    os << "#define " << macro << "_SCALE "
       << llvm::format("%.17e", *tensor.scale) << "\n";
    os << "#define " << macro << "_ZERO_POINT (" << tensor.zeroPoint << ")\n";
  }
}

static void printRun(raw_ostream &os, StringRef name, StringRef prefix) {
  os << R"(
/* Runs the network once.
 *
 * inputs   pointers to the input tensors, in the order above
 * outputs  pointers to the output tensors, in the order above; every element is written
 * arena    )"
     << prefix
     << R"(_ARENA_BYTES bytes of scratch memory; nothing in it has to be
 *          kept between calls. May be null if that is 0.
 *
 * Tensors are aligned to their element type. Outputs and arena overlap neither each
 * other nor an input. Re-entrant: calls with different outputs and arenas may run at
 * the same time. Returns )"
     << prefix << R"(_OK, or without touching memory one of the others. */
#define )"
     << prefix << R"(_OK 0
#define )"
     << prefix
     << R"(_ERROR_NULL_ARGUMENT 1  /* inputs, outputs or arena is null */
#define )"
     << prefix
     << R"(_ERROR_NULL_TENSOR 2    /* a pointer in inputs or outputs is null */
#define )"
     << prefix
     << R"(_ERROR_MISALIGNED 3     /* a tensor or the arena is not aligned */
int )"
     << name
     << "_run(const void *const *inputs, void *const *outputs, void *arena);\n";
}

static void printStep(raw_ostream &os, StringRef name, StringRef prefix,
                      const StepInterface &step) {
  os << "\n/* One time step of the network: " << name << "_step. */\n#define "
     << prefix << "_STATE_BYTES " << step.stateBytes << "\n#define " << prefix
     << "_STATE_ALIGNMENT " << step.stateAlignment << "\n#define " << prefix
     << "_STEP_ARENA_BYTES " << step.arenaBytes << "\n#define " << prefix
     << "_WARMUP_STEPS " << step.warmupSteps << "\n#define " << prefix
     << "_STEP_INPUT_COUNT " << step.inputs.size() << "\n#define " << prefix
     << "_STEP_OUTPUT_COUNT " << step.outputs.size() << "\n";
  std::string stepPrefix = (prefix + "_STEP").str();
  for (auto [i, tensor] : llvm::enumerate(step.inputs))
    printTensor(os, stepPrefix, "input", i, tensor);
  for (auto [i, tensor] : llvm::enumerate(step.outputs))
    printTensor(os, stepPrefix, "output", i, tensor);
  os << "\n/* What the block of states holds:\n";
  for (auto [tensor, offset] : llvm::zip_equal(step.states, step.offsets))
    os << " *   " << commentText(tensor.name) << ", " << stringify(tensor.type)
       << shapeText(tensor, "[", "]") << ", at byte " << offset << "\n";
  os << R"( */

/* Writes the states of the first step to `state`: )"
     << prefix << R"(_STATE_BYTES bytes aligned to
 * )" << prefix
     << R"(_STATE_ALIGNMENT. Returns )" << prefix
     << R"(_OK, _ERROR_NULL_ARGUMENT or _ERROR_MISALIGNED. */
int )"
     << name << R"(_reset(void *state);

/* Computes the next step: takes the states from `state`, and replaces them by
 * those after the step if it returns )"
     << prefix << R"(_OK.
 *
 * inputs   pointers to the )"
     << prefix << R"(_STEP_INPUT tensors
 * outputs  pointers to the )"
     << prefix << R"(_STEP_OUTPUT tensors; every element is written
 * state    what )"
     << name
     << R"(_reset wrote, or the step before. Steps of several streams take a block each.
 * arena    )"
     << prefix << R"(_STEP_ARENA_BYTES bytes of scratch memory aligned to )"
     << prefix << R"(_ARENA_ALIGNMENT
 *
 * None of them overlaps another. Return values are those of )"
     << name << "_run";
  if (step.warmupSteps)
    os << ". The outputs of the first\n * " << prefix
       << "_WARMUP_STEPS steps belong to no step of the sequence";
  os << ". */\nint " << name
     << "_step(const void *const *inputs, void *const *outputs, void *state, "
        "void *arena);\n";
}

static void printSelftest(raw_ostream &os, StringRef name, StringRef prefix) {
  os << R"(
/* Runs the network on inputs that are embedded in the object and compares every
 * output byte with what was computed when it was compiled. Returns )"
     << prefix << R"(_OK if all are
 * equal, )"
     << prefix << R"(_ERROR_MISMATCH if not, or what )" << name
     << R"(_run returns.
 * arena    )"
     << prefix << R"(_ARENA_BYTES bytes aligned to )" << prefix
     << R"(_ARENA_ALIGNMENT */
#define )"
     << prefix << R"(_ERROR_MISMATCH 4
int )"
     << name << "_selftest(void *arena);\n";
}

void quantc::emitHeader(const ModelInterface &interface, raw_ostream &os) {
  std::string prefix = StringRef(interface.name).upper();
  // No system header has an include guard of this form, whatever the name of
  // the network.
  std::string guard = "QUANTC_" + prefix + "_H";
  os << "/* " << interface.name << ": a neural network compiled by quantc. */\n"
     << "#ifndef " << guard << "\n#define " << guard
     << "\n\n#include <stdint.h>\n\n"
     << "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n"
     << "#define " << prefix << "_ARENA_BYTES " << interface.arenaBytes << "\n"
     << "#define " << prefix << "_ARENA_ALIGNMENT " << interface.arenaAlignment
     << "\n"
     << "#define " << prefix << "_INPUT_COUNT " << interface.inputs.size()
     << "\n"
     << "#define " << prefix << "_OUTPUT_COUNT " << interface.outputs.size()
     << "\n";
  for (size_t i = 0; i < interface.inputs.size(); ++i) {
    printTensor(os, prefix, "input", i, interface.inputs[i]);
    printState(os, (prefix + "_INPUT_" + llvm::Twine(i)).str(),
               interface.inputs[i], interface.outputs);
  }
  for (size_t i = 0; i < interface.outputs.size(); ++i)
    printTensor(os, prefix, "output", i, interface.outputs[i]);
  printRun(os, interface.name, prefix);
  if (interface.step)
    printStep(os, interface.name, prefix, *interface.step);
  if (interface.selftest)
    printSelftest(os, interface.name, prefix);
  os << "\n#ifdef __cplusplus\n}\n#endif\n\n#endif /* " << guard << " */\n";
}
