//===- Target.cpp - Descriptions of CPUs -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Everything that is said about a CPU here comes from LLVM's subtarget tables;
// names are checked against them first, because LLVM only warns about wrong
// ones.
//
//===----------------------------------------------------------------------===//

#include "quantc/Target/Target.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/SubtargetFeature.h"
#include "llvm/TargetParser/Triple.h"

#include <memory>
#include <tuple>

using namespace llvm;
using namespace quantc;

void quantc::initializeTargets() {
  static const bool once = [] {
    InitializeAllTargetInfos();
    InitializeAllTargets();
    InitializeAllTargetMCs();
    InitializeAllAsmPrinters();
    InitializeAllAsmParsers();
    return true;
  }();
  (void)once;
}

static Error makeError(const Twine &message) {
  return createStringError(inconvertibleErrorCode(), message);
}

/// "a, b, c".
template <typename Range, typename Get>
static std::string list(const Range &range, Get get) {
  SmallVector<StringRef> names;
  for (const auto &item : range)
    names.push_back(get(item));
  llvm::sort(names);
  return llvm::join(names, ", ");
}

static std::string listTargets() {
  return list(TargetRegistry::targets(),
              [](const llvm::Target &t) { return StringRef(t.getName()); });
}

/// A triple as LLVM wants it. A bare architecture means Linux on it, or the
/// host if that is its architecture.
static Triple completeTriple(StringRef name) {
  Triple host(sys::getProcessTriple());
  if (name.empty() || name == "native" || name == "host")
    return host;
  Triple triple(Triple::normalize(name));
  if (triple.getArch() == Triple::UnknownArch || name.contains('-'))
    return triple;
  if (triple.getArch() == host.getArch())
    return host;
  triple.setVendor(Triple::UnknownVendor);
  triple.setOS(Triple::Linux);
  triple.setEnvironment(Triple::GNU);
  return triple;
}

/// What is no CPU calls no C functions, or has no memory that a caller could
/// share with it.
static bool isCPU(const Triple &triple) {
  return !triple.isAMDGPU() && !triple.isNVPTX() && !triple.isSPIROrSPIRV() &&
         !triple.isBPF() && !triple.isDXIL();
}

/// The width of an address follows from the triple; LLVM ends the process if
/// the CPU is not of that kind.
static Error checkMode(const MCSubtargetInfo &info, StringRef cpu) {
  const Triple &triple = info.getTargetTriple();
  if (triple.getArch() == Triple::x86_64 && !info.checkFeatures("+64bit"))
    return makeError("CPU '" + cpu +
                     "' with these features has no 64-bit "
                     "mode, which target " +
                     triple.str() +
                     " is; name an x86-64 CPU, or give --target=i686");
  return Error::success();
}

/// Checks "+a,-b" against the target's features.
static Error checkFeatures(const MCSubtargetInfo &info, StringRef features) {
  SubtargetFeatures parsed(features);
  for (const std::string &feature : parsed.getFeatures()) {
    StringRef name = SubtargetFeatures::StripFlag(feature);
    if (!SubtargetFeatures::hasFlag(feature))
      return makeError("feature '" + feature + "' needs a sign: write +" +
                       feature + " or -" + feature);
    if (info.getTargetTriple().isX86() && name.ends_with("bit-mode"))
      return makeError("feature '" + name +
                       "' is the target's: give "
                       "--target=x86_64 or --target=i686");
    if (llvm::none_of(
            info.getAllProcessorFeatures(),
            [&](const SubtargetFeatureKV &known) { return name == known.Key; }))
      return makeError(
          "unknown feature '" + name + "' for target " +
          info.getTargetTriple().str() + "; known features: " +
          list(info.getAllProcessorFeatures(),
               [](const SubtargetFeatureKV &f) { return StringRef(f.Key); }));
  }
  return Error::success();
}

static Error checkCPU(const MCSubtargetInfo &info, StringRef cpu) {
  if (info.isCPUStringValid(cpu))
    return Error::success();
  // `generic` is quantc's choice; not every architecture has it.
  std::string problem = cpu == "generic" ? "no CPU is given"
                                         : ("unknown CPU '" + cpu + "'").str();
  return makeError(
      problem + " for target " + info.getTargetTriple().str() +
      "; known CPUs: " +
      list(info.getAllProcessorDescriptions(),
           [](const SubtargetSubTypeKV &c) { return StringRef(c.Key); }));
}

/// The host's features, sorted, as far as LLVM's tables know them.
static std::string hostFeatures(const MCSubtargetInfo &info) {
  SmallVector<std::string> features;
  for (const auto &feature : sys::getHostCPUFeatures())
    if (llvm::any_of(info.getAllProcessorFeatures(),
                     [&](const SubtargetFeatureKV &known) {
                       return feature.getKey() == known.Key;
                     }))
      features.push_back((feature.getValue() ? "+" : "-") +
                         feature.getKey().str());
  llvm::sort(features);
  return llvm::join(features, ",");
}

/// Features of a target that is named without a CPU. Linux on RISC-V is RV64GC;
/// LLVM's generic CPU has not even multiplication.
static StringRef defaultFeatures(const Triple &triple, StringRef cpu) {
  return cpu.empty() && triple.isRISCV() && triple.isOSLinux()
             ? "+m,+a,+f,+d,+c"
             : "";
}

/// What an empty `cpu` means on a target that is not the host.
static std::string genericCPU(const Triple &triple) {
  if (triple.getArch() == Triple::x86_64)
    return "x86-64";
  if (triple.isRISCV())
    return triple.isArch64Bit() ? "generic-rv64" : "generic-rv32";
  return "generic";
}

/// Vectors, table lookups and dot products of x86.
static void describeX86(const MCSubtargetInfo &info,
                        TargetDescription &target) {
  auto has = [&](StringRef feature) { return info.checkFeatures(feature); };
  target.vectorBits = has("+avx512f") ? 512 : has("+avx") ? 256 : 128;
  target.vectorRegisters = has("+avx512f")                        ? 32
                           : info.getTargetTriple().isArch64Bit() ? 16
                                                                  : 8;
  std::tie(target.lookupFeature, target.lookupLanes) =
      has("+avx512vbmi") ? std::pair("avx512vbmi", 64)
      : has("+avx2")     ? std::pair("avx2", 32)
                         : std::pair("", 0);
  target.convertsHalf = has("+f16c");
  target.dot = DotKind::Signed16x2;
  if (has("+avx512vnni")) {
    target.dot = DotKind::UnsignedSigned4;
    target.dotFeature = "avx512vnni";
  } else if (has("+avxvnni")) {
    target.dot = DotKind::UnsignedSigned4;
    target.dotFeature = "avxvnni";
  } else if (has("+avx512bw")) {
    target.dotFeature = "avx512bw";
  } else if (has("+avx2")) {
    target.dotFeature = "avx2";
  } else if (has("+sse2")) {
    target.dotFeature = "sse2";
    target.vectorBits = 128; // integer vectors of 256 bits came with AVX2
  } else {
    target.dot = DotKind::Widening;
  }
}

static void describeVectors(const MCSubtargetInfo &info,
                            TargetDescription &target) {
  const Triple &triple = info.getTargetTriple();
  if (triple.isX86())
    return describeX86(info, target);
  if (triple.isAArch64()) {
    target.vectorRegisters = 32;
    if (info.checkFeatures("+neon")) {
      target.lookupFeature = "neon";
      target.lookupLanes = 16;
      target.convertsHalf = true;
    }
    if (info.checkFeatures("+dotprod")) {
      target.dot = DotKind::Signed4;
      target.dotFeature = "sdot";
    }
  }
}

Expected<TargetDescription> quantc::describeTarget(StringRef tripleName,
                                                   StringRef cpu,
                                                   StringRef features) {
  initializeTargets();
  Triple triple = completeTriple(tripleName);
  std::string reason;
  const llvm::Target *backend = TargetRegistry::lookupTarget(triple, reason);
  if (!backend)
    return makeError("unknown target '" + tripleName +
                     "'; known architectures: " + listTargets());
  if (!isCPU(triple))
    return makeError("target '" + tripleName +
                     "' is not a CPU; the object is a C function that a "
                     "program calls: name the target of that program");
  std::unique_ptr<MCSubtargetInfo> plain(
      backend->createMCSubtargetInfo(triple, "", ""));
  if (!plain || !backend->hasTargetMachine() || !backend->hasMCAsmBackend())
    return makeError("target '" + tripleName + "' cannot make object files");

  TargetDescription target;
  target.triple = triple.str();
  bool isHost = triple.getArch() == Triple(sys::getProcessTriple()).getArch();
  bool wantsNative = cpu == "native" || (cpu.empty() && isHost);
  if (wantsNative && !isHost)
    return makeError("CPU 'native' is the host's, which is no " +
                     triple.getArchName() + "; name a CPU");
  target.cpu = wantsNative   ? sys::getHostCPUName().str()
               : cpu.empty() ? genericCPU(triple)
                             : cpu.str();
  // A CPU that is younger than this LLVM is described by its features alone.
  if (wantsNative && !plain->isCPUStringValid(target.cpu))
    target.cpu = genericCPU(triple);
  if (Error error = checkCPU(*plain, target.cpu))
    return error;
  if (Error error = checkFeatures(*plain, features))
    return error;
  SmallVector<StringRef, 2> all;
  std::string implied =
      wantsNative ? hostFeatures(*plain) : defaultFeatures(triple, cpu).str();
  for (StringRef part : {StringRef(implied), features})
    if (!part.empty())
      all.push_back(part);
  target.features = llvm::join(all, ",");

  auto createInfo = [&] {
    return std::unique_ptr<MCSubtargetInfo>(
        backend->createMCSubtargetInfo(triple, target.cpu, target.features));
  };
  std::unique_ptr<MCSubtargetInfo> info = createInfo();
  // Software floating point leaves the floating point unit's registers alone,
  // and the vectors are among them; LLVM's vectorizers do not know that.
  if (triple.isX86() && info->checkFeatures("+soft-float,+sse")) {
    target.features += ",-sse";
    info = createInfo();
  }
  if (Error error = checkMode(*info, target.cpu))
    return error;
  describeVectors(*info, target);
  return target;
}
