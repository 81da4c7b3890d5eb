// What the kernels of every instruction set share.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/// What happens to a finished sum.
typedef enum { GW_PLAIN, GW_RELU, GW_RELU6, GW_ADD } gw_finish;

/// A product of gathered rows with a weight matrix. Row r of the left side is `taps` runs of `depth` values, the run of
/// a tap beginning at in + in_at[r] + tap_at[tap]; row r of the result is at out + out_at[r]. Offsets count floats.
typedef struct {
    const float *in;
    const int32_t *in_at;
    const int32_t *tap_at;
    int rows, taps, depth, columns;
    const float *weights;
    int is_packed;
    const float *bias;
    float *out;
    const int32_t *out_at;
    gw_finish finish;
} gw_product;
