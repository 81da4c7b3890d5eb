// How a dense network lies in memory.
#pragma once

#include "CKernels.h"
#include "product.h"

/// Level 0 is the input, level n the result of layer n; each has one pixel of zeros around it.
static inline int gw_dense_level_side(const gw_dense *n, int level) {
    int side = n->side;
    for (int layer = 0; layer < level; layer++) side <<= n->layers[layer].is_doubled ? 1 : 0;
    return side;
}
static inline int gw_dense_depth(const gw_dense *n, int level) {
    if (level == 0) return n->channels;
    const gw_dense_layer *layer = &n->layers[level - 1];
    return layer->channels + (layer->is_joined ? n->nested / 4 : 0);
}
static inline size_t gw_dense_floats(const gw_dense *n, int level) {
    size_t side = gw_dense_level_side(n, level) + 2;
    return side * side * gw_dense_depth(n, level);
}
/// Matrices of a layer: one for each place in the window, or for each of the four places that a pixel becomes.
static inline int gw_dense_matrices(const gw_dense *n, int layer) {
    return n->layers[layer].is_doubled ? 4 : n->layers[layer].kernel * n->layers[layer].kernel;
}
static inline size_t gw_dense_weights(const gw_dense *n, int layer) {
    return (size_t)gw_dense_matrices(n, layer) * gw_dense_depth(n, layer) * n->layers[layer].channels;
}

/// The parts of a workspace.
typedef struct {
    float *level[GW_DENSE_LAYERS + 1];
    float *slope[GW_DENSE_LAYERS + 1];    // of the levels above the input
    float *turned[GW_DENSE_LAYERS];       // weights for the way back: transposed, and the window turned by half
    int32_t *window_at[GW_DENSE_LAYERS];  // first pixel of the window of each result, in the level below
    int32_t *back_at[GW_DENSE_LAYERS];    // likewise in the slopes of the level above, for the way back
    int32_t *pixel_at[GW_DENSE_LAYERS + 1];
    int32_t *place_at[GW_DENSE_LAYERS];  // of a doubled layer: the first of the four places of each pixel
} gw_dense_workspace_parts;

void gw_dense_lay_out(const gw_dense *n, void *memory, gw_dense_workspace_parts *to, size_t *bytes);
