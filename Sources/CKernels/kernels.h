// The kernels of one instruction set.
#pragma once

#include "backbone.h"
#include "network.h"

typedef struct {
    gw_backbone_function *backbone;
    gw_rest_function *rest;
    gw_pool_function *pool;
    const float *(*run_layers)(const gw_network *n, const float *parameters, const gw_workspace *w);
    void (*linear)(const gw_network *n, const float *linear, const float *pooled, float *logits);
    void (*backward)(const gw_network *n, const float *parameters, const gw_workspace *w, float *gradient);
    /// out = (half - shift) * scale, for each of `count` numbers.
    void (*from_halves)(const uint16_t *halves, const float *shift, const float *scale, float *out, int count);
    void (*to_halves)(const float *values, uint16_t *out, int count);
} gw_kernels;

/// The best set that this processor can run.
const gw_kernels *gw_chosen_kernels(void);
#if defined(__x86_64__)
const gw_kernels *gw_avx2_kernels(void);
#endif
const gw_kernels *gw_baseline_kernels(void);
