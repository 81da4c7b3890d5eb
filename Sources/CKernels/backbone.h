// The geometry of the backbone.
#pragma once

#include "CKernels.h"
#include "product.h"

enum { GW_BLOCKS = 11, GW_WIDEST = 112 };

/// An inverted residual block: widen six times (not the first), depthwise convolution, narrow.
typedef struct {
    int size;  // of the square input image
    int in, out;
    int kernel, stride;
    int is_widened;
    int adds;  // its input, to the result
} gw_block;

static const gw_block gw_blocks[GW_BLOCKS] = {
    {112, 32, 16, 3, 1, 0, 0},
    {112, 16, 24, 3, 2, 1, 0}, {56, 24, 24, 3, 1, 1, 1},
    {56, 24, 40, 5, 2, 1, 0}, {28, 40, 40, 5, 1, 1, 1},
    {28, 40, 80, 3, 2, 1, 0}, {14, 80, 80, 3, 1, 1, 1}, {14, 80, 80, 3, 1, 1, 1},
    {14, 80, 112, 5, 1, 1, 0}, {14, 112, 112, 5, 1, 1, 1}, {14, 112, 112, 5, 1, 1, 1},
};

/// The images between blocks, by stride; `half` also takes the last one.
typedef struct {
    float *half, *half_narrow, *quarter, *eighth, *sixteenth, *ring;
} gw_backbone_buffers;

static inline int gw_channels(const gw_block *b) { return b->is_widened ? 6 * b->in : b->in; }

/// Rows and columns of zeros before the image; the rest of the padding comes after it (TensorFlow's "same").
static inline int gw_padding(const gw_block *b) { return (b->kernel - b->stride) / 2; }

static inline size_t gw_block_weights(const gw_block *b) {
    size_t channels = gw_channels(b);
    return (b->is_widened ? (b->in + 1) * channels : 0) + (b->kernel * b->kernel + 1) * channels
        + (channels + 1) * b->out;
}

static inline float *gw_block_output(const gw_backbone_buffers *to, int index) {
    switch (index) {
    case 0: return to->half_narrow;
    case 1: return to->quarter;
    case 3: return to->eighth;
    case 5: return to->sixteenth;
    default: return to->half;
    }
}

typedef void gw_backbone_function(const float *weights, const float *image, const gw_backbone_buffers *to);
