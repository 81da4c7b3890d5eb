// The small network's memory and everything that is not a product.

#include "network.h"

#include <math.h>

static size_t outputs(const gw_network *n) { return (size_t)2 * gw_depth(n, n->layer_count); }

size_t gw_network_body(const gw_network *n) {
    size_t count = 0;
    for (int layer = 0; layer < n->layer_count; layer++)
        count += gw_layer_weights(n, layer) + gw_depth(n, layer + 1);
    return count;
}

size_t gw_network_parameters(const gw_network *n) {
    return gw_network_body(n) + (outputs(n) + 1) * n->classes;
}

/// Takes 64-byte aligned pieces from memory, or only counts them.
static void *take(char *memory, size_t *used, size_t bytes) {
    char *piece = memory ? memory + *used : NULL;
    *used += (bytes + 63) & ~(size_t)63;
    return piece;
}

void gw_lay_out(const gw_network *n, void *memory, gw_workspace *to, size_t *bytes) {
    char *start = memory ? (char *)(((uintptr_t)memory + 63) & ~(uintptr_t)63) : NULL;
    size_t used = 0;
    for (int level = 0; level <= n->layer_count; level++) {
        int side = gw_side(n, level);
        to->level[level] = take(start, &used, gw_level_floats(n, level) * sizeof(float));
        to->slope[level] = level ? take(start, &used, gw_level_floats(n, level) * sizeof(float)) : NULL;
        to->pixel_at[level] = take(start, &used, sizeof(int32_t) * side * side);
    }
    for (int layer = 0; layer < n->layer_count; layer++) {
        int side = gw_side(n, layer + 1);
        to->transposed[layer] = take(start, &used, gw_layer_weights(n, layer) * sizeof(float));
        to->window_at[layer] = take(start, &used, sizeof(int32_t) * side * side);
    }
    to->pooled = take(start, &used, outputs(n) * sizeof(float));
    to->pooled_slope = take(start, &used, outputs(n) * sizeof(float));
    to->kept = take(start, &used, outputs(n) * sizeof(float));
    to->peak = take(start, &used, outputs(n) * sizeof(int32_t));
    to->gradient_of_logits = take(start, &used, n->classes * sizeof(float));
    *bytes = used + 64;
}

size_t gw_network_workspace(const gw_network *n) {
    gw_workspace w;
    size_t bytes;
    gw_lay_out(n, NULL, &w, &bytes);
    return bytes;
}

void gw_network_prepare(const gw_network *n, void *workspace) {
    gw_workspace w;
    size_t bytes;
    memset(workspace, 0, gw_network_workspace(n));
    gw_lay_out(n, workspace, &w, &bytes);
    for (int level = 0; level <= n->layer_count; level++) {
        int side = gw_side(n, level), depth = gw_depth(n, level);
        for (int y = 0, index = 0; y < side; y++)
            for (int x = 0; x < side; x++, index++)
                w.pixel_at[level][index] = ((y + 1) * (side + 2) + x + 1) * depth;
    }
    for (int layer = 0; layer < n->layer_count; layer++) {
        int side = gw_side(n, layer + 1), from = gw_side(n, layer), depth = gw_depth(n, layer);
        int stride = n->layers[layer].stride, first = n->layers[layer].kernel == 1 ? 1 : 0;
        for (int y = 0, index = 0; y < side; y++)
            for (int x = 0; x < side; x++, index++)
                w.window_at[layer][index] = ((y * stride + first) * (from + 2) + x * stride + first) * depth;
    }
}

void gw_network_load_pixels(
    const gw_network *n, void *workspace, const uint8_t *pixels, const float gain[3], const float offset[3], int down,
    int right, int is_mirrored) {
    gw_workspace w;
    size_t bytes;
    gw_lay_out(n, workspace, &w, &bytes);
    int side = n->side;
    for (int y = 0; y < side; y++)
        for (int x = 0; x < side; x++) {
            float *to = w.level[0] + ((size_t)(y + 1) * (side + 2) + x + 1) * 3;
            int row = y - down, column = (is_mirrored ? side - 1 - x : x) - right;
            int is_inside = row >= 0 && row < side && column >= 0 && column < side;
            const uint8_t *from = pixels + ((size_t)row * side + column) * 3;
            for (int channel = 0; channel < 3; channel++)
                to[channel] = is_inside ? from[channel] * gain[channel] + offset[channel] : 0;
        }
}

void gw_network_transpose(const gw_network *n, const float *parameters, void *workspace) {
    gw_workspace w;
    size_t bytes;
    gw_lay_out(n, workspace, &w, &bytes);
    for (int layer = 0; layer < n->layer_count; layer++) {
        int in = gw_depth(n, layer), out = gw_depth(n, layer + 1);
        int taps = n->layers[layer].kernel * n->layers[layer].kernel;
        for (int tap = 0; tap < taps && layer > 0; tap++)
            for (int i = 0; i < in; i++)
                for (int o = 0; o < out; o++)
                    ((float *)w.transposed[layer])[((size_t)tap * out + o) * in + i] =
                        parameters[((size_t)tap * in + i) * out + o];
        parameters += gw_layer_weights(n, layer) + out;
    }
}

void gw_softmax(float *logits, int count) {
    float highest = logits[0], total = 0;
    for (int index = 1; index < count; index++)
        if (logits[index] > highest) highest = logits[index];
    for (int index = 0; index < count; index++) total += logits[index] = expf(logits[index] - highest);
    for (int index = 0; index < count; index++) logits[index] /= total;
}

void gw_adam_step(
    float *parameters, float *gradient, float *mean, float *variance, size_t count, int step, float rate, float decay,
    float gradient_scale) {
    const float keep_mean = 0.9f, keep_variance = 0.999f, tiny = 1e-8f;
    float mean_scale = 1 / (1 - powf(keep_mean, (float)step));
    float variance_scale = 1 / (1 - powf(keep_variance, (float)step));
    for (size_t index = 0; index < count; index++) {
        float slope = gradient[index] * gradient_scale;
        mean[index] = keep_mean * mean[index] + (1 - keep_mean) * slope;
        variance[index] = keep_variance * variance[index] + (1 - keep_variance) * slope * slope;
        float direction = mean[index] * mean_scale / (sqrtf(variance[index] * variance_scale) + tiny);
        parameters[index] -= rate * (direction + decay * parameters[index]);
        gradient[index] = 0;
    }
}

void gw_colour_sums(const uint8_t *pixels, int count, double *sums, double *squares) {
    for (int colour = 0; colour < 3; colour++) {
        int64_t sum = 0, square = 0;
        for (int pixel = 0; pixel < count; pixel++) {
            int64_t value = pixels[3 * pixel + colour];
            sum += value, square += value * value;
        }
        sums[colour] += (double)sum, squares[colour] += (double)square;
    }
}
