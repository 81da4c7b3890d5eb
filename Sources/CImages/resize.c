#include "CImages.h"

#include <stdlib.h>

/// The source pixels of one output pixel along one axis.
typedef struct {
    int first;
    int count;
    float weights[];
} taps;

/// Shrinking averages over the covered stretch, with parts of pixels at its ends; growing interpolates linearly.
static void fill_taps(taps *out, int index, int source, int target) {
    double scale = (double)source / target, total = 0;
    if (scale >= 1) {
        double low = index * scale, high = low + scale;
        out->first = (int)low;
        int last = (int)high;
        if (last >= source || last >= high) last--;
        out->count = last - out->first + 1;
        for (int step = 0; step < out->count; step++) {
            double from = out->first + step, to = from + 1;
            double part = (to < high ? to : high) - (from > low ? from : low);
            out->weights[step] = (float)part;
            total += part;
        }
    } else {
        double centre = (index + 0.5) * scale - 0.5;
        if (centre < 0) centre = 0;
        if (centre > source - 1) centre = source - 1;
        out->first = (int)centre;
        out->count = out->first + 1 < source ? 2 : 1;
        out->weights[0] = (float)(1 - (centre - out->first));
        out->weights[1] = (float)(centre - out->first);
        total = out->count == 1 ? out->weights[0] : 1;
    }
    for (int step = 0; step < out->count; step++) out->weights[step] = (float)(out->weights[step] / total);
}

static size_t taps_stride(int source, int target) {
    size_t longest = (size_t)(source / target) + 3;
    return sizeof(taps) + longest * sizeof(float);
}

static void *all_taps(int source, int target) {
    size_t stride = taps_stride(source, target);
    char *table = malloc(stride * target);
    for (int index = 0; table && index < target; index++)
        fill_taps((taps *)(table + index * stride), index, source, target);
    return table;
}

static void shrink_row(const uint8_t *row, const char *table, size_t stride, int target, float *out) {
    for (int index = 0; index < target; index++) {
        const taps *tap = (const taps *)(table + index * stride);
        const uint8_t *pixel = row + 3 * tap->first;
        float red = 0, green = 0, blue = 0;
        for (int step = 0; step < tap->count; step++, pixel += 3) {
            float weight = tap->weights[step];
            red += weight * pixel[0], green += weight * pixel[1], blue += weight * pixel[2];
        }
        out[3 * index] = red, out[3 * index + 1] = green, out[3 * index + 2] = blue;
    }
}

gw_image_status gw_resize(
    const uint8_t *in, int width, int height, uint8_t *out, int out_width, int out_height) {
    gw_image_status status = gw_image_no_memory;
    char *across = all_taps(width, out_width), *down = all_taps(height, out_height);
    // Neighbouring output rows share a source row at most at their edges when shrinking, so two rows are kept.
    size_t values = (size_t)out_width * 3;
    float *rows = malloc(2 * values * sizeof(float)), *sums = malloc(values * sizeof(float));
    int kept[2] = {-1, -1};
    if (!across || !down || !rows || !sums) goto done;
    size_t stride = taps_stride(width, out_width), down_stride = taps_stride(height, out_height);
    for (int row = 0; row < out_height; row++) {
        const taps *tap = (const taps *)(down + row * down_stride);
        for (size_t index = 0; index < values; index++) sums[index] = 0.5f;
        for (int step = 0; step < tap->count; step++) {
            int source = tap->first + step, slot = source & 1;
            float *values_of_row = rows + slot * values, weight = tap->weights[step];
            if (kept[slot] != source) {
                shrink_row(in + (size_t)source * width * 3, across, stride, out_width, values_of_row);
                kept[slot] = source;
            }
            for (size_t index = 0; index < values; index++) sums[index] += weight * values_of_row[index];
        }
        uint8_t *to = out + (size_t)row * values;
        for (size_t index = 0; index < values; index++) to[index] = sums[index] > 255 ? 255 : (uint8_t)sums[index];
    }
    status = gw_image_ok;
done:
    free(across), free(down), free(rows), free(sums);
    return status;
}
