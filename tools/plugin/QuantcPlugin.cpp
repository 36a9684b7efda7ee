//===- QuantcPlugin.cpp - quantc inside another mlir-opt -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// A library that a pass driver built on the same shared MLIR loads:
///
///   P=build/lib/QuantcPlugin.so
///   mlir-opt --load-dialect-plugin=$P --load-pass-plugin=$P
///     --pass-pipeline='builtin.module(...)'
///
/// Use --pass-pipeline: a pass's own flag is not known yet when plugins load.
/// quant-opt holds all of this already and must not load it.
///
//===----------------------------------------------------------------------===//

#include "quantc/InitAllDialects.h"
#include "quantc/InitAllPasses.h"

#include "mlir/Tools/Plugins/DialectPlugin.h"
#include "mlir/Tools/Plugins/PassPlugin.h"

#include "llvm/Config/llvm-config.h"
#include "llvm/Support/Compiler.h"

extern "C" LLVM_ATTRIBUTE_WEAK mlir::DialectPluginLibraryInfo
mlirGetDialectPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "quantc", LLVM_VERSION_STRING,
          [](mlir::DialectRegistry *registry) {
            quantc::registerDialects(*registry);
          }};
}

extern "C" LLVM_ATTRIBUTE_WEAK mlir::PassPluginLibraryInfo
mlirGetPassPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "quantc", LLVM_VERSION_STRING, [] {
            quantc::registerAllPasses();
            quantc::registerAllPipelines();
          }};
}
