//===- HtmlReport.h - The report as a page -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_REPORT_HTMLREPORT_H
#define QUANTC_REPORT_HTMLREPORT_H

#include "llvm/Support/JSON.h"

namespace quantc {

/// Writes the page that shows `report`, which is what report.json holds
/// (docs/Debugging.md). The page is one file: it has its libraries in itself
/// and loads nothing. Strings of the report may hold anything.
void printHtmlReport(llvm::raw_ostream &os, const llvm::json::Value &report);

} // namespace quantc

#endif // QUANTC_REPORT_HTMLREPORT_H
