// RUN: %python %S/../support/compare_simulated.py %s --llvm=%llvm_tools --cc=%host_cc
// RUN: %python %S/../support/compare_simulated.py %s --llvm=%llvm_tools --cc=%host_cc --contract=tflm

// Scales far apart and equal ones, broadcast along both sides, constants.
!a = !quant.uniform<i8:f32, 0.1:3>
!b = !quant.uniform<i8:f32, 0.017:-128>
!y = !quant.uniform<i8:f32, 0.083:-10>
!w = !quant.uniform<i8:f32, 0.23:5>
func.func @net(%qa: tensor<2x5x7x!a>, %qb: tensor<2x5x7x!b>, %qc: tensor<1x1x7x!b>)
    -> (tensor<2x5x7x!y>, tensor<2x5x7x!y>, tensor<2x5x7x!w>, tensor<2x5x7x!y>, tensor<2x5x7x!y>,
        tensor<2x5x7xi8>, tensor<2x5x7xi8>, tensor<2x5x7x!y>, tensor<2x5x7x!y>, tensor<2x5x7x!y>) {
  %shift = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
  %a = quant.dcast %qa : tensor<2x5x7x!a> to tensor<2x5x7xf32>
  %b = quant.dcast %qb : tensor<2x5x7x!b> to tensor<2x5x7xf32>
  %c = quant.dcast %qc : tensor<1x1x7x!b> to tensor<1x1x7xf32>
  %ki = "tosa.const"() {values = dense<[[[100], [-100], [7], [0], [-128]]]> : tensor<1x5x1xi8>} : () -> tensor<1x5x1xi8>
  %kq = quant.scast %ki : tensor<1x5x1xi8> to tensor<1x5x1x!a>
  %k = quant.dcast %kq : tensor<1x5x1x!a> to tensor<1x5x1xf32>

  %add = tosa.add %a, %b : (tensor<2x5x7xf32>, tensor<2x5x7xf32>) -> tensor<2x5x7xf32>
  %qadd = quant.qcast %add : tensor<2x5x7xf32> to tensor<2x5x7x!y>
  %sub = tosa.sub %a, %c : (tensor<2x5x7xf32>, tensor<1x1x7xf32>) -> tensor<2x5x7xf32>
  %qsub = quant.qcast %sub : tensor<2x5x7xf32> to tensor<2x5x7x!y>
  %mul = tosa.mul %a, %b, %shift : (tensor<2x5x7xf32>, tensor<2x5x7xf32>, tensor<1xi8>) -> tensor<2x5x7xf32>
  %qmul = quant.qcast %mul : tensor<2x5x7xf32> to tensor<2x5x7x!w>
  %max = tosa.maximum %a, %b : (tensor<2x5x7xf32>, tensor<2x5x7xf32>) -> tensor<2x5x7xf32>
  %qmax = quant.qcast %max : tensor<2x5x7xf32> to tensor<2x5x7x!y>
  %min = tosa.minimum %a, %k : (tensor<2x5x7xf32>, tensor<1x5x1xf32>) -> tensor<2x5x7xf32>
  %qmin = quant.qcast %min : tensor<2x5x7xf32> to tensor<2x5x7x!y>
  %greater = tosa.greater %a, %b : (tensor<2x5x7xf32>, tensor<2x5x7xf32>) -> tensor<2x5x7xi1>
  %igreater = tosa.cast %greater : (tensor<2x5x7xi1>) -> tensor<2x5x7xi8>
  %equal = tosa.greater_equal %a, %k : (tensor<2x5x7xf32>, tensor<1x5x1xf32>) -> tensor<2x5x7xi1>
  %iequal = tosa.cast %equal : (tensor<2x5x7xi1>) -> tensor<2x5x7xi8>
  %select = tosa.select %greater, %a, %b : (tensor<2x5x7xi1>, tensor<2x5x7xf32>, tensor<2x5x7xf32>) -> tensor<2x5x7xf32>
  %qselect = quant.qcast %select : tensor<2x5x7xf32> to tensor<2x5x7x!y>
  // The operand of a clamp has no parameters: an accumulator.
  %wide = tosa.add %a, %k : (tensor<2x5x7xf32>, tensor<1x5x1xf32>) -> tensor<2x5x7xf32>
  %clamp = tosa.clamp %wide {min_val = -3.0 : f32, max_val = 6.0 : f32} : (tensor<2x5x7xf32>) -> tensor<2x5x7xf32>
  %qclamp = quant.qcast %clamp : tensor<2x5x7xf32> to tensor<2x5x7x!y>
  %scaled = tosa.mul %k, %b, %shift : (tensor<1x5x1xf32>, tensor<2x5x7xf32>, tensor<1xi8>) -> tensor<2x5x7xf32>
  %qscaled = quant.qcast %scaled : tensor<2x5x7xf32> to tensor<2x5x7x!y>
  return %qadd, %qsub, %qmul, %qmax, %qmin, %igreater, %iequal, %qselect, %qclamp, %qscaled
    : tensor<2x5x7x!y>, tensor<2x5x7x!y>, tensor<2x5x7x!w>, tensor<2x5x7x!y>, tensor<2x5x7x!y>,
      tensor<2x5x7xi8>, tensor<2x5x7xi8>, tensor<2x5x7x!y>, tensor<2x5x7x!y>, tensor<2x5x7x!y>
}
