//===- Fingerprint.h - Identity of a network -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_DIALECT_PTQ_TRANSFORMS_FINGERPRINT_H
#define QUANTC_DIALECT_PTQ_TRANSFORMS_FINGERPRINT_H

#include "mlir/IR/BuiltinOps.h"

#include <string>

namespace quantc::ptq {

/// SHA-256, as 64 hexadecimal digits, of the network that `module` holds: its
/// operations, attributes, types, data flow and the bits of its constants.
///
/// Locations, symbol names and `ptq.observe` operations do not count, nor
/// whether a constant is stored inline or as a resource. A profile belongs to
/// the network whose fingerprint, taken after simplification, it carries.
std::string computeFingerprint(mlir::ModuleOp module);

} // namespace quantc::ptq

#endif // QUANTC_DIALECT_PTQ_TRANSFORMS_FINGERPRINT_H
