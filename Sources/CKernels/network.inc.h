// Forward and backward passes of the small network.

static gw_product NAME(layer_product)(const gw_network *n, const gw_workspace *w, int layer, int32_t *tap_at) {
    int kernel = n->layers[layer].kernel, depth = gw_depth(n, layer), side = gw_side(n, layer + 1);
    // A row of a window is one run in memory, so a 3 x 3 kernel is three taps of three pixels.
    for (int tap = 0; tap < kernel; tap++) tap_at[tap] = tap * (gw_side(n, layer) + 2) * depth;
    return (gw_product){
        .in = w->level[layer], .in_at = w->window_at[layer], .tap_at = tap_at, .rows = side * side, .taps = kernel,
        .depth = kernel * depth, .columns = gw_depth(n, layer + 1), .out = w->level[layer + 1],
        .out_at = w->pixel_at[layer + 1], .finish = GW_RELU};
}

static const float *NAME(run_layers)(const gw_network *n, const float *parameters, const gw_workspace *w) {
    for (int layer = 0; layer < n->layer_count; layer++) {
        int32_t tap_at[3];
        gw_product product = NAME(layer_product)(n, w, layer, tap_at);
        product.weights = parameters;
        product.bias = parameters + gw_layer_weights(n, layer);
        NAME(product)(&product);
        parameters = product.bias + product.columns;
    }
    int last = n->layer_count, depth = gw_depth(n, last), pixels = gw_side(n, last) * gw_side(n, last);
    for (int channel = 0; channel < depth; channel++) {
        float total = 0, highest = -1;
        int32_t peak = 0;
        for (int pixel = 0; pixel < pixels; pixel++) {
            int32_t at = w->pixel_at[last][pixel] + channel;
            float value = w->level[last][at];
            total += value;
            if (value > highest) highest = value, peak = at;
        }
        w->pooled[channel] = total / pixels;
        w->pooled[depth + channel] = highest;
        w->peak[channel] = peak;
    }
    return parameters;
}

static void NAME(linear)(const gw_network *n, const float *linear, const float *pooled, float *logits) {
    int count = 2 * gw_depth(n, n->layer_count), classes = n->classes;
    memcpy(logits, linear + (size_t)count * classes, sizeof(float) * classes);
    for (int index = 0; index < count; index++)
        for (int label = 0; label < classes; label++)
            logits[label] += pooled[index] * linear[(size_t)index * classes + label];
}

/// From the slopes of the logits to those of the last level, where it is not cut off.
static void NAME(unpool)(const gw_network *n, const gw_workspace *w, const float *linear, float *gradient) {
    int last = n->layer_count, depth = gw_depth(n, last), classes = n->classes;
    int pixels = gw_side(n, last) * gw_side(n, last);
    const float *slopes = w->gradient_of_logits;
    for (int index = 0; index < 2 * depth; index++) {
        float total = 0;
        for (int label = 0; label < classes; label++) {
            size_t at = (size_t)index * classes + label;
            gradient[at] += w->pooled[index] * slopes[label];
            total += linear[at] * slopes[label];
        }
        w->pooled_slope[index] = total * w->kept[index];
    }
    for (int label = 0; label < classes; label++) gradient[(size_t)2 * depth * classes + label] += slopes[label];
    for (int pixel = 0; pixel < pixels; pixel++) {
        float *to = w->slope[last] + w->pixel_at[last][pixel];
        for (int channel = 0; channel < depth; channel++) to[channel] = w->pooled_slope[channel] / pixels;
    }
    for (int channel = 0; channel < depth; channel++)
        w->slope[last][w->peak[channel]] += w->pooled_slope[depth + channel];
}

/// Slopes of the weights and biases of one layer, and those of its input unless it is the first.
static void NAME(run_layer_back)(const gw_network *n, const gw_workspace *w, int layer, float *gradient) {
    int32_t tap_at[3];
    gw_product product = NAME(layer_product)(n, w, layer, tap_at);
    float *slope = w->slope[layer + 1], *bias = gradient + gw_layer_weights(n, layer);
    int out = product.columns, depth = gw_depth(n, layer), kernel = n->layers[layer].kernel;
    const float *values = w->level[layer + 1];
    for (int pixel = 0; pixel < product.rows; pixel++) {
        int32_t at = product.out_at[pixel];
        for (int channel = 0; channel < out; channel++) {
            slope[at + channel] = values[at + channel] > 0 ? slope[at + channel] : 0;
            bias[channel] += slope[at + channel];
        }
    }
    NAME(outer_product)(&product, slope, product.out_at, gradient);
    if (layer == 0) return;
    memset(w->slope[layer], 0, gw_level_floats(n, layer) * sizeof(float));
    const int32_t none = 0;
    for (int tap = 0; tap < kernel * kernel; tap++) {
        int32_t moved = ((tap / kernel) * (gw_side(n, layer) + 2) + tap % kernel) * depth;
        gw_product back = {
            .in = slope, .in_at = product.out_at, .tap_at = &none, .rows = product.rows, .taps = 1, .depth = out,
            .columns = depth, .weights = w->transposed[layer] + (size_t)tap * out * depth,
            .out = w->slope[layer] + moved, .out_at = product.in_at, .finish = GW_ADD};
        NAME(product)(&back);
    }
}

static void NAME(backward)(const gw_network *n, const float *parameters, const gw_workspace *w, float *gradient) {
    size_t body = gw_network_body(n);
    NAME(unpool)(n, w, parameters + body, gradient + body);
    for (int layer = n->layer_count - 1; layer >= 0; layer--) {
        body -= gw_layer_weights(n, layer) + gw_depth(n, layer + 1);
        NAME(run_layer_back)(n, w, layer, gradient + body);
    }
}

static const gw_kernels NAME(kernels) = {
    .backbone = NAME(backbone),
    .rest = NAME(rest),
    .pool = NAME(pool),
    .run_layers = NAME(run_layers),
    .linear = NAME(linear),
    .backward = NAME(backward),
    .run_dense = NAME(run_dense),
    .run_dense_back = NAME(run_dense_back),
    .from_halves = NAME(from_halves),
    .to_halves = NAME(to_halves),
};
