// How a small network lies in memory.
#pragma once

#include "CKernels.h"
#include "product.h"

/// Level 0 is the input, level n the result of layer n; each has one pixel of zeros around it.
static inline int gw_side(const gw_network *n, int level) {
    int side = n->side;
    for (int layer = 0; layer < level; layer++) side /= n->layers[layer].stride;
    return side;
}
static inline int gw_depth(const gw_network *n, int level) {
    return level == 0 ? n->channels : n->layers[level - 1].channels;
}
static inline size_t gw_level_floats(const gw_network *n, int level) {
    size_t side = gw_side(n, level) + 2;
    return side * side * gw_depth(n, level);
}
static inline size_t gw_layer_weights(const gw_network *n, int layer) {
    int kernel = n->layers[layer].kernel;
    return (size_t)kernel * kernel * gw_depth(n, layer) * gw_depth(n, layer + 1);
}

/// The parts of a workspace.
typedef struct {
    float *level[GW_LAYERS + 1];
    float *slope[GW_LAYERS + 1];       // of the levels above the input
    const float *transposed[GW_LAYERS];  // weights with their last two dimensions exchanged
    float *pooled;                     // mean, then maximum, of each channel
    float *pooled_slope;
    float *kept;                       // 0 or a factor for each pooled value
    int32_t *peak;                     // where each maximum is
    int32_t *window_at[GW_LAYERS];     // first pixel of the window of each result
    int32_t *pixel_at[GW_LAYERS + 1];  // each pixel of a level
    float *gradient_of_logits;
} gw_workspace;

void gw_lay_out(const gw_network *n, void *memory, gw_workspace *to, size_t *bytes);
