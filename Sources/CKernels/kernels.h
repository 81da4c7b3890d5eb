// The kernels of one instruction set.
#pragma once

#include "backbone.h"
#include "dense.h"
#include "network.h"

typedef struct {
    gw_backbone_function *backbone;
    gw_rest_function *rest;
    gw_pool_function *pool;
    const float *(*run_layers)(const gw_network *n, const float *parameters, const gw_workspace *w);
    void (*linear)(const gw_network *n, const float *linear, const float *pooled, float *logits);
    void (*backward)(const gw_network *n, const float *parameters, const gw_workspace *w, float *gradient);
    void (*run_dense)(const gw_dense *n, const float *parameters, const gw_dense_workspace_parts *w);
    void (*run_dense_back)(const gw_dense *n, const gw_dense_workspace_parts *w, float *gradient);
    /// out = (half - shift) * scale, for each of `count` numbers.
    void (*from_halves)(const uint16_t *halves, const float *shift, const float *scale, float *out, int count);
    void (*to_halves)(const float *values, uint16_t *out, int count);
} gw_kernels;

/// What `gw_network_load_maps` does, into a level with one pixel of zeros around it.
void gw_load_maps(
    float *level, int side, int channels, const uint16_t *maps, const float *shift, const float *scale, int down,
    int right, int is_mirrored, int nested);

/// The best set that this processor can run.
const gw_kernels *gw_chosen_kernels(void);
#if defined(__x86_64__)
const gw_kernels *gw_avx2_kernels(void);
#endif
const gw_kernels *gw_baseline_kernels(void);
