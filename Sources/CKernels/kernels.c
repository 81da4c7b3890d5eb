// Chooses the instruction set and offers what Swift calls.

#include "kernels.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>

static const gw_kernels *choose(void) {
    const char *wish = getenv("GROUNDWORK_INSTRUCTION_SET");
    if (wish && strcmp(wish, "baseline") == 0) return gw_baseline_kernels();
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c"))
        return gw_avx2_kernels();
#endif
    return gw_baseline_kernels();
}

const gw_kernels *gw_chosen_kernels(void) {
    // Two threads that come here first both find the same answer.
    static _Atomic(const gw_kernels *) chosen;
    const gw_kernels *kernels = atomic_load_explicit(&chosen, memory_order_relaxed);
    if (!kernels) atomic_store_explicit(&chosen, kernels = choose(), memory_order_relaxed);
    return kernels;
}

const char *gw_instruction_set(void) { return gw_chosen_kernels() == gw_baseline_kernels() ? "baseline" : "avx2"; }

// MARK: Backbone

/// Rows of `columns` numbers to panels of 16 columns, the last one of 8 where they do not come out even.
static void pack(const float *flat, float *packed, int depth, int columns) {
    for (int first = 0; first < columns; first += 16) {
        int width = columns - first < 16 ? columns - first : 16;
        for (int row = 0; row < depth; row++, packed += width)
            memcpy(packed, flat + (size_t)row * columns + first, sizeof(float) * width);
    }
}

/// Packs the blocks from `first` up to `end`; returns the number of weights they have.
static size_t pack_blocks(const float *flat, float *packed, int first, int end) {
    size_t at = 0;
    for (int index = first; index < end; index++) {
        const gw_block *b = &gw_blocks[index];
        size_t channels = gw_channels(b);
        if (b->is_widened) pack(flat + at, packed + at, b->in, (int)channels);
        size_t narrowing = at + (b->is_widened ? (b->in + 1) * channels : 0)
            + (b->kernel * b->kernel + 1) * channels;
        pack(flat + narrowing, packed + narrowing, (int)channels, b->out);
        at += gw_block_weights(b);
    }
    return at;
}

void gw_backbone_pack(const float *flat, float *packed) {
    memcpy(packed, flat, sizeof(float) * GW_BACKBONE_WEIGHTS);
    pack(flat, packed, 27, 32);
    pack_blocks(flat + 28 * 32, packed + 28 * 32, 0, GW_BLOCKS_TO_16);
}

void gw_rest_pack(const float *flat, float *packed) {
    memcpy(packed, flat, sizeof(float) * GW_REST_WEIGHTS);
    size_t head = pack_blocks(flat, packed, GW_BLOCKS_TO_16, GW_BLOCKS);
    pack(flat + head, packed + head, gw_blocks[GW_BLOCKS - 1].out, GW_HEAD);
}

enum {
    IMAGE = 225 * 225 * 3,
    HALF = 112 * 112 * 32,
    HALF_NARROW = 112 * 112 * 16,
    QUARTER = 56 * 56 * 24,
    EIGHTH = 28 * 28 * 40,
    SIXTEENTH = 14 * 14 * 80,
    MAP = 14 * 14 * 112,
    SEVENTH = 7 * 7 * 192,
    WIDE = 7 * 7 * GW_HEAD,
};

/// The working memory that suffices for each of some blocks.
static size_t ring_floats(int first, int end) {
    size_t most = 0;
    for (int index = first; index < end; index++) {
        size_t floats = gw_ring_floats(&gw_blocks[index]);
        if (floats > most) most = floats;
    }
    return most;
}

size_t gw_backbone_workspace(void) {
    return sizeof(float)
        * (IMAGE + 3 + HALF + HALF_NARROW + QUARTER + EIGHTH + SIXTEENTH + ring_floats(0, GW_BLOCKS_TO_16));
}

/// (value - 127) / 128, as the network was trained, with a row and a column of zeros after the image.
static void normalise(const uint8_t *pixels, float *image) {
    const int side = GW_BACKBONE_SIDE;
    for (int y = 0; y < side; y++) {
        for (int x = 0; x < side * 3; x++) *image++ = ((float)*pixels++ - 127) / 128;
        for (int x = 0; x < 3; x++) *image++ = 0;
    }
    memset(image, 0, sizeof(float) * (side + 1) * 3);
}

void gw_backbone_run(const float *packed, const uint8_t *pixels, void *workspace, uint16_t *maps) {
    float *image = workspace;
    gw_backbone_buffers to = {.half = image + IMAGE + 3};
    to.half_narrow = to.half + HALF;
    to.quarter = to.half_narrow + HALF_NARROW;
    to.eighth = to.quarter + QUARTER;
    to.sixteenth = to.eighth + EIGHTH;
    to.ring = to.sixteenth + SIXTEENTH;
    normalise(pixels, image);
    const gw_kernels *kernels = gw_chosen_kernels();
    kernels->backbone(packed, image, &to);
    for (int y = 0; y < GW_MAP_SIDE; y++)
        for (int x = 0; x < GW_MAP_SIDE; x++, maps += GW_MAP_CHANNELS) {
            kernels->to_halves(to.half + (y * GW_MAP_SIDE + x) * 112, maps, 112);
            for (int place = 0; place < 4; place++) {
                int row = 2 * y + place / 2, column = 2 * x + place % 2;
                kernels->to_halves(to.eighth + (row * 28 + column) * 40, maps + 112 + place * 40, 40);
            }
        }
}

// MARK: The rest of the backbone

size_t gw_rest_workspace(void) {
    return sizeof(float) * (MAP + SEVENTH + WIDE + ring_floats(GW_BLOCKS_TO_16, GW_BLOCKS) + GW_POOLED);
}

void gw_values_of_halves(const uint16_t *halves, float *values, int count) {
    enum { RUN = 64 };
    float zeros[RUN] = {0}, ones[RUN];
    for (int index = 0; index < RUN; index++) ones[index] = 1;
    for (int first = 0; first < count; first += RUN)
        gw_chosen_kernels()->from_halves(
            halves + first, zeros, ones, values + first, count - first < RUN ? count - first : RUN);
}

void gw_rest_run(const float *packed, const uint16_t *maps, void *workspace, uint16_t *pooled) {
    enum { MIDDLE = 112, NESTED = GW_MAP_CHANNELS - MIDDLE, PART = NESTED / 4, PIXELS = GW_MAP_SIDE * GW_MAP_SIDE };
    const gw_kernels *kernels = gw_chosen_kernels();
    float *map = workspace, *seventh = map + MAP, *wide = seventh + SEVENTH, *values = wide + WIDE;
    float *ring = values + GW_POOLED, *middle = values + 2 * GW_HEAD, *eighth = middle + 2 * MIDDLE;
    float unused[PART];
    // The head's place holds the map of stride 8 until the head is made.
    for (int pixel = 0; pixel < PIXELS; pixel++) {
        gw_values_of_halves(maps + pixel * GW_MAP_CHANNELS, map + pixel * MIDDLE, MIDDLE);
        gw_values_of_halves(maps + pixel * GW_MAP_CHANNELS + MIDDLE, wide + pixel * NESTED, NESTED);
    }
    kernels->pool(map, PIXELS, MIDDLE, middle, middle + MIDDLE);
    kernels->pool(wide, 4 * PIXELS, PART, unused, eighth);
    kernels->rest(packed, map, seventh, wide, ring);
    kernels->pool(wide, 49, GW_HEAD, values, values + GW_HEAD);
    kernels->to_halves(values, pooled, GW_POOLED);
}

// MARK: Small network

static gw_workspace laid_out(const gw_network *n, void *memory) {
    gw_workspace w;
    size_t bytes;
    gw_lay_out(n, memory, &w, &bytes);
    return w;
}

void gw_load_maps(
    float *level, int side, int channels, const uint16_t *maps, const float *shift, const float *scale, int down,
    int right, int is_mirrored, int nested) {
    const gw_kernels *kernels = gw_chosen_kernels();
    int plain = channels - nested, part = nested / 4;
    for (int y = 0; y < side; y++)
        for (int x = 0; x < side; x++) {
            float *to = level + ((size_t)(y + 1) * (side + 2) + x + 1) * channels;
            int row = y - down, column = (is_mirrored ? side - 1 - x : x) - right;
            if (row < 0 || row >= side || column < 0 || column >= side) {
                memset(to, 0, sizeof(float) * channels);
                continue;
            }
            const uint16_t *from = maps + ((size_t)row * side + column) * channels;
            if (!is_mirrored) {
                kernels->from_halves(from, shift, scale, to, channels);
                continue;
            }
            kernels->from_halves(from, shift, scale, to, plain);
            for (int place = 0; place < 4 && part; place++) {
                int at = plain + place * part;
                kernels->from_halves(from + plain + (place ^ 1) * part, shift + at, scale + at, to + at, part);
            }
        }
}

void gw_network_load_maps(
    const gw_network *n, void *workspace, const uint16_t *maps, const float *shift, const float *scale, int down,
    int right, int is_mirrored, int nested) {
    gw_workspace w = laid_out(n, workspace);
    gw_load_maps(w.level[0], n->side, n->channels, maps, shift, scale, down, right, is_mirrored, nested);
}

void gw_network_forward(const gw_network *n, const float *parameters, void *workspace, float *logits) {
    gw_workspace w = laid_out(n, workspace);
    const gw_kernels *kernels = gw_chosen_kernels();
    kernels->linear(n, kernels->run_layers(n, parameters, &w), w.pooled, logits);
}

float gw_network_learn(
    const gw_network *n, const float *parameters, void *workspace, const float *targets, const uint64_t *kept,
    float keep_factor, float *gradient) {
    gw_workspace w = laid_out(n, workspace);
    const gw_kernels *kernels = gw_chosen_kernels();
    const float *linear = kernels->run_layers(n, parameters, &w);
    int outputs = 2 * gw_depth(n, n->layer_count);
    for (int index = 0; index < outputs; index++) {
        w.kept[index] = kept[index / 64] >> (index % 64) & 1 ? keep_factor : 0;
        w.pooled[index] *= w.kept[index];
    }
    kernels->linear(n, linear, w.pooled, w.gradient_of_logits);
    gw_softmax(w.gradient_of_logits, n->classes);
    float loss = 0;
    for (int label = 0; label < n->classes; label++) {
        if (targets[label] > 0) loss -= targets[label] * logf(fmaxf(w.gradient_of_logits[label], 1e-30f));
        w.gradient_of_logits[label] -= targets[label];
    }
    kernels->backward(n, parameters, &w, gradient);
    return loss;
}

void gw_channel_sums(const uint16_t *maps, int pixels, int channels, double *sums, double *squares) {
    const gw_kernels *kernels = gw_chosen_kernels();
    float zeros[64] = {0}, ones[64], values[64];
    for (int index = 0; index < 64; index++) ones[index] = 1;
    for (int pixel = 0; pixel < pixels; pixel++, maps += channels)
        for (int first = 0; first < channels; first += 64) {
            int count = channels - first < 64 ? channels - first : 64;
            kernels->from_halves(maps + first, zeros, ones, values, count);
            for (int index = 0; index < count; index++) {
                sums[first + index] += values[index];
                squares[first + index] += (double)values[index] * values[index];
            }
        }
}
