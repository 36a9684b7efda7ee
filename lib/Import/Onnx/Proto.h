//===- Proto.h - ONNX's protocol buffers -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// The distribution's generated classes, with what their headers need.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_IMPORT_ONNX_PROTO_H
#define QUANTC_LIB_IMPORT_ONNX_PROTO_H

#include "llvm/ADT/SmallVector.h"

#include <onnx/onnx_pb.h>

#include <string>

namespace quantc::onnximport {

/// The strings, or the bytes of the messages, that field `number` of `message`
/// holds, also where the distribution's class is too old to know the field.
llvm::SmallVector<std::string>
readField(const google::protobuf::Message &message, int number);

} // namespace quantc::onnximport

#endif // QUANTC_LIB_IMPORT_ONNX_PROTO_H
