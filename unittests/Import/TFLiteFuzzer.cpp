//===- TFLiteFuzzer.cpp - Damaged .tflite files -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FuzzImport.h"
#include "quantc/Import/TFLite.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  return quantc::fuzzImport(quantc::importTFLite, data, size);
}
