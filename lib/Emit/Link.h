//===- Link.h - Shared libraries -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Calls the linker. Private to Emit.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_EMIT_LINK_H
#define QUANTC_LIB_EMIT_LINK_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/TargetParser/Triple.h"

namespace quantc {

/// Links one object into a shared library `lib<name>.so` that depends on no
/// other library. Uses ld.lld, or failing that the host's C compiler if the
/// target is the host's architecture; an error says which programs were looked
/// for.
llvm::Error linkSharedLibrary(llvm::StringRef object, llvm::StringRef name,
                              const llvm::Triple &triple,
                              llvm::raw_ostream &os);

} // namespace quantc

#endif // QUANTC_LIB_EMIT_LINK_H
