//===- Version.cpp - Versions -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Driver/Version.h"

#include "llvm/Config/llvm-config.h"

llvm::StringRef quantc::getVersion() { return QUANTC_VERSION_STRING; }

llvm::StringRef quantc::getLLVMVersion() { return LLVM_VERSION_STRING; }
