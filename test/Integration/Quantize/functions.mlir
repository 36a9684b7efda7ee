// RUN: %python %S/../support/compare_simulated.py %s --llvm=%llvm_tools --cc=%host_cc

// Every table entry is hit; the last result is GELU.
!x = !quant.uniform<i8:f32, 0.047:-11>
!t = !quant.uniform<i8:f32, 0.0078125>
!p = !quant.uniform<i8:f32, 0.00390625:-128>
!y = !quant.uniform<i8:f32, 0.05:-12>
!e = !quant.uniform<i8:f32, 1.5:-128>
func.func @net(%q0: tensor<4x64x!x>)
    -> (tensor<4x64x!p>, tensor<4x64x!t>, tensor<4x64x!e>, tensor<4x64x!t>, tensor<4x64x!y>, tensor<4x64x!y>, tensor<4x64x!y>, tensor<4x64x!y>, tensor<4x64x!y>) {
  %v1 = quant.dcast %q0 : tensor<4x64x!x> to tensor<4x64xf32>
  %v2 = tosa.sigmoid %v1 : (tensor<4x64xf32>) -> tensor<4x64xf32>
  %v3 = quant.qcast %v2 : tensor<4x64xf32> to tensor<4x64x!p>
  %v4 = tosa.tanh %v1 : (tensor<4x64xf32>) -> tensor<4x64xf32>
  %v5 = quant.qcast %v4 : tensor<4x64xf32> to tensor<4x64x!t>
  %v6 = tosa.exp %v1 : (tensor<4x64xf32>) -> tensor<4x64xf32>
  %v7 = quant.qcast %v6 : tensor<4x64xf32> to tensor<4x64x!e>
  %v8 = tosa.erf %v1 : (tensor<4x64xf32>) -> tensor<4x64xf32>
  %v9 = quant.qcast %v8 : tensor<4x64xf32> to tensor<4x64x!t>
  %v10 = tosa.abs %v1 : (tensor<4x64xf32>) -> tensor<4x64xf32>
  %v11 = quant.qcast %v10 : tensor<4x64xf32> to tensor<4x64x!y>
  %v12 = tosa.ceil %v1 : (tensor<4x64xf32>) -> tensor<4x64xf32>
  %v13 = quant.qcast %v12 : tensor<4x64xf32> to tensor<4x64x!y>
  %v14 = tosa.floor %v1 : (tensor<4x64xf32>) -> tensor<4x64xf32>
  %v15 = quant.qcast %v14 : tensor<4x64xf32> to tensor<4x64x!y>
  %v16 = "tosa.const"() {values = dense<0.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %v17 = tosa.negate %v1, %v16, %v16 : (tensor<4x64xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<4x64xf32>
  %v18 = quant.qcast %v17 : tensor<4x64xf32> to tensor<4x64x!y>
  %v19 = ptq.pointwise %v1 : tensor<4x64xf32> -> tensor<4x64xf32> {
  ^bb0(%a: tensor<4x64xf32>):
    %half = "tosa.const"() {values = dense<0.5> : tensor<1x1xf32>} : () -> tensor<1x1xf32>
    %inv = "tosa.const"() {values = dense<0.70710677> : tensor<1x1xf32>} : () -> tensor<1x1xf32>
    %one = "tosa.const"() {values = dense<1.0> : tensor<1x1xf32>} : () -> tensor<1x1xf32>
    %s = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
    %m = tosa.mul %a, %inv, %s : (tensor<4x64xf32>, tensor<1x1xf32>, tensor<1xi8>) -> tensor<4x64xf32>
    %e = tosa.erf %m : (tensor<4x64xf32>) -> tensor<4x64xf32>
    %p = tosa.add %e, %one : (tensor<4x64xf32>, tensor<1x1xf32>) -> tensor<4x64xf32>
    %h = tosa.mul %a, %half, %s : (tensor<4x64xf32>, tensor<1x1xf32>, tensor<1xi8>) -> tensor<4x64xf32>
    %g = tosa.mul %h, %p, %s : (tensor<4x64xf32>, tensor<4x64xf32>, tensor<1xi8>) -> tensor<4x64xf32>
    ptq.yield %g : tensor<4x64xf32>
  }
  %v20 = quant.qcast %v19 : tensor<4x64xf32> to tensor<4x64x!y>
  return %v3, %v5, %v7, %v9, %v11, %v13, %v15, %v18, %v20
    : tensor<4x64x!p>, tensor<4x64x!t>, tensor<4x64x!e>, tensor<4x64x!t>, tensor<4x64x!y>, tensor<4x64x!y>, tensor<4x64x!y>, tensor<4x64x!y>, tensor<4x64x!y>
}
