// Matrix products for convolutions on images stored row by row, all channels of a pixel together. Included once per
// instruction set; NAME, MAX_ROWS and MULTIPLY_ADD say which. Every result is one sum in a fixed order, so that results do
// not depend on how the work is cut.

typedef float NAME(vector) __attribute__((vector_size(32), aligned(4), may_alias));

#define INLINE static inline __attribute__((always_inline))

INLINE NAME(vector) NAME(load)(const float *at) { return *(const NAME(vector) *)at; }
INLINE void NAME(store)(float *at, NAME(vector) value) { *(NAME(vector) *)at = value; }
INLINE NAME(vector) NAME(all)(float value) {
    return (NAME(vector)){value, value, value, value, value, value, value, value};
}
INLINE NAME(vector) NAME(clamp)(NAME(vector) value, gw_finish finish) {
    if (finish == GW_PLAIN || finish == GW_ADD) return value;
    value = __builtin_elementwise_max(value, NAME(all)(0));
    return finish == GW_RELU6 ? __builtin_elementwise_min(value, NAME(all)(6)) : value;
}

/// `rows` by 8 * `vectors` results from column `column` on.
INLINE void NAME(product_tile)(const gw_product *p, int row, int column, const int rows, const int vectors) {
    NAME(vector) sums[6][2];
    // Packed weights lie in panels of 16 columns (the last may have 8), each with its rows one after the other.
    int depth = p->taps * p->depth, step = p->is_packed ? 8 * vectors : p->columns;
    const float *weights = p->weights + (p->is_packed ? (size_t)column * depth : (size_t)column);
    for (int r = 0; r < rows; r++)
        for (int v = 0; v < vectors; v++) {
            sums[r][v] = p->bias ? NAME(load)(p->bias + column + 8 * v) : NAME(all)(0);
            if (p->finish == GW_ADD) sums[r][v] += NAME(load)(p->out + p->out_at[row + r] + column + 8 * v);
        }
    for (int tap = 0; tap < p->taps; tap++) {
        const float *in[6];
        for (int r = 0; r < rows; r++) in[r] = p->in + p->in_at[row + r] + p->tap_at[tap];
        for (int k = 0; k < p->depth; k++, weights += step) {
            NAME(vector) weight[2];
            for (int v = 0; v < vectors; v++) weight[v] = NAME(load)(weights + 8 * v);
            for (int r = 0; r < rows; r++) {
                NAME(vector) value = NAME(all)(in[r][k]);
                for (int v = 0; v < vectors; v++) sums[r][v] = MULTIPLY_ADD(value, weight[v], sums[r][v]);
            }
        }
    }
    for (int r = 0; r < rows; r++)
        for (int v = 0; v < vectors; v++)
            NAME(store)(p->out + p->out_at[row + r] + column + 8 * v, NAME(clamp)(sums[r][v], p->finish));
}

INLINE void NAME(product_columns)(const gw_product *p, int column, const int vectors) {
    int row = 0;
    for (; row + MAX_ROWS <= p->rows; row += MAX_ROWS) NAME(product_tile)(p, row, column, MAX_ROWS, vectors);
    switch (p->rows - row) {
    case 5: NAME(product_tile)(p, row, column, 5, vectors); break;
    case 4: NAME(product_tile)(p, row, column, 4, vectors); break;
    case 3: NAME(product_tile)(p, row, column, 3, vectors); break;
    case 2: NAME(product_tile)(p, row, column, 2, vectors); break;
    case 1: NAME(product_tile)(p, row, column, 1, vectors); break;
    default: break;
    }
}

/// out[row][n] = finish(bias[n] + sum over taps and k of in[row][tap][k] * weights[tap][k][n]). The number of columns is a
/// multiple of 8.
static void NAME(product)(const gw_product *p) {
    int column = 0;
    for (; column + 16 <= p->columns; column += 16) NAME(product_columns)(p, column, 2);
    if (column < p->columns) NAME(product_columns)(p, column, 1);
}

/// `depth` by 8 * `vectors` sums over all rows, added to `out`.
INLINE void NAME(outer_tile)(
    const gw_product *p, int tap, int k, int column, const float *slope, const int32_t *slope_at, float *out,
    const int depth, const int vectors) {
    NAME(vector) sums[6][2];
    const float *in = p->in + p->tap_at[tap] + k;
    for (int d = 0; d < depth; d++)
        for (int v = 0; v < vectors; v++) sums[d][v] = NAME(all)(0);
    for (int row = 0; row < p->rows; row++) {
        const float *values = in + p->in_at[row], *slopes = slope + slope_at[row] + column;
        NAME(vector) weight[2];
        for (int v = 0; v < vectors; v++) weight[v] = NAME(load)(slopes + 8 * v);
        for (int d = 0; d < depth; d++) {
            NAME(vector) value = NAME(all)(values[d]);
            for (int v = 0; v < vectors; v++) sums[d][v] = MULTIPLY_ADD(value, weight[v], sums[d][v]);
        }
    }
    out += ((size_t)tap * p->depth + k) * p->columns + column;
    for (int d = 0; d < depth; d++)
        for (int v = 0; v < vectors; v++) {
            float *to = out + (size_t)d * p->columns + 8 * v;
            NAME(store)(to, NAME(load)(to) + sums[d][v]);
        }
}

INLINE void NAME(outer_columns)(
    const gw_product *p, int tap, int column, const float *slope, const int32_t *slope_at, float *out,
    const int vectors) {
    int k = 0;
    for (; k + MAX_ROWS <= p->depth; k += MAX_ROWS)
        NAME(outer_tile)(p, tap, k, column, slope, slope_at, out, MAX_ROWS, vectors);
    switch (p->depth - k) {
    case 5: NAME(outer_tile)(p, tap, k, column, slope, slope_at, out, 5, vectors); break;
    case 4: NAME(outer_tile)(p, tap, k, column, slope, slope_at, out, 4, vectors); break;
    case 3: NAME(outer_tile)(p, tap, k, column, slope, slope_at, out, 3, vectors); break;
    case 2: NAME(outer_tile)(p, tap, k, column, slope, slope_at, out, 2, vectors); break;
    case 1: NAME(outer_tile)(p, tap, k, column, slope, slope_at, out, 1, vectors); break;
    default: break;
    }
}

/// The slopes of a product's weights: out[tap][k][n] += sum over rows of in[row][tap][k] * slope[row][n].
static void NAME(outer_product)(const gw_product *p, const float *slope, const int32_t *slope_at, float *out) {
    for (int tap = 0; tap < p->taps; tap++) {
        int column = 0;
        for (; column + 16 <= p->columns; column += 16)
            NAME(outer_columns)(p, tap, column, slope, slope_at, out, 2);
        if (column < p->columns) NAME(outer_columns)(p, tap, column, slope, slope_at, out, 1);
    }
}
