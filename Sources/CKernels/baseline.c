// The kernels for every processor: what the compiler makes of them for the oldest one it supports.
#include "kernels.h"

// Every function with a vector in its signature is inlined, so that no call depends on how one is passed.
#pragma clang diagnostic ignored "-Wpsabi"
#define NAME(name) baseline_##name
#define MAX_ROWS 3
#define MULTIPLY_ADD(a, b, c) ((a) * (b) + (c))
#include "gemm.inc.h"
#include "backbone.inc.h"

/// IEEE half to single precision.
static float value_of_half(uint16_t half) {
    uint32_t sign = (uint32_t)(half & 0x8000) << 16, rest = half & 0x7fff, bits;
    float value;
    if (rest >= 0x7c00) {
        bits = sign | 0x7f800000 | (rest & 0x3ff) << 13;
        memcpy(&value, &bits, 4);
        return value;
    }
    // As a single of the same bit pattern it is 2^112 times too small, subnormal halves included.
    bits = rest << 13;
    memcpy(&value, &bits, 4);
    value *= 0x1p112f;
    memcpy(&bits, &value, 4);
    bits |= sign;
    memcpy(&value, &bits, 4);
    return value;
}

/// Single to half precision, to the nearest, ties to even.
static uint16_t half_of_value(float value) {
    uint32_t bits;
    memcpy(&bits, &value, 4);
    uint16_t sign = (uint16_t)(bits >> 16 & 0x8000);
    bits &= 0x7fffffff;
    if (bits > 0x7f800000) return sign | 0x7e00 | (bits >> 13 & 0x3ff);
    if (bits >= 0x477ff000) return sign | 0x7c00;
    if (bits < 0x38800000) {
        // Adding 0.5 puts the last bit of a subnormal half at the last bit of the sum, rounded by the adder.
        float sum;
        memcpy(&sum, &bits, 4);
        sum += 0.5f;
        memcpy(&bits, &sum, 4);
        return sign | (uint16_t)(bits - 0x3f000000);
    }
    bits += 0xc8000fff + (bits >> 13 & 1);
    return sign | (uint16_t)(bits >> 13);
}

static void baseline_from_halves(
    const uint16_t *halves, const float *shift, const float *scale, float *out, int count) {
    for (int index = 0; index < count; index++)
        out[index] = (value_of_half(halves[index]) - shift[index]) * scale[index];
}

static void baseline_to_halves(const float *values, uint16_t *out, int count) {
    for (int index = 0; index < count; index++) out[index] = half_of_value(values[index]);
}

#include "dense.inc.h"
#include "network.inc.h"

const gw_kernels *gw_baseline_kernels(void) { return &baseline_kernels; }
