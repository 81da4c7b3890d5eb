// The dense network's memory and everything that is not a product.

#include "dense.h"
#include "kernels.h"

size_t gw_dense_parameters(const gw_dense *n) {
    size_t count = 0;
    for (int layer = 0; layer < n->layer_count; layer++)
        count += gw_dense_weights(n, layer) + n->layers[layer].channels;
    return count;
}

int gw_dense_result_side(const gw_dense *n) { return gw_dense_level_side(n, n->layer_count); }

/// Takes 64-byte aligned pieces from memory, or only counts them.
static void *take(char *memory, size_t *used, size_t bytes) {
    char *piece = memory ? memory + *used : NULL;
    *used += (bytes + 63) & ~(size_t)63;
    return piece;
}

void gw_dense_lay_out(const gw_dense *n, void *memory, gw_dense_workspace_parts *to, size_t *bytes) {
    char *start = memory ? (char *)(((uintptr_t)memory + 63) & ~(uintptr_t)63) : NULL;
    size_t used = 0;
    for (int level = 0; level <= n->layer_count; level++) {
        size_t pixels = (size_t)gw_dense_level_side(n, level) * gw_dense_level_side(n, level);
        to->level[level] = take(start, &used, gw_dense_floats(n, level) * sizeof(float));
        to->slope[level] = level ? take(start, &used, gw_dense_floats(n, level) * sizeof(float)) : NULL;
        to->pixel_at[level] = take(start, &used, pixels * sizeof(int32_t));
    }
    for (int layer = 0; layer < n->layer_count; layer++) {
        size_t pixels = (size_t)gw_dense_level_side(n, layer) * gw_dense_level_side(n, layer);
        to->turned[layer] = take(start, &used, gw_dense_weights(n, layer) * sizeof(float));
        to->window_at[layer] = take(start, &used, pixels * sizeof(int32_t));
        to->back_at[layer] = take(start, &used, pixels * sizeof(int32_t));
        to->place_at[layer] = take(start, &used, pixels * sizeof(int32_t));
    }
    *bytes = used + 64;
}

size_t gw_dense_workspace(const gw_dense *n) {
    gw_dense_workspace_parts w;
    size_t bytes;
    gw_dense_lay_out(n, NULL, &w, &bytes);
    return bytes;
}

void gw_dense_prepare(const gw_dense *n, void *workspace) {
    gw_dense_workspace_parts w;
    size_t bytes;
    memset(workspace, 0, gw_dense_workspace(n));
    gw_dense_lay_out(n, workspace, &w, &bytes);
    for (int level = 0; level <= n->layer_count; level++) {
        int side = gw_dense_level_side(n, level), depth = gw_dense_depth(n, level);
        for (int y = 0, index = 0; y < side; y++)
            for (int x = 0; x < side; x++, index++)
                w.pixel_at[level][index] = ((y + 1) * (side + 2) + x + 1) * depth;
    }
    for (int layer = 0; layer < n->layer_count; layer++) {
        int side = gw_dense_level_side(n, layer), depth = gw_dense_depth(n, layer);
        int above = gw_dense_depth(n, layer + 1), first = n->layers[layer].kernel == 1 ? 1 : 0;
        for (int y = 0, index = 0; y < side; y++)
            for (int x = 0; x < side; x++, index++) {
                w.window_at[layer][index] = ((y + first) * (side + 2) + x + first) * depth;
                w.back_at[layer][index] = ((y + first) * (side + 2) + x + first) * above;
                w.place_at[layer][index] = ((2 * y + 1) * (2 * side + 2) + 2 * x + 1) * above;
            }
    }
}

static gw_dense_workspace_parts laid_out(const gw_dense *n, void *memory) {
    gw_dense_workspace_parts w;
    size_t bytes;
    gw_dense_lay_out(n, memory, &w, &bytes);
    return w;
}

void gw_dense_load(
    const gw_dense *n, void *workspace, const uint16_t *maps, const float *shift, const float *scale, int down,
    int right, int is_mirrored) {
    gw_dense_workspace_parts w = laid_out(n, workspace);
    gw_load_maps(w.level[0], n->side, n->channels, maps, shift, scale, down, right, is_mirrored, n->nested);
    int part = n->nested / 4, plain = n->channels - n->nested;
    for (int layer = 0; layer < n->layer_count; layer++) {
        if (!n->layers[layer].is_joined) continue;
        int side = 2 * n->side, depth = gw_dense_depth(n, layer + 1);
        for (int y = 0; y < side; y++)
            for (int x = 0; x < side; x++) {
                const float *from = w.level[0] + w.pixel_at[0][y / 2 * n->side + x / 2] + plain;
                float *to = w.level[layer + 1] + ((size_t)(y + 1) * (side + 2) + x + 1) * depth;
                memcpy(to + depth - part, from + (y % 2 * 2 + x % 2) * part, sizeof(float) * part);
            }
    }
}

void gw_dense_forward(const gw_dense *n, const float *parameters, void *workspace, float *outputs) {
    gw_dense_workspace_parts w = laid_out(n, workspace);
    gw_chosen_kernels()->run_dense(n, parameters, &w);
    int last = n->layer_count, side = gw_dense_level_side(n, last), depth = gw_dense_depth(n, last);
    for (int pixel = 0; pixel < side * side; pixel++, outputs += depth)
        memcpy(outputs, w.level[last] + w.pixel_at[last][pixel], sizeof(float) * depth);
}

void gw_dense_transpose(const gw_dense *n, const float *parameters, void *workspace) {
    gw_dense_workspace_parts w = laid_out(n, workspace);
    for (int layer = 0; layer < n->layer_count; layer++) {
        int in = gw_dense_depth(n, layer), out = n->layers[layer].channels, matrices = gw_dense_matrices(n, layer);
        for (int matrix = 0; matrix < matrices && layer > 0; matrix++) {
            int turned = n->layers[layer].is_doubled ? matrix : matrices - 1 - matrix;
            for (int i = 0; i < in; i++)
                for (int o = 0; o < out; o++)
                    w.turned[layer][((size_t)turned * out + o) * in + i] =
                        parameters[((size_t)matrix * in + i) * out + o];
        }
        parameters += gw_dense_weights(n, layer) + out;
    }
}

void gw_dense_backward(const gw_dense *n, void *workspace, const float *slopes, float *gradient) {
    gw_dense_workspace_parts w = laid_out(n, workspace);
    int last = n->layer_count, side = gw_dense_level_side(n, last), depth = gw_dense_depth(n, last);
    for (int pixel = 0; pixel < side * side; pixel++, slopes += depth)
        memcpy(w.slope[last] + w.pixel_at[last][pixel], slopes, sizeof(float) * depth);
    gw_chosen_kernels()->run_dense_back(n, &w, gradient);
}
