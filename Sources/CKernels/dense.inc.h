// Forward and backward passes of the dense network.

static gw_product NAME(dense_product)(
    const gw_dense *n, const gw_dense_workspace_parts *w, int layer, int32_t *tap_at) {
    int kernel = n->layers[layer].kernel, depth = gw_dense_depth(n, layer), side = gw_dense_level_side(n, layer);
    // A row of a window is one run in memory, so a 3 x 3 kernel is three taps of three pixels.
    for (int tap = 0; tap < kernel; tap++) tap_at[tap] = tap * (side + 2) * depth;
    return (gw_product){
        .in = w->level[layer], .in_at = w->window_at[layer], .tap_at = tap_at, .rows = side * side, .taps = kernel,
        .depth = kernel * depth, .columns = n->layers[layer].channels, .out = w->level[layer + 1],
        .out_at = w->pixel_at[layer + 1], .finish = layer + 1 < n->layer_count ? GW_RELU : GW_PLAIN};
}

/// Where the four places of a doubled pixel lie, counted from the first.
static size_t NAME(place)(const gw_dense *n, int layer, int place) {
    size_t row = gw_dense_level_side(n, layer + 1) + 2;
    return (place / 2 * row + place % 2) * gw_dense_depth(n, layer + 1);
}

static void NAME(run_dense)(const gw_dense *n, const float *parameters, const gw_dense_workspace_parts *w) {
    for (int layer = 0; layer < n->layer_count; layer++) {
        int32_t tap_at[3];
        gw_product product = NAME(dense_product)(n, w, layer, tap_at);
        product.weights = parameters;
        product.bias = parameters + gw_dense_weights(n, layer);
        if (n->layers[layer].is_doubled) {
            product.out_at = w->place_at[layer];
            for (int place = 0; place < 4; place++) {
                product.weights = parameters + (size_t)place * product.depth * product.columns;
                product.out = w->level[layer + 1] + NAME(place)(n, layer, place);
                NAME(product)(&product);
            }
        } else {
            NAME(product)(&product);
        }
        parameters = product.bias + product.columns;
    }
}

/// Cuts the slopes off where the rectified value is 0, and adds those of the biases.
static void NAME(dense_bias_back)(const gw_dense *n, const gw_dense_workspace_parts *w, int layer, float *bias) {
    int level = layer + 1, side = gw_dense_level_side(n, level), columns = n->layers[layer].channels;
    const float *values = w->level[level];
    float *slope = w->slope[level];
    for (int pixel = 0; pixel < side * side; pixel++) {
        int32_t at = w->pixel_at[level][pixel];
        for (int channel = 0; channel < columns; channel++) {
            if (level < n->layer_count) slope[at + channel] = values[at + channel] > 0 ? slope[at + channel] : 0;
            bias[channel] += slope[at + channel];
        }
    }
}

/// Slopes of the weights and biases of one layer, and those of its input unless it is the first.
static void NAME(run_dense_layer_back)(
    const gw_dense *n, const gw_dense_workspace_parts *w, int layer, float *gradient) {
    int32_t tap_at[3], back_tap_at[3];
    gw_product product = NAME(dense_product)(n, w, layer, tap_at);
    int columns = product.columns, depth = gw_dense_depth(n, layer), kernel = n->layers[layer].kernel;
    int above = gw_dense_depth(n, layer + 1), side = gw_dense_level_side(n, layer);
    NAME(dense_bias_back)(n, w, layer, gradient + gw_dense_weights(n, layer));
    gw_product back = {
        .in = w->slope[layer + 1], .in_at = w->back_at[layer], .tap_at = back_tap_at, .rows = product.rows,
        .columns = depth, .weights = w->turned[layer], .out = w->slope[layer], .out_at = w->pixel_at[layer]};
    if (n->layers[layer].is_doubled) {
        const int32_t none = 0;
        back.in_at = w->place_at[layer], back.tap_at = &none, back.taps = 1, back.depth = columns;
        for (int place = 0; place < 4; place++) {
            size_t matrix = (size_t)place * depth * columns;
            const float *slope = w->slope[layer + 1] + NAME(place)(n, layer, place);
            NAME(outer_product)(&product, slope, w->place_at[layer], gradient + matrix);
            if (layer == 0) continue;
            back.in = slope, back.weights = w->turned[layer] + matrix, back.finish = place ? GW_ADD : GW_PLAIN;
            NAME(product)(&back);
        }
        return;
    }
    NAME(outer_product)(&product, w->slope[layer + 1], w->pixel_at[layer + 1], gradient);
    if (layer == 0) return;
    // The window turned by half a circle leads back. Where channels of the input follow the layer's own, the run of a
    // row would have a hole, so each of its pixels is a tap then.
    if (above == columns) {
        for (int tap = 0; tap < kernel; tap++) back_tap_at[tap] = tap * (side + 2) * above;
        back.taps = kernel, back.depth = kernel * columns;
        NAME(product)(&back);
        return;
    }
    int32_t all_at[9];
    for (int tap = 0; tap < kernel * kernel; tap++)
        all_at[tap] = (tap / kernel * (side + 2) + tap % kernel) * above;
    back.tap_at = all_at, back.taps = kernel * kernel, back.depth = columns;
    NAME(product)(&back);
}

static void NAME(run_dense_back)(const gw_dense *n, const gw_dense_workspace_parts *w, float *gradient) {
    size_t at = gw_dense_parameters(n);
    for (int layer = n->layer_count - 1; layer >= 0; layer--) {
        at -= gw_dense_weights(n, layer) + n->layers[layer].channels;
        NAME(run_dense_layer_back)(n, w, layer, gradient + at);
    }
}
