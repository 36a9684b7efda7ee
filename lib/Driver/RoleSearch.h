//===- RoleSearch.h - Types for the roles of a network -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Where int8 loses the answers of a network, single operations are not to
/// blame but kinds of them: the front end with a logarithm, each layer norm. So
/// the operations of a role are measured, and get int16 or float, together.
///
//===----------------------------------------------------------------------===//

#ifndef QUANTC_LIB_DRIVER_ROLESEARCH_H
#define QUANTC_LIB_DRIVER_ROLESEARCH_H

#include "NoiseMeter.h"

namespace quantc {

class RoleSearch {
public:
  /// The units that compute in float, and those that compute in int16.
  struct Choice {
    llvm::BitVector floating, wide;
    /// What the units' rounding to int8 makes alone, with all of its role, as
    /// noise by signal; 0 if it was not what decided.
    std::vector<double> costs;
    /// What all of the rounding is expected to make.
    double noise = 0;
  };

  /// The meter's network has to be able to round to int16. Units in `narrow`
  /// cannot become int16.
  RoleSearch(NoiseMeter &meter, llvm::BitVector narrow)
      : meter(meter), narrow(std::move(narrow)) {}

  /// The fewest roles with which the noise is at most `wanted`, or as near as
  /// the search comes. Nothing becomes float without `allowsFloat`. Roles are
  /// measured once, however often this is called.
  llvm::Expected<Choice> run(double wanted, bool allowsFloat);

private:
  struct Role {
    llvm::BitVector units;
    bool canWiden = true;
    double int8 = 0;
    std::optional<double> int16;
  };
  llvm::Error measureRoles();
  llvm::Expected<double> measureInt16(Role &role);
  llvm::Expected<Choice> choose(double budget, bool allowsFloat);
  void addSources(Choice &choice, const llvm::BitVector &exact) const;

  NoiseMeter &meter;
  llvm::BitVector narrow;
  std::vector<Role> roles;
  size_t step = 1;
};

} // namespace quantc

#endif // QUANTC_LIB_DRIVER_ROLESEARCH_H
