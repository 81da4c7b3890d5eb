// The geometry of the backbone.
#pragma once

#include "CKernels.h"
#include "product.h"

enum {
    GW_BLOCKS = 16,
    GW_BLOCKS_TO_16 = 11,  // those up to stride 16; the others are the rest
    GW_MOST_PIXELS = 336,  // that one product takes: three rows of the widest image
    GW_HEAD = 1280,
};

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
    {14, 112, 192, 5, 2, 1, 0},
    {7, 192, 192, 5, 1, 1, 1}, {7, 192, 192, 5, 1, 1, 1}, {7, 192, 192, 5, 1, 1, 1},
    {7, 192, 320, 3, 1, 1, 0},
};

/// The images between blocks, by stride; `half` also takes the last one.
typedef struct {
    float *half, *half_narrow, *quarter, *eighth, *sixteenth, *ring;
} gw_backbone_buffers;

static inline int gw_channels(const gw_block *b) { return b->is_widened ? 6 * b->in : b->in; }

/// Rows and columns of zeros before the image; the rest of the padding comes after it (TensorFlow's "same").
static inline int gw_padding(const gw_block *b) { return (b->kernel - b->stride) / 2; }

/// Result rows made at once. Narrow images take several, so that products have many rows and few rows left over.
static inline int gw_lines(const gw_block *b) {
    int size = b->size / b->stride;
    return size == 7 ? 7 : size == 14 ? 3 : 1;
}

/// Widened rows that are kept: the window of the rows made at once.
static inline int gw_kept_rows(const gw_block *b) {
    int rows = b->kernel + (gw_lines(b) - 1) * b->stride;
    return rows < b->size ? rows : b->size;
}

/// Floats of a widened row with its padding.
static inline size_t gw_row_length(const gw_block *b) { return (size_t)(b->size + b->kernel) * gw_channels(b); }

/// Working memory of a block: the kept rows, one of zeros, and the result rows before they are narrowed.
static inline size_t gw_ring_floats(const gw_block *b) {
    return (gw_kept_rows(b) + 1) * gw_row_length(b) + (size_t)gw_lines(b) * (b->size / b->stride) * gw_channels(b);
}

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

/// From the map of stride 16 to the head: `wide`, of 7 x 7 x 1280 numbers, gets the result; `in` is overwritten.
typedef void gw_rest_function(const float *weights, float *in, float *seventh, float *wide, float *ring);
/// Mean and maximum of each channel over all pixels.
typedef void gw_pool_function(const float *in, int pixels, int channels, float *mean, float *highest);
