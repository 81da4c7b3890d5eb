// EfficientNet-Lite0 up to stride 16 (Tan and Le 2019; Lite: no squeeze-and-excitation, ReLU6), normalisation folded.
// An inverted residual block runs row by row: the widened rows that a depthwise row needs are kept in a ring, so
// that only the narrow images between blocks are ever in memory as a whole.

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

/// Widens input row y into its place in the ring.
static void NAME(widen_row)(const gw_block *b, int channels, const float *in, const float *weights, float *row, int y) {
    const float *from = in + (size_t)y * b->size * b->in;
    float *to = row + (size_t)gw_padding(b) * channels;
    if (!b->is_widened) {
        memcpy(to, from, sizeof(float) * b->size * channels);
        return;
    }
    int32_t in_at[GW_WIDEST], out_at[GW_WIDEST], tap_at = 0;
    for (int x = 0; x < b->size; x++) in_at[x] = x * b->in, out_at[x] = x * channels;
    gw_product product = {
        .in = from, .in_at = in_at, .tap_at = &tap_at, .rows = b->size, .taps = 1, .depth = b->in,
        .columns = channels, .weights = weights, .is_packed = 1, .bias = weights + (size_t)b->in * channels,
        .out = to, .out_at = out_at, .finish = GW_RELU6};
    NAME(product)(&product);
}

/// Runs one block; `out` may be `in` for a block that adds its input.
static void NAME(run_block)(const gw_block *b, const float *weights, const float *in, float *out, float *ring) {
    int channels = gw_channels(b), size = b->size / b->stride, before = gw_padding(b), kernel = b->kernel;
    size_t row_length = (size_t)(b->size + kernel) * channels;
    const float *widening = weights;
    const float *depthwise = widening + (b->is_widened ? (size_t)(b->in + 1) * channels : 0);
    const float *narrowing = depthwise + (size_t)(kernel * kernel + 1) * channels;
    float *nothing = ring + kernel * row_length, *row = nothing + row_length;
    memset(ring, 0, sizeof(float) * (kernel + 1) * row_length);

    int32_t in_at[GW_WIDEST], out_at[GW_WIDEST], tap_at = 0;
    for (int x = 0; x < size; x++) in_at[x] = x * channels, out_at[x] = x * b->out;
    int done = 0;
    for (int y = 0; y < size; y++) {
        const float *rows[5];
        int first = y * b->stride - before;
        for (; done < first + kernel && done < b->size; done++)
            NAME(widen_row)(b, channels, in, widening, ring + (done % kernel) * row_length, done);
        for (int ky = 0; ky < kernel; ky++) {
            int from = first + ky;
            rows[ky] = from < 0 || from >= b->size ? nothing : ring + (from % kernel) * row_length;
        }
        const float *bias = depthwise + (size_t)kernel * kernel * channels;
        if (kernel == 3) NAME(depthwise_row)(rows, b, channels, size, depthwise, bias, row, 3);
        else NAME(depthwise_row)(rows, b, channels, size, depthwise, bias, row, 5);
        gw_product product = {
            .in = row, .in_at = in_at, .tap_at = &tap_at, .rows = size, .taps = 1, .depth = channels,
            .columns = b->out, .weights = narrowing, .is_packed = 1, .bias = narrowing + (size_t)channels * b->out,
            .out = out + (size_t)y * size * b->out, .out_at = out_at, .finish = b->adds ? GW_ADD : GW_PLAIN};
        NAME(product)(&product);
    }
}

/// The first convolution, 3 x 3 with stride 2, on the normalised image padded at the right and the bottom.
static void NAME(run_stem)(const float *weights, const float *image, float *out) {
    int32_t in_at[GW_WIDEST], out_at[GW_WIDEST];
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
    for (int index = 0; index < GW_BLOCKS; index++) {
        const gw_block *b = &gw_blocks[index];
        float *out = b->adds ? (float *)in : gw_block_output(to, index);
        NAME(run_block)(b, weights, in, out, to->ring);
        weights += gw_block_weights(b);
        in = out;
    }
}
