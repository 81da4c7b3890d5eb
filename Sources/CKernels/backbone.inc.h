// EfficientNet-Lite0 (Tan and Le 2019; Lite: no squeeze-and-excitation, ReLU6), normalisation folded: up to stride 16,
// and the rest. An inverted residual block runs a few rows at a time: the widened rows that depthwise rows need are
// kept in a ring, so that only the narrow images between blocks are ever in memory as a whole.

/// One output row of a depthwise convolution: `rows` are `kernel` padded input rows.
INLINE void NAME(depthwise_span)(
    const float *const *rows, const gw_block *b, int channels, int x, int channel, const float *weights,
    const float *bias, float *out, const int kernel, const int span) {
    NAME(vector) sums[4];
    for (int s = 0; s < span; s++) sums[s] = NAME(load)(bias + channel);
    for (int ky = 0; ky < kernel; ky++) {
        const float *in = rows[ky] + (size_t)x * b->stride * channels + channel;
        for (int kx = 0; kx < kernel; kx++) {
            NAME(vector) weight = NAME(load)(weights + (size_t)(ky * kernel + kx) * channels + channel);
            for (int s = 0; s < span; s++)
                sums[s] = MULTIPLY_ADD(
                    NAME(load)(in + (size_t)(s * b->stride + kx) * channels), weight, sums[s]);
        }
    }
    for (int s = 0; s < span; s++)
        NAME(store)(out + (size_t)(x + s) * channels + channel, NAME(clamp)(sums[s], GW_RELU6));
}

INLINE void NAME(depthwise_row)(
    const float *const *rows, const gw_block *b, int channels, int width, const float *weights, const float *bias,
    float *out, const int kernel) {
    for (int channel = 0; channel < channels; channel += 8) {
        int x = 0;
        for (; x + 4 <= width; x += 4)
            NAME(depthwise_span)(rows, b, channels, x, channel, weights, bias, out, kernel, 4);
        for (; x < width; x++) NAME(depthwise_span)(rows, b, channels, x, channel, weights, bias, out, kernel, 1);
    }
}

/// Widens the input rows from `first` up to `end` into their places in the ring.
static void NAME(widen_rows)(
    const gw_block *b, const float *in, const float *weights, float *ring, int first, int end) {
    int channels = gw_channels(b), kept = gw_kept_rows(b);
    size_t row_length = gw_row_length(b), before = (size_t)gw_padding(b) * channels;
    int32_t in_at[GW_MOST_PIXELS], out_at[GW_MOST_PIXELS], tap_at = 0;
    int count = 0;
    for (int y = first; y < end; y++) {
        size_t row = (y % kept) * row_length + before;
        if (!b->is_widened)
            memcpy(ring + row, in + (size_t)y * b->size * channels, sizeof(float) * b->size * channels);
        for (int x = 0; x < b->size && b->is_widened; x++, count++)
            in_at[count] = (y * b->size + x) * b->in, out_at[count] = (int32_t)row + x * channels;
    }
    gw_product product = {
        .in = in, .in_at = in_at, .tap_at = &tap_at, .rows = count, .taps = 1, .depth = b->in, .columns = channels,
        .weights = weights, .is_packed = 1, .bias = weights + (size_t)b->in * channels, .out = ring, .out_at = out_at,
        .finish = GW_RELU6};
    if (count > 0) NAME(product)(&product);
}

/// The first `pixels` of `wide` to the channels that the block results in, or added to what is there.
static void NAME(narrow)(const gw_block *b, const float *wide, int pixels, const float *weights, float *out) {
    int channels = gw_channels(b);
    int32_t in_at[GW_MOST_PIXELS], out_at[GW_MOST_PIXELS], tap_at = 0;
    for (int pixel = 0; pixel < pixels; pixel++) in_at[pixel] = pixel * channels, out_at[pixel] = pixel * b->out;
    gw_product product = {
        .in = wide, .in_at = in_at, .tap_at = &tap_at, .rows = pixels, .taps = 1, .depth = channels,
        .columns = b->out, .weights = weights, .is_packed = 1, .bias = weights + (size_t)channels * b->out,
        .out = out, .out_at = out_at, .finish = b->adds ? GW_ADD : GW_PLAIN};
    NAME(product)(&product);
}

/// Runs one block; `out` may be `in` for a block that adds its input.
static void NAME(run_block)(const gw_block *b, const float *weights, const float *in, float *out, float *ring) {
    int channels = gw_channels(b), size = b->size / b->stride, before = gw_padding(b), kernel = b->kernel;
    int kept = gw_kept_rows(b), lines = gw_lines(b);
    size_t row_length = gw_row_length(b), row_bytes = sizeof(float) * row_length;
    const float *widening = weights;
    const float *depthwise = widening + (b->is_widened ? (size_t)(b->in + 1) * channels : 0);
    const float *narrowing = depthwise + (size_t)(kernel * kernel + 1) * channels;
    const float *bias = depthwise + (size_t)kernel * kernel * channels;
    float *nothing = ring + kept * row_length, *wide = nothing + row_length;
    memset(ring, 0, row_bytes * (kept + 1));
    int done = 0;
    for (int y = 0; y < size; y += lines) {
        int count = size - y < lines ? size - y : lines;
        int end = (y + count - 1) * b->stride - before + kernel;
        if (end > b->size) end = b->size;
        NAME(widen_rows)(b, in, widening, ring, done, end);
        done = end;
        for (int line = 0; line < count; line++) {
            const float *rows[5];
            for (int ky = 0; ky < kernel; ky++) {
                int from = (y + line) * b->stride - before + ky;
                rows[ky] = from < 0 || from >= b->size ? nothing : ring + (from % kept) * row_length;
            }
            float *to = wide + (size_t)line * size * channels;
            if (kernel == 3) NAME(depthwise_row)(rows, b, channels, size, depthwise, bias, to, 3);
            else NAME(depthwise_row)(rows, b, channels, size, depthwise, bias, to, 5);
        }
        NAME(narrow)(b, wide, count * size, narrowing, out + (size_t)y * size * b->out);
    }
}

/// The first convolution, 3 x 3 with stride 2, on the normalised image padded at the right and the bottom.
static void NAME(run_stem)(const float *weights, const float *image, float *out) {
    int32_t in_at[GW_MOST_PIXELS], out_at[GW_MOST_PIXELS];
    int side = GW_BACKBONE_SIDE + 1, size = GW_BACKBONE_SIDE / 2;
    const int32_t tap_at[3] = {0, side * 3, side * 6};
    for (int x = 0; x < size; x++) in_at[x] = x * 6, out_at[x] = x * 32;
    for (int y = 0; y < size; y++) {
        gw_product product = {
            .in = image + (size_t)y * 2 * side * 3, .in_at = in_at, .tap_at = tap_at, .rows = size, .taps = 3,
            .depth = 9, .columns = 32, .weights = weights, .is_packed = 1, .bias = weights + 27 * 32,
            .out = out + (size_t)y * size * 32, .out_at = out_at, .finish = GW_RELU6};
        NAME(product)(&product);
    }
}

static void NAME(backbone)(const float *weights, const float *image, const gw_backbone_buffers *to) {
    NAME(run_stem)(weights, image, to->half);
    weights += 28 * 32;
    const float *in = to->half;
    for (int index = 0; index < GW_BLOCKS_TO_16; index++) {
        const gw_block *b = &gw_blocks[index];
        float *out = b->adds ? (float *)in : gw_block_output(to, index);
        NAME(run_block)(b, weights, in, out, to->ring);
        weights += gw_block_weights(b);
        in = out;
    }
}

static void NAME(rest)(const float *weights, float *in, float *seventh, float *wide, float *ring) {
    for (int index = GW_BLOCKS_TO_16; index < GW_BLOCKS; index++) {
        const gw_block *b = &gw_blocks[index];
        // The last block may not write over what it reads; the map it started from is no longer needed.
        float *out = index == GW_BLOCKS - 1 ? in : seventh;
        NAME(run_block)(b, weights, index == GW_BLOCKS_TO_16 ? in : seventh, out, ring);
        weights += gw_block_weights(b);
    }
    int32_t in_at[49], out_at[49], tap_at = 0;
    int depth = gw_blocks[GW_BLOCKS - 1].out;
    for (int pixel = 0; pixel < 49; pixel++) in_at[pixel] = pixel * depth, out_at[pixel] = pixel * GW_HEAD;
    gw_product product = {
        .in = in, .in_at = in_at, .tap_at = &tap_at, .rows = 49, .taps = 1, .depth = depth, .columns = GW_HEAD,
        .weights = weights, .is_packed = 1, .bias = weights + (size_t)depth * GW_HEAD, .out = wide, .out_at = out_at,
        .finish = GW_RELU6};
    NAME(product)(&product);
}

static void NAME(pool)(const float *in, int pixels, int channels, float *mean, float *highest) {
    for (int channel = 0; channel < channels; channel++) mean[channel] = highest[channel] = in[channel];
    for (int pixel = 1; pixel < pixels; pixel++) {
        const float *values = in + (size_t)pixel * channels;
        for (int channel = 0; channel < channels; channel++) {
            mean[channel] += values[channel];
            highest[channel] = values[channel] > highest[channel] ? values[channel] : highest[channel];
        }
    }
    for (int channel = 0; channel < channels; channel++) mean[channel] /= pixels;
}
