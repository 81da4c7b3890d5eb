// The kernels for x86-64 processors with AVX2, FMA and F16C.
#if defined(__x86_64__)
#include <immintrin.h>

#include "kernels.h"

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#define NAME(name) avx2_##name
#define MAX_ROWS 6
#define MULTIPLY_ADD(a, b, c) __builtin_elementwise_fma(a, b, c)
#include "gemm.inc.h"
#include "backbone.inc.h"

static void avx2_from_halves(const uint16_t *halves, const float *shift, const float *scale, float *out, int count) {
    int index = 0;
    for (; index + 8 <= count; index += 8) {
        avx2_vector value = (avx2_vector)_mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(halves + index)));
        avx2_store(out + index, (value - avx2_load(shift + index)) * avx2_load(scale + index));
    }
    for (; index < count; index++) out[index] = (_cvtsh_ss(halves[index]) - shift[index]) * scale[index];
}

static void avx2_to_halves(const float *values, uint16_t *out, int count) {
    for (int index = 0; index < count; index++) out[index] = _cvtss_sh(values[index], _MM_FROUND_TO_NEAREST_INT);
}

#include "dense.inc.h"
#include "network.inc.h"
#pragma clang attribute pop

const gw_kernels *gw_avx2_kernels(void) { return &avx2_kernels; }
#endif
