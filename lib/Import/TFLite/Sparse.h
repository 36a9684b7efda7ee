//===- Sparse.h - Sparse constants of TFLite files -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Private to QuantcImportTFLite: constants of which a file stores some
/// elements, and where they are.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_IMPORT_TFLITE_SPARSE_H
#define QUANTC_LIB_IMPORT_TFLITE_SPARSE_H

#include "Model.h"

#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace quantc::tflite {

/// All elements of `tensor`, whose shape and type have been checked. `sparsity`
/// says which ones are `stored`; the others are zeros. Dimensions, and those of
/// blocks if there are any, are traversed in an order that the file gives, each
/// one dense or as compressed rows. Nothing in the file is trusted: failure
/// after an error that begins with `refuse()`.
llvm::FailureOr<std::vector<char>>
densify(const Tensor &tensor, const schema::Sparsity &sparsity,
        llvm::ArrayRef<char> stored,
        llvm::function_ref<mlir::InFlightDiagnostic()> refuse);

} // namespace quantc::tflite

#endif // QUANTC_LIB_IMPORT_TFLITE_SPARSE_H
