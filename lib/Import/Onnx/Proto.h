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

#include <onnx/onnx_pb.h>

#endif // QUANTC_LIB_IMPORT_ONNX_PROTO_H
