//===- OnnxFuzzer.cpp - Damaged .onnx files -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FuzzImport.h"
#include "quantc/Import/Onnx.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  return quantc::fuzzImport(quantc::importOnnx, data, size);
}
