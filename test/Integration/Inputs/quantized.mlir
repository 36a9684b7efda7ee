// A network that was quantized elsewhere: int8 input and output, scales per
// channel, a transposed constant, a concatenation of tensors with different
// parameters, a bias whose scale is float32's product, parameters that stand only
// behind a reshape, and asymmetric weights. Its parameters stay, and no cast is left.

!in = !quant.uniform<i8:f32, 0.05:-3>
!w = !quant.uniform<i8<-127:127>:f32:3, {0.01, 0.02, 0.03, 0.015}>
!b = !quant.uniform<i32:f32:0, {0.0005000000237, 0.001, 0.0015, 0.00075}>
!c = !quant.uniform<i8:f32, 0.03:-128>
!s = !quant.uniform<i8:f32, 0.11:-100>
!v = !quant.uniform<i8:f32, 0.0005:9>
!u = !quant.uniform<i32:f32, 0.000055>
!r = !quant.uniform<i8:f32, 0.05:5>
!p = !quant.uniform<i8:f32, 0.00390625:-128>
func.func @net(%image: tensor<1x6x6x2xi8> {ptq.name = "image", ptq.scale = 0.05 : f64, ptq.zero_point = -3 : i64}) -> (tensor<1x3xi8> {ptq.name = "scores", ptq.scale = 0.00390625 : f64, ptq.zero_point = -128 : i64}) {
  %q = quant.scast %image : tensor<1x6x6x2xi8> to tensor<1x6x6x2x!in>
  %x = quant.dcast %q : tensor<1x6x6x2x!in> to tensor<1x6x6x2xf32>
  %z = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %w8 = "tosa.const"() <{values = dense<"0x7942BDF22106F0847762F0F3CB4D764DC7072051159A0F89F2C6DACAE344BB311245FD6F84DF9AD7C5B3D076AC0E8F53A7356C88913F20F6F72DB022D24D0A96DAD43C1617C1A98E"> : tensor<3x3x2x4xi8>}> : () -> tensor<3x3x2x4xi8> loc("conv/weights")
  %ws = quant.scast %w8 : tensor<3x3x2x4xi8> to tensor<3x3x2x4x!w>
  %w = quant.dcast %ws : tensor<3x3x2x4x!w> to tensor<3x3x2x4xf32>
  %wt = tosa.transpose %w {perms = array<i32: 3, 0, 1, 2>} : (tensor<3x3x2x4xf32>) -> tensor<4x3x3x2xf32>
  %b32 = "tosa.const"() <{values = dense<[1073741825, -2000, 300, 7]> : tensor<4xi32>}> : () -> tensor<4xi32> loc("conv/bias")
  %bs = quant.scast %b32 : tensor<4xi32> to tensor<4x!b>
  %b = quant.dcast %bs : tensor<4x!b> to tensor<4xf32>
  %0 = tosa.conv2d %x, %wt, %b, %z, %z {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 1, 1, 1, 1>, stride = array<i64: 1, 1>} : (tensor<1x6x6x2xf32>, tensor<4x3x3x2xf32>, tensor<4xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x6x6x4xf32> loc("conv")
  %1 = tosa.clamp %0 {min_val = 0.0 : f32, max_val = 6.0 : f32} : (tensor<1x6x6x4xf32>) -> tensor<1x6x6x4xf32> loc("relu6")
  %2 = quant.qcast %1 : tensor<1x6x6x4xf32> to tensor<1x6x6x4x!c>
  %3 = quant.dcast %2 : tensor<1x6x6x4x!c> to tensor<1x6x6x4xf32>
  %4 = tosa.concat %3, %x {axis = 3 : i32} : (tensor<1x6x6x4xf32>, tensor<1x6x6x2xf32>) -> tensor<1x6x6x6xf32> loc("concat")
  %5 = quant.qcast %4 : tensor<1x6x6x6xf32> to tensor<1x6x6x6x!s>
  %6 = quant.dcast %5 : tensor<1x6x6x6x!s> to tensor<1x6x6x6xf32>
  %v8 = "tosa.const"() <{values = dense<"0x78129E0327371065D095864F15ADA0B846C1C0EBC5348ADC799ADF849BAD05D4A10AC0441EAAEEB4B48EFA0B1F0ABD81E998A35ABA5EA0BD8799C1350D439E71897AA75FDE3134A4AA72E05628AC6FE68A733D1161A15D8EAE2BB042D7958AEDB1D594D6D112D34F6602F4DE7110E993AE7422923D7D171165DC1906F63D57997A0AD31B3AAE4081F41FB471653E3D577A8C4103F9CC198A7F89D81AF2A5001C40173F1923F7102CFAA150A124B3C5C79BB88761A8DB3F4101C2285B15BFEBC216DC1BBEFEA1D7D6EB097D6F8A24D972DA420EA6BF863EED3FC037A33402F24978C7162F32C05B0CAE3E0D3AF691992D127A36331FA65C277B5C7FE8C981BCCBB3D62AC078D352D4F74FCD4C5331FEF7E25F4588654BA17697D3886F9D0B89F5C36658B87AA4F749D6F569EF0EF625CC17EF7578236F827B6184465F12825617A05DD82E2B3C2F879512B6E7AC030FABA9DFC2F8276BFAC840A33D8C27DD39E08131BFBCE6978736AD3AFCB41E965D4C5BBDE83F3748A9D7995FEAF69F5A23365CC8B733888AC41B4515F58A7EB5AACEE523B4FE394D8A3339395E60D5C8414ACB63575B6781BD960FE3D0C4A19EFE99F70F61013777FB58EB65636C12E339914E45EF2D190DB87727FF09ADA5A8B044291128AF692066DF71F8A13715D1276652C8FEF222D86AFA9B0BEDEACDE05CE91383BBBDE5B9CD72016B84BD49EB63516B0B57CE560E473856E2FB5E1E0BCEE5A2D0101A7ACE14CBFC0D707B30C7F26154AA3BB13F1A948CEE99FA7F880FACB0A22F1DDE2D01350F2E095712F61B60A966F4AEF5B311C39CC92C965ED33AC7ABCE59C5B75EB9D4E075E3F6B08956C6F9154E570BEF2F31A3791C18E6EEAABD002463CC35AD9F38E6296B7B184E49053975936A70D6A360EF"> : tensor<3x6x6x6xi8>}> : () -> tensor<3x6x6x6xi8> loc("dense/weights")
  %vs = quant.scast %v8 : tensor<3x6x6x6xi8> to tensor<3x6x6x6x!v>
  %v = quant.dcast %vs : tensor<3x6x6x6x!v> to tensor<3x6x6x6xf32>
  %u32 = "tosa.const"() <{values = dense<[1000, -2000, 30000]> : tensor<3xi32>}> : () -> tensor<3xi32> loc("dense/bias")
  %us = quant.scast %u32 : tensor<3xi32> to tensor<3x!u>
  %u = quant.dcast %us : tensor<3x!u> to tensor<3xf32>
  %7 = tosa.conv2d %6, %v, %u, %z, %z {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x6x6x6xf32>, tensor<3x6x6x6xf32>, tensor<3xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x1x3xf32> loc("dense")
  %shape = tosa.const_shape {values = dense<[1, 3]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %8 = tosa.reshape %7, %shape : (tensor<1x1x1x3xf32>, !tosa.shape<2>) -> tensor<1x3xf32> loc("flat")
  %9 = quant.qcast %8 : tensor<1x3xf32> to tensor<1x3x!r>
  %10 = quant.dcast %9 : tensor<1x3x!r> to tensor<1x3xf32>
  %11 = tosa.sigmoid %10 : (tensor<1x3xf32>) -> tensor<1x3xf32> loc("scores")
  %12 = quant.qcast %11 : tensor<1x3xf32> to tensor<1x3x!p>
  %13 = quant.scast %12 : tensor<1x3x!p> to tensor<1x3xi8>
  return %13 : tensor<1x3xi8>
}
