// The highest rate of multiply-accumulates that this core can reach, measured:
// independent chains of the instruction that quantc's kernels use, all operands
// in registers. Prints "int8 GMAC/s" and "float GMAC/s" of the instruction set
// it is compiled for.
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <time.h>

enum { kChains = 12, kTrips = 400000, kRepetitions = 30 };

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + 1e-9 * t.tv_nsec;
}

#if defined(__AVX2__) && defined(__FMA__)
#include <immintrin.h>
#ifdef __AVX512BW__
typedef __m512i Int;
typedef __m512 Float;
#else
typedef __m256i Int;
typedef __m256 Float;
#endif
// Four products of bytes for each 32-bit lane, or two of 16-bit integers.
#if defined(__AVX512VNNI__) || (defined(__AVXVNNI__) && !defined(__AVX512BW__))
#ifdef __AVX512VNNI__
#define VNNI "vpdpbusd"
#else
#define VNNI "%{vex%} vpdpbusd"
#endif
enum { kIntMacs = sizeof(Int), kFloatMacs = sizeof(Float) / 4 };
#define DOT(acc, x, y)                                                         \
  __asm__ volatile(VNNI " %2, %1, %0" : "+v"(acc) : "v"(x), "v"(y))
#else
enum { kIntMacs = sizeof(Int) / 2, kFloatMacs = sizeof(Float) / 4 };
#define DOT(acc, x, y)                                                         \
  do {                                                                         \
    Int t;                                                                     \
    __asm__ volatile("vpmaddwd %3, %2, %1\n\tvpaddd %1, %0, %0"                \
                     : "+v"(acc), "=&v"(t)                                     \
                     : "v"(x), "v"(y));                                        \
  } while (0)
#endif
#define FMA(acc, x, y)                                                         \
  __asm__ volatile("vfmadd231ps %2, %1, %0" : "+v"(acc) : "v"(x), "v"(y))
#define KEEP(acc) __asm__ volatile("" : "+v"(acc))
#elif defined(__ARM_FEATURE_DOTPROD)
#include <arm_neon.h>
typedef int32x4_t Int;
typedef float32x4_t Float;
enum { kIntMacs = 16, kFloatMacs = 4 };
#define DOT(acc, x, y)                                                         \
  __asm__ volatile("sdot %0.4s, %1.16b, %2.16b" : "+w"(acc) : "w"(x), "w"(y))
#define FMA(acc, x, y)                                                         \
  __asm__ volatile("fmla %0.4s, %1.4s, %2.4s" : "+w"(acc) : "w"(x), "w"(y))
#define KEEP(acc) __asm__ volatile("" : "+w"(acc))
#elif defined(__aarch64__)
#include <arm_neon.h>
typedef int32x4_t Int;
typedef float32x4_t Float;
enum { kIntMacs = 4, kFloatMacs = 4 };
#define DOT(acc, x, y)                                                         \
  __asm__ volatile("smlal %0.4s, %1.4h, %2.4h" : "+w"(acc) : "w"(x), "w"(y))
#define FMA(acc, x, y)                                                         \
  __asm__ volatile("fmla %0.4s, %1.4s, %2.4s" : "+w"(acc) : "w"(x), "w"(y))
#define KEEP(acc) __asm__ volatile("" : "+w"(acc))
#elif defined(__SSE2__)
#include <emmintrin.h>
typedef __m128i Int;
typedef __m128 Float;
enum { kIntMacs = 8, kFloatMacs = 4 };
#define DOT(acc, x, y)                                                         \
  do {                                                                         \
    Int t = x;                                                                 \
    __asm__ volatile("pmaddwd %2, %1\n\tpaddd %1, %0"                          \
                     : "+x"(acc), "+x"(t)                                      \
                     : "x"(y));                                                \
  } while (0)
#define FMA(acc, x, y)                                                         \
  do {                                                                         \
    Float t = x;                                                               \
    __asm__ volatile("mulps %2, %1\n\taddps %1, %0"                            \
                     : "+x"(acc), "+x"(t)                                      \
                     : "x"(y));                                                \
  } while (0)
#define KEEP(acc) __asm__ volatile("" : "+x"(acc))
#else
#error "no instructions are known for this target"
#endif

// Twelve chains hide the latency of every core we know, and leave the operands
// registers.
#define CHAINS(OP)                                                             \
  OP(0) OP(1) OP(2) OP(3) OP(4) OP(5) OP(6) OP(7) OP(8) OP(9) OP(10) OP(11)
// A function without calls, so that the chains stay in registers.
#define MEASURE(function, Type, STEP)                                          \
  static __attribute__((noinline)) void function##Run(void) {                  \
    typedef Type Chain;                                                        \
    CHAINS(DECLARE_CHAIN)                                                      \
    Type x = {0}, y = {0};                                                     \
    KEEP(x);                                                                   \
    KEEP(y);                                                                   \
    for (int i = 0; i < kTrips; ++i) {                                         \
      CHAINS(STEP)                                                             \
    }                                                                          \
    CHAINS(KEEP_CHAIN)                                                         \
  }                                                                            \
  static double function(void) {                                               \
    double best = 1e9;                                                         \
    for (int r = 0; r < kRepetitions; ++r) {                                   \
      double start = seconds();                                                \
      function##Run();                                                         \
      double time = seconds() - start;                                         \
      best = time < best ? time : best;                                        \
    }                                                                          \
    return (double)kTrips * kChains / best * 1e-9;                             \
  }
#define DECLARE_CHAIN(i) Chain a##i = {0};
#define KEEP_CHAIN(i) KEEP(a##i);
#define DOT_CHAIN(i) DOT(a##i, x, y);
#define FMA_CHAIN(i) FMA(a##i, x, y);
MEASURE(dotRate, Int, DOT_CHAIN)
MEASURE(fmaRate, Float, FMA_CHAIN)

int main(void) {
  printf("%.1f %.1f\n", dotRate() * kIntMacs, fmaRate() * kFloatMacs);
  return 0;
}
