// RUN: %python %S/../support/compare_simulated.py %s --llvm=%llvm_tools --cc=%host_cc
// RUN: %python %S/../support/compare_simulated.py %s --llvm=%llvm_tools --cc=%host_cc --contract=tflm

// Padding with a zero point that is not 0; strides, dilation; a clamp on the accumulator;
// depthwise with one filter per channel, one channel, and shared scales.
!x = !quant.uniform<i8:f32, 0.04699999839067459:-11>
!y = !quant.uniform<i8:f32, 0.11:-20>
!r = !quant.uniform<i8:f32, 0.05:-128>
!w3 = !quant.uniform<i8<-127:127>:f32:0, {0.014001527801156044,0.018355421721935272,0.01641097106039524,0.00760331517085433}>
!b3 = !quant.uniform<i32:f32:0, {0.0006580717841213196,0.0008627047913911112,0.0007713156134279836,0.0003573558007939452}>
!w5 = !quant.uniform<i8<-127:127>:f32:0, {0.013680900447070599,0.014207945205271244,0.014823203906416893,0.006412608083337545,0.011045015417039394}>
!b5 = !quant.uniform<i32:f32:0, {0.0006430022989952974,0.0006677734017825412,0.0006966905597462353,0.0003013925695968915,0.0005191157068258276}>
!w7 = !quant.uniform<i8<-127:127>:f32:2, {0.00448560481891036,0.0059662736020982265,0.019474372267723083}>
!b7 = !quant.uniform<i32:f32:0, {0.00021082341926998913,0.00028041484969694094,0.0009152954652423828}>
!w9 = !quant.uniform<i8<-127:127>:f32:3, {0.01696842908859253,0.0061882250010967255,0.010702458210289478,0.017044100910425186}>
!b9 = !quant.uniform<i32:f32:0, {0.0007975161398561248,0.00029084656509267837,0.0005030155186598675,0.0008010727153604791}>
!w11 = !quant.uniform<i8<-127:127>:f32:2, {0.0158842783421278,0.013290446251630783}>
!b11 = !quant.uniform<i32:f32:0, {0.0007465610565170339,0.0007465610565170339,0.0007465610565170339,0.000624650952437994,0.000624650952437994,0.000624650952437994}>
!w13 = !quant.uniform<i8<-127:127>:f32:0, {0.010372408665716648,0.0072465878911316395,0.004811265040189028}>
!b13 = !quant.uniform<i32:f32:0, {0.00048750319059610164,0.00034058961922106903,0.00022612944914599323}>
func.func @net(%q0: tensor<1x6x5x3x!x>, %q1: tensor<2x7x7x2x!x>, %q2: tensor<1x6x6x3x!x>, %q3: tensor<1x6x6x1x!x>, %q4: tensor<1x5x5x2x!x>, %q5: tensor<1x4x4x2x!x>)
    -> (tensor<1x6x5x4x!r>, tensor<2x3x4x5x!y>, tensor<1x6x6x3x!r>, tensor<1x3x3x4x!y>, tensor<1x4x4x6x!y>, tensor<1x9x9x3x!y>) {
  %v1 = "tosa.const"() {values = dense<0.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %v2 = quant.dcast %q0 : tensor<1x6x5x3x!x> to tensor<1x6x5x3xf32>
  %v3 = "tosa.const"() {values = dense<[[[[-113, -51, -55], [95, 105, -126], [0, 82, -94]], [[76, -97, -8], [81, -50, -40], [-57, 56, -63]], [[125, -14, -6], [1, 21, 14], [2, 126, 78]]], [[[75, 51, 31], [-41, 125, -9], [-73, 88, -87]], [[91, 29, -98], [-116, -14, -118], [-91, 4, 120]], [[-9, 79, 106], [82, 33, -15], [4, -60, -1]]], [[[-31, -64, 126], [-124, -103, -78], [120, 49, 97]], [[-76, 56, -33], [-3, -127, 30], [84, 42, -88]], [[9, -59, 119], [97, -80, 2], [112, 89, 53]]], [[[36, -117, 62], [-7, -104, -65], [10, 58, 2]], [[29, 95, 47], [-35, 37, 25], [-100, -112, 41]], [[-29, 25, -45], [-70, -89, -30], [81, -25, -31]]]]> : tensor<4x3x3x3xi8>} : () -> tensor<4x3x3x3xi8>
  %v4 = quant.scast %v3 : tensor<4x3x3x3xi8> to tensor<4x3x3x3x!w3>
  %v5 = quant.dcast %v4 : tensor<4x3x3x3x!w3> to tensor<4x3x3x3xf32>
  %v6 = "tosa.const"() {values = dense<[301, 1914, -432, 359]> : tensor<4xi32>} : () -> tensor<4xi32>
  %v7 = quant.scast %v6 : tensor<4xi32> to tensor<4x!b3>
  %v8 = quant.dcast %v7 : tensor<4x!b3> to tensor<4xf32>
  %v9 = tosa.conv2d %v2, %v5, %v8, %v1, %v1 {acc_type = f32, pad = array<i64: 1, 1, 1, 1>, stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>}
    : (tensor<1x6x5x3xf32>, tensor<4x3x3x3xf32>, tensor<4xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x6x5x4xf32>
  %v10 = tosa.clamp %v9 {min_val = 0.0 : f32, max_val = 6.0 : f32} : (tensor<1x6x5x4xf32>) -> tensor<1x6x5x4xf32>
  %v11 = quant.qcast %v10 : tensor<1x6x5x4xf32> to tensor<1x6x5x4x!r>
  %v12 = quant.dcast %q1 : tensor<2x7x7x2x!x> to tensor<2x7x7x2xf32>
  %v13 = "tosa.const"() {values = dense<[[[[-36, -66], [-114, -25], [83, -103]], [[-24, 119], [115, -73], [-126, 44]]], [[[-124, -51], [-1, 95], [-104, 41]], [[8, -94], [88, 88], [-4, 113]]], [[[27, 103], [117, 18], [-56, -90]], [[16, -78], [64, 109], [-65, 13]]], [[[-115, -81], [-31, 98], [120, 36]], [[21, 18], [-112, -32], [123, -23]]], [[[-73, -66], [54, -118], [120, 96]], [[17, -8], [67, 12], [-6, -45]]]]> : tensor<5x2x3x2xi8>} : () -> tensor<5x2x3x2xi8>
  %v14 = quant.scast %v13 : tensor<5x2x3x2xi8> to tensor<5x2x3x2x!w5>
  %v15 = quant.dcast %v14 : tensor<5x2x3x2x!w5> to tensor<5x2x3x2xf32>
  %v16 = "tosa.const"() {values = dense<[-214, 1005, -1780, -1900, 881]> : tensor<5xi32>} : () -> tensor<5xi32>
  %v17 = quant.scast %v16 : tensor<5xi32> to tensor<5x!b5>
  %v18 = quant.dcast %v17 : tensor<5x!b5> to tensor<5xf32>
  %v19 = tosa.conv2d %v12, %v15, %v18, %v1, %v1 {acc_type = f32, pad = array<i64: 0, 0, 1, 1>, stride = array<i64: 2, 2>, dilation = array<i64: 2, 1>}
    : (tensor<2x7x7x2xf32>, tensor<5x2x3x2xf32>, tensor<5xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<2x3x4x5xf32>
  %v20 = quant.qcast %v19 : tensor<2x3x4x5xf32> to tensor<2x3x4x5x!y>
  %v21 = quant.dcast %q2 : tensor<1x6x6x3x!x> to tensor<1x6x6x3xf32>
  %v22 = "tosa.const"() {values = dense<[[[[-33], [-100], [40]], [[58], [-18], [-107]], [[6], [-17], [95]]], [[[46], [-40], [-113]], [[23], [-56], [47]], [[93], [-37], [103]]], [[[5], [8], [68]], [[74], [104], [127]], [[-89], [-22], [111]]]]> : tensor<3x3x3x1xi8>} : () -> tensor<3x3x3x1xi8>
  %v23 = quant.scast %v22 : tensor<3x3x3x1xi8> to tensor<3x3x3x1x!w7>
  %v24 = quant.dcast %v23 : tensor<3x3x3x1x!w7> to tensor<3x3x3x1xf32>
  %v25 = "tosa.const"() {values = dense<[-770, -1980, 304]> : tensor<3xi32>} : () -> tensor<3xi32>
  %v26 = quant.scast %v25 : tensor<3xi32> to tensor<3x!b7>
  %v27 = quant.dcast %v26 : tensor<3x!b7> to tensor<3xf32>
  %v28 = tosa.depthwise_conv2d %v21, %v24, %v27, %v1, %v1 {acc_type = f32, pad = array<i64: 1, 1, 1, 1>, stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>}
    : (tensor<1x6x6x3xf32>, tensor<3x3x3x1xf32>, tensor<3xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x6x6x3xf32>
  %v29 = tosa.clamp %v28 {min_val = 0.0 : f32, max_val = 6.0 : f32} : (tensor<1x6x6x3xf32>) -> tensor<1x6x6x3xf32>
  %v30 = quant.qcast %v29 : tensor<1x6x6x3xf32> to tensor<1x6x6x3x!r>
  %v31 = quant.dcast %q3 : tensor<1x6x6x1x!x> to tensor<1x6x6x1xf32>
  %v32 = "tosa.const"() {values = dense<[[[[65, 120, -124, 93]], [[33, -4, 75, 115]], [[3, -105, 58, -69]]], [[[-70, -78, -77, 105]], [[-35, -100, -82, -27]], [[-39, -48, 114, 93]]], [[[19, 124, -41, -92]], [[-58, -105, 115, -72]], [[-14, -76, 123, -87]]]]> : tensor<3x3x1x4xi8>} : () -> tensor<3x3x1x4xi8>
  %v33 = quant.scast %v32 : tensor<3x3x1x4xi8> to tensor<3x3x1x4x!w9>
  %v34 = quant.dcast %v33 : tensor<3x3x1x4x!w9> to tensor<3x3x1x4xf32>
  %v35 = "tosa.const"() {values = dense<[62, 1802, 84, 1595]> : tensor<4xi32>} : () -> tensor<4xi32>
  %v36 = quant.scast %v35 : tensor<4xi32> to tensor<4x!b9>
  %v37 = quant.dcast %v36 : tensor<4x!b9> to tensor<4xf32>
  %v38 = tosa.depthwise_conv2d %v31, %v34, %v37, %v1, %v1 {acc_type = f32, pad = array<i64: 0, 1, 0, 1>, stride = array<i64: 2, 2>, dilation = array<i64: 1, 1>}
    : (tensor<1x6x6x1xf32>, tensor<3x3x1x4xf32>, tensor<4xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x3x3x4xf32>
  %v39 = quant.qcast %v38 : tensor<1x3x3x4xf32> to tensor<1x3x3x4x!y>
  %v40 = quant.dcast %q4 : tensor<1x5x5x2x!x> to tensor<1x5x5x2xf32>
  %v41 = "tosa.const"() {values = dense<[[[[101, 84, -19], [114, 96, -32]], [[-23, 55, 108], [-103, -110, -64]]], [[[-18, -86, 5], [11, 115, 63]], [[-63, 73, 78], [46, 45, -48]]]]> : tensor<2x2x2x3xi8>} : () -> tensor<2x2x2x3xi8>
  %v42 = quant.scast %v41 : tensor<2x2x2x3xi8> to tensor<2x2x2x3x!w11>
  %v43 = quant.dcast %v42 : tensor<2x2x2x3x!w11> to tensor<2x2x2x3xf32>
  %v44 = "tosa.const"() {values = dense<[868, -1461, 518, 1684, 1886, -808]> : tensor<6xi32>} : () -> tensor<6xi32>
  %v45 = quant.scast %v44 : tensor<6xi32> to tensor<6x!b11>
  %v46 = quant.dcast %v45 : tensor<6x!b11> to tensor<6xf32>
  %v47 = tosa.depthwise_conv2d %v40, %v43, %v46, %v1, %v1 {acc_type = f32, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>}
    : (tensor<1x5x5x2xf32>, tensor<2x2x2x3xf32>, tensor<6xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x4x4x6xf32>
  %v48 = quant.qcast %v47 : tensor<1x4x4x6xf32> to tensor<1x4x4x6x!y>
  %v49 = quant.dcast %q5 : tensor<1x4x4x2x!x> to tensor<1x4x4x2xf32>
  %v50 = "tosa.const"() {values = dense<[[[[-43, -8], [-73, -51], [106, 80]], [[87, 24], [-99, 63], [26, 104]], [[-5, -83], [24, -11], [41, -32]]], [[[-49, -96], [118, 65], [-9, -68]], [[33, -22], [34, -104], [-81, 60]], [[-112, 45], [-23, -127], [67, 51]]], [[[80, 101], [59, 87], [-99, 107]], [[105, 49], [77, 62], [96, 99]], [[6, 81], [106, -52], [-116, -84]]]]> : tensor<3x3x3x2xi8>} : () -> tensor<3x3x3x2xi8>
  %v51 = quant.scast %v50 : tensor<3x3x3x2xi8> to tensor<3x3x3x2x!w13>
  %v52 = quant.dcast %v51 : tensor<3x3x3x2x!w13> to tensor<3x3x3x2xf32>
  %v53 = "tosa.const"() {values = dense<[-1879, -262, -1920]> : tensor<3xi32>} : () -> tensor<3xi32>
  %v54 = quant.scast %v53 : tensor<3xi32> to tensor<3x!b13>
  %v55 = quant.dcast %v54 : tensor<3x!b13> to tensor<3xf32>
  %v56 = tosa.transpose_conv2d %v49, %v52, %v55, %v1, %v1 {acc_type = f32, out_pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 2, 2>}
    : (tensor<1x4x4x2xf32>, tensor<3x3x3x2xf32>, tensor<3xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x9x9x3xf32>
  %v57 = quant.qcast %v56 : tensor<1x9x9x3xf32> to tensor<1x9x9x3x!y>
  return %v11, %v20, %v30, %v39, %v48, %v57
    : tensor<1x6x5x4x!r>, tensor<2x3x4x5x!y>, tensor<1x6x6x3x!r>, tensor<1x3x3x4x!y>, tensor<1x4x4x6x!y>, tensor<1x9x9x3x!y>
}
